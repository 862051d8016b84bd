"""The chat under load, over HTTP: a crowd, too many at once, slow clients, a restart.

The small reader will do: who is answered, and what is quoted, does not depend on it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import islice

import pytest
from harness import clients, crowd, people
from harness.fakes import finish

from askvisit import Assistant, encoder
from askvisit.calibration import SMALL

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return crowd.Library(tmp_path_factory.mktemp("library") / "index", encoder.load())


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("log") / "log"


def start(library, log, port=0):
    return clients.Server(library.folder, log, port, "--reader", SMALL)


@pytest.fixture(scope="module")
def server(library, log):
    """The chat that all of them ask; the test that stops it is the last."""
    with start(library, log) as started:
        yield started
        if started.process.poll() is None:
            assert started.stop() < 10
        assert started.faults() == []


def test_a_crowd_is_answered_while_the_index_is_rebuilt(server, library):
    asking = crowd.Crowd(server, library)
    finish(asking.ask(clients=12, seconds=10))
    assert asking.tally.errors == []
    assert asking.tally.busy == []
    assert asking.tally.answers > 20
    assert asking.rebuilds > 0


def test_too_many_at_once_are_told_so_and_all_others_are_answered(server):
    tally = finish(crowd.at_once(server, 200))
    assert tally.errors == []
    assert tally.answers >= 64
    assert len(tally.busy) == 200 - tally.answers
    assert max(tally.busy) < max(tally.seconds)
    assert finish(crowd.at_once(server, 1)).answers == 1


def test_one_who_floods_keeps_nobody_else_from_an_answer(server):
    asking = people.People(server)
    flood = finish(people.beside_a_flood(server, 100, asking.ask(3, every=1, seconds=5)))
    assert (asking.tally.errors, asking.tally.busy, flood.errors) == ([], [], [])
    assert asking.tally.answers > 3
    assert flood.busy or max(asking.tally.seconds) < max(flood.seconds)


def test_slow_clients_are_sent_away_and_keep_nobody_waiting(server):
    tally, refused = finish(crowd.slow(server, 100))
    assert set(refused) <= {408, 0}
    assert refused.count(408) > 25
    assert (tally.errors, tally.busy) == ([], [])
    assert tally.answers > 1


def test_a_restart_loses_no_answer_and_takes_the_same_port(server, library, log):
    again = partial(start, library, log, server.port)
    tally, stopped, _ = finish(crowd.restarted(server, 6, again))
    assert tally.errors == []
    assert tally.busy != []
    assert stopped < 10


def test_the_crowd_sees_an_answer_that_is_wrong(library):
    question, other = islice(clients.questions(), 2)
    assert crowd.in_the_turn(question)(f'<p class="message user">{other}</p>')
    assistant = Assistant.load(library.folder, reader=SMALL)
    answer = assistant.ask(question, min_confidence=0)
    assert library.judge(answer) == ""
    cited = answer.citations[0]
    moved = replace(cited, article_sha256="0" * 64)
    assert "not what the article says" in library.judge(
        replace(answer, citations=(moved, *answer.citations[1:]))
    )
