"""The queue of the chat: who comes next, and who is told that it is full."""

from __future__ import annotations

from types import SimpleNamespace

import gradio as gr
import pytest
from gradio.queueing import Event, EventQueue, Queue
from harness.fakes import finish

from askvisit.web.queueing import MOST_SESSIONS, RESERVED, FairQueue, Session

PLACES = RESERVED + 4


def request(address):
    client = SimpleNamespace(host=address) if address else None
    return SimpleNamespace(client=client)


def event(address):
    return Event(None, SimpleNamespace(concurrency_id="ask", batch=False), request(address), None)


@pytest.fixture
def queue(monkeypatch):
    """Return a queue of one listener, which takes in whatever it does not refuse."""
    fair = FairQueue.of(SimpleNamespace(max_threads=3), at_once=2, waiting=PLACES)
    fair.active_jobs = [None] * 3
    asking = fair.event_queue_per_concurrency_id["ask"] = EventQueue("ask", 2)

    async def push(self, body, request, username):
        asking.queue.append(Event(None, SimpleNamespace(concurrency_id="ask"), request, username))
        return True, "", "success"

    monkeypatch.setattr(Queue, "push", push)
    return fair


def wait(queue, *addresses):
    waiting = [event(address) for address in addresses]
    queue.event_queue_per_concurrency_id["ask"].queue.extend(waiting)
    return waiting


def taken(queue):
    """Return whom the queue works for next, and count it as in work."""
    ((chosen,), _, _) = queue.get_events()
    queue.active_jobs[queue.active_jobs.index(None)] = [chosen]
    return chosen


def test_who_has_least_in_work_comes_next_and_of_several_the_first(queue):
    one, two, three, other = wait(queue, "1.1.1.1", "1.1.1.1", "1.1.1.1", "2.2.2.2")
    assert taken(queue) is one
    assert taken(queue) is other
    assert taken(queue) is two
    queue.active_jobs = [None] * 3
    assert taken(queue) is three
    assert queue.get_events() is None


def test_all_without_an_address_are_one_client(queue):
    one, two = wait(queue, None, None)
    assert [taken(queue), taken(queue)] == [one, two]


def test_nothing_is_taken_where_all_places_to_work_are_taken(queue):
    first, second = wait(queue, "1.1.1.1", "2.2.2.2")
    queue.event_queue_per_concurrency_id["ask"].current_concurrency = 2
    assert queue.get_events() is None
    assert queue.event_queue_per_concurrency_id["ask"].queue == [first, second]


def test_the_last_places_are_for_those_who_have_nothing_waiting(queue):
    def told(address):
        return finish(queue.push(None, request(address), None))[2]

    asked = [told("1.1.1.1") for _ in range(PLACES)]
    assert asked == ["success"] * 4 + ["queue_full"] * RESERVED
    assert told("2.2.2.2") == "success"
    assert told("2.2.2.2") == "queue_full"
    assert told("3.3.3.3") == "success"


def test_the_oldest_sessions_with_nothing_in_progress_are_forgotten(queue):
    for number in range(MOST_SESSIONS + 3):
        queue.pending_messages_per_session[str(number)] = object()
        queue.pending_event_ids_session[str(number)] = {"event"} if number == 1 else set()
    assert finish(queue.push(None, request("1.1.1.1"), None))[0]
    kept = [str(number) for number in range(MOST_SESSIONS + 3) if number not in (0, 2)]
    assert list(queue.pending_event_ids_session) == kept
    assert list(queue.pending_messages_per_session) == kept


def test_a_session_keeps_no_copy_of_the_page():
    with gr.Blocks() as page:
        box = gr.Textbox("A bridge")
        kept = gr.State(0)
    session = Session(page)
    session[kept._id] = 3
    session._update_value_in_config(box._id, "A mayor")
    assert session[kept._id] == 3
    assert list(session.components) == []
