"""What is replaced of Gradio: its queue and its sessions, so that a flood of requests harms nobody.

Gradio's public API does not allow this: its own queue is first come, first served, its limits count
listeners, not clients, and middleware sees an event arrive but not when its work is done. What is
overridden is tested with the installed Gradio.

Clients are distinguished by their address. Behind a reverse proxy on this machine, it is the one in
`X-Forwarded-For`, which uvicorn reads; behind any other, all clients count as one.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from fastapi import Request
from gradio.queueing import Event, Queue
from gradio.state_holder import SessionState, StateHolder

RESERVED = 8
"""The last places in the queue, open only to clients with nothing waiting."""

MOST_SESSIONS = 200
"""Maximum sessions kept; a conversation of 25 questions takes a sixth of a megabyte."""


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
        self._forget_sessions()
        return await super().push(body, request, username)

    def _forget_sessions(self) -> None:
        """Forget the oldest sessions with nothing in progress, which Gradio keeps for ever."""
        pending = self.pending_event_ids_session
        idle = [session for session, events in pending.items() if not events]
        for session in idle[:-MOST_SESSIONS]:
            del pending[session]
            self.pending_messages_per_session.pop(session, None)

    def get_events(self) -> tuple[list[Event], bool, str] | None:
        """Return what to work on next; None if there is nothing to do."""
        in_work = Counter(_address(one.request) for job in self.active_jobs for one in job or ())
        for queue in self.event_queue_per_concurrency_id.values():
            if queue.queue:
                chosen = min(queue.queue, key=lambda event: in_work[_address(event.request)])
                queue.queue.remove(chosen)
                queue.queue.insert(0, chosen)
        return super().get_events()  # type: ignore[no-any-return]


class Session(SessionState):  # type: ignore[misc]
    """A session without Gradio's copy of what the page shows, which is for Gradio's own links.

    The copy takes a hundred kilobytes, and each API call is a session.
    """

    @property
    def config_values(self) -> dict[int, Any]:
        """The copy: none."""
        return {}

    @config_values.setter
    def config_values(self, _: object) -> None:
        pass

    def _update_value_in_config(self, key: int, value: object) -> None:
        pass


class Sessions(StateHolder):  # type: ignore[misc]
    """When full, evicts a session without a conversation first, then the least recently used.

    An API call is a session too, which nobody comes back to: under Gradio's own rule these would
    push out the conversations of open pages.
    """

    def __getitem__(self, session_id: str) -> SessionState:
        """Return a session, a new one if there is none."""
        if session_id not in self.session_data:
            self.session_data[session_id] = Session(self.blocks)
        return super().__getitem__(session_id)

    def update(self, session_id: str) -> None:
        """Mark a session as used now, and evict others if there are too many."""
        with self.lock:
            if session_id in self.session_data:
                self.session_data.move_to_end(session_id)
            while len(self.session_data) > self.capacity:
                others = [each for each in self.session_data if each != session_id]
                empty = (o for o in others if not any(self.session_data[o].state_data.values()))
                gone = next(empty, others[0])
                del self.session_data[gone]
                self.time_last_used.pop(gone, None)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
