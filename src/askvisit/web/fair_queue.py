"""Gradio's queue, in which a client that floods it keeps nobody else from being answered.

Gradio's public API does not allow this: its own queue is first come, first served, its limits count
listeners, not clients, and middleware sees an event arrive but not when its work is done.
What is overridden is tested with the installed Gradio.

Clients are told apart by their address. Behind a reverse proxy on this machine, that is the one in
`X-Forwarded-For`, which uvicorn reads; behind any other, all clients count as one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import Request
from gradio.queueing import Event, Queue

RESERVED = 8
"""The last places in the queue, open only to clients with nothing waiting."""


class FairQueue(Queue):  # type: ignore[misc]
    """Works next for the address with the least in progress; among several, on what came first."""

    @classmethod
    def of(cls, page: Any, at_once: int, waiting: int) -> FairQueue:
        """Return a queue for a page (Gradio's Blocks).

        at_once: how many events the listeners that ask work on at once, and any other by itself;
        waiting: how many may wait in all.
        """
        return cls(True, page.max_threads, 1, waiting, page, at_once)

    async def push(self, body: Any, request: Request, username: str | None) -> Any:
        """Accept a question, or refuse it if the queue is full for its address."""
        if self.max_size is not None and len(self) >= self.max_size - RESERVED:
            mine = _address(request)
            queues = self.event_queue_per_concurrency_id.values()
            if any(_address(event.request) == mine for queue in queues for event in queue.queue):
                return False, "The queue is full.", "queue_full"
        return await super().push(body, request, username)

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """Return what to work on next; None if there is nothing to do."""
        in_work = Counter(_address(one.request) for job in self.active_jobs for one in job or ())
        for queue in self.event_queue_per_concurrency_id.values():
            if queue.queue:
                chosen = min(queue.queue, key=lambda event: in_work[_address(event.request)])
                queue.queue.remove(chosen)
                queue.queue.insert(0, chosen)
        return super().get_events()  # type: ignore[no-any-return]


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
