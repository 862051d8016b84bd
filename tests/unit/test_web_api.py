"""The endpoints for programs, called as a program calls them."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from harness.fakes import (
    BRIDGE,
    ROOT,
    ScriptedReader,
    ScriptedResolver,
    SharedWords,
    WordCounts,
    calibration,
    indexed,
)
from harness.web_fakes import ARTICLE, FakeAssistant

from askvisit import Assistant
from askvisit.calibration import SMALL
from askvisit.records import Answer
from askvisit.web import api, server
from askvisit.web.chat import Chat
from askvisit.web.faults import UserError

QUESTION = "Who met the mayor?"


@pytest.fixture(scope="module")
def assistant():
    return FakeAssistant()


@pytest.fixture(scope="module")
def client(assistant):
    from gradio_client import Client

    page = server.launch(Chat(assistant), "127.0.0.1", server.free_port("127.0.0.1", 0))
    called = Client(page.local_url, verbose=False, analytics_enabled=False)
    yield called
    called.close()
    page.close()


def test_the_endpoints_are_named_and_nothing_else_is(client):
    named = client.view_api(return_format="dict", print_info=False)
    assert sorted(named["named_endpoints"]) == [
        "/articles",
        "/ask",
        "/names",
        "/search",
        "/timeline",
    ]
    assert named["unnamed_endpoints"] == {}
    types = [p["python_type"]["type"] for p in named["named_endpoints"]["/ask"]["parameters"]]
    assert types[0] == "str"


def test_ask_returns_the_answer_as_the_library_does(client, assistant):
    answer = client.predict(QUESTION, api_name="/ask")
    assert Answer.from_dict(answer) == assistant.ask(QUESTION)


def test_ask_takes_history_and_confidence(client, assistant):
    earlier = asdict(assistant.ask(QUESTION))
    answer = client.predict("Zebra?", history=[earlier], min_confidence=0.0, api_name="/ask")
    assert answer["found"]
    assert [a.question for a in assistant.asked[-1][1]] == [QUESTION]


def test_without_a_confidence_the_strictness_of_the_chat_counts(monkeypatch):
    assistant, asked = FakeAssistant(), []
    answered = assistant.ask
    monkeypatch.setattr(assistant, "ask", lambda *a, **k: asked.append(k) or answered(*a, **k))
    ask, *_ = api.endpoints(assistant, "strict")
    ask(QUESTION)
    ask(QUESTION, min_confidence=0.0)
    ask(QUESTION, strictness="lenient")
    least = [(options["min_confidence"], options["strictness"]) for options in asked]
    assert least == [(None, "strict"), (0.0, None), (None, "lenient")]


def test_turns_are_counted_in_the_history_that_was_sent(tmp_path):
    indexed(tmp_path, {"bridge.txt": BRIDGE})
    resolver = ScriptedResolver({"Why?": ["bridge"]})
    asking = Assistant(tmp_path, WordCounts(), SharedWords(), calibration(), resolver)
    earlier = asking.ask("What of the bridge?")
    answer = api.endpoints(asking)[0]("Why?", history=[asdict(earlier)] * 30)
    assert [turn["turn"] for turn in answer["context"]] == [29]
    line = "What of the bridge, and why was it opened?"
    resolver.script["why was it opened?"] = ["bridge"]
    answer = api.endpoints(asking)[0](line, history=[asdict(earlier)] * 30)
    assert [turn["turn"] for turn in answer["parts"][1]["context"]] == [30]


def test_search_and_articles(client, assistant):
    hits = client.predict("mayor", k=2, api_name="/search")
    assert hits == [asdict(hit) for hit in assistant.search("mayor", 2)]
    (article,) = client.predict(api_name="/articles")
    assert article["id"] == ARTICLE.id
    assert article["sha256"] == ARTICLE.sha256
    assert article["words"] == len(ARTICLE.text.split())
    assert "text" not in article


def test_timeline_and_names(client, assistant):
    entries = client.predict("the bridge", since="2019", api_name="/timeline")
    dated = [asdict(entry) for entry in assistant.timeline("the bridge", "2019")]
    assert entries == json.loads(json.dumps(dated))
    assert entries[0]["citation"]["quote"] in ARTICLE.text
    assert client.predict("zebra", api_name="/timeline") == []
    names = client.predict(2, api_name="/names")
    assert [name["name"] for name in names] == ["Monday", "Monday"]
    assert names[0]["citations"][0]["article_id"] == ARTICLE.id


@pytest.mark.parametrize(
    ("question", "history", "said"),
    [
        (" ", None, "the question is empty"),
        ("x" * 3000, None, "2,000 characters"),
        (QUESTION, [{"no": "answer"}], "history must be a list of answers"),
        (QUESTION, ["x"], "history 0: input should be a valid dictionary"),
        (5, None, "question: input should be a valid string"),
        ("fail", None, "Reference for the log"),
    ],
)
def test_what_goes_wrong_is_told_in_words(client, question, history, said):
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match=said) as told:
        client.predict(question, history=history, api_name="/ask")
    assert "secret" not in str(told.value)


@pytest.mark.parametrize(
    ("endpoint", "arguments", "said"),
    [
        ("search", {"k": "many"}, "k: input should be a valid integer"),
        ("search", {"articles": "visit.txt"}, "articles: input should be a valid list"),
        ("ask", {"sources": "Herald"}, "sources: input should be a valid list"),
        ("ask", {"min_confidence": "sure"}, "min_confidence: input should be a valid number"),
    ],
)
def test_an_argument_of_another_type_is_named(client, caplog, endpoint, arguments, said):
    from gradio_client.exceptions import AppError

    with pytest.raises(AppError, match=said):
        client.predict(QUESTION, **arguments, api_name=f"/{endpoint}")
    assert caplog.records == []


def test_a_number_in_a_text_is_a_number(client, assistant):
    hits = client.predict("mayor", k="1", api_name="/search")
    assert hits == [asdict(hit) for hit in assistant.search("mayor", 1)]
    default = client.predict("mayor", api_name="/search")
    assert client.predict("mayor", k=None, api_name="/search") == default


def test_a_scope_that_leaves_nothing_is_told_in_words(tmp_path):
    text = "“The mayor left,” said Ola Strand, who lives in Oslo.\n"
    indexed(tmp_path, {"a.txt": text})
    small = Assistant(tmp_path, WordCounts(), SharedWords(), calibration())
    calls = {call.__name__: api.checked(call) for call in api.endpoints(small)}
    for name, arguments in (("ask", ["Who left?"]), ("search", ["mayor"]), ("names", [])):
        with pytest.raises(UserError, match="no article has a date"):
            calls[name](*arguments, since="2019")
        with pytest.raises(UserError, match="no article is called"):
            calls[name](*arguments, articles=["b.txt"])
    with pytest.raises(UserError, match="no article is from 'Post'"):
        calls["timeline"](sources=["Post"])
    assert [name["kind"] for name in calls["names"]()] == ["person", "place"]


def test_the_day_of_asking_may_be_sent(small):
    days = {"bridge.toml": "date = 2019-06-27", "tariffs.toml": "date = 2019-03-20"}
    indexed(small, days)
    asked = Assistant(small, WordCounts(), ScriptedReader({}), calibration(), ScriptedResolver())
    ask = api.checked(api.endpoints(asked)[0])
    question = "What did the minister do last week?"
    for day, first in (("2019-06-26", "tariffs.txt"), ("2019-07-03", "bridge.txt")):
        answer = ask(question, min_confidence=1, as_of=day)
        assert answer["nearest"][0]["article_id"] == first
        assert Answer.from_dict(answer) == asked.ask(question, min_confidence=1, as_of=day)
    for wrong, said in (
        ("soon", "as_of is 'soon', which is not a date"),
        ("2018", "every article was published after 2018-12-31"),
        (2019, "as_of: input should be a valid string"),
    ):
        with pytest.raises(UserError, match=said):
            ask(question, as_of=wrong)
    today = ask(question, min_confidence=1, as_of=None)
    assert today["period"] not in (None, answer["period"])


@pytest.fixture(scope="module")
def rest(assistant):
    app = FastAPI()
    app.include_router(api.routes(Chat(assistant)))
    with TestClient(app) as called:
        yield called


def test_plain_http_answers_as_the_library_does(rest, assistant):
    answer = rest.post("/ask", json={"question": QUESTION})
    assert Answer.from_dict(answer.json()) == assistant.ask(QUESTION)
    assert (
        rest.post("/search", json={"query": "mayor", "k": 1}).json()[0]["article_id"] == ARTICLE.id
    )
    assert rest.post("/names", json={"most": 1}).json()[0]["name"] == "Monday"
    assert rest.post("/timeline", json={}).json()[0]["date"] == "2019-06-24"
    (listed,) = rest.get("/articles").json()
    assert rest.get(f"/articles/{listed['id']}").json()["text"] == ARTICLE.text


@pytest.mark.parametrize(
    ("path", "given", "said"),
    [
        ("/ask", {"questio": QUESTION}, "question: field required"),
        ("/ask", {"question": QUESTION, "depth": 3}, "depth: extra inputs are not permitted"),
        ("/ask", {"question": " "}, "the question is empty"),
        ("/search", {"query": "x", "k": "many"}, "k: input should be a valid integer"),
    ],
)
def test_plain_http_tells_wrong_arguments_in_words(rest, caplog, path, given, said):
    answer = rest.post(path, json=given)
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert caplog.records == []


def test_a_lone_surrogate_in_a_question_comes_back(rest):
    asked = b'{"question": "\\ud800 Who met the mayor?"}'
    answer = rest.post("/ask", content=asked, headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert json.loads(answer.text)["question"] == "\ud800 Who met the mayor?"


def test_plain_http_says_where_a_text_is_no_json(rest):
    answer = rest.post(
        "/ask", content='{"question": Who?}', headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"] == (
        "this is no JSON (expecting value at character 13); see /openapi.json for what to send"
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [('{"question": "Who?"}', "application/x-www-form-urlencoded"), ("[1]", "application/json")],
)
def test_plain_http_says_how_to_send_what_is_no_object(rest, content, kind):
    answer = rest.post("/ask", content=content, headers={"content-type": kind})
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("send a JSON object with the header content-type:")


def test_plain_http_tells_a_fault_by_its_reference(rest):
    answer = rest.post("/ask", json={"question": "fail"})
    assert answer.status_code == 500
    assert "Reference for the log" in answer.json()["detail"]
    assert rest.get("/articles/nowhere.txt").status_code == 404


def test_the_description_names_each_endpoint_and_its_arguments(rest):
    described = rest.get("/openapi.json").json()
    paths = ["/articles", "/articles/{article_id}", "/ask", "/names", "/search", "/timeline"]
    assert sorted(described["paths"]) == paths
    assert "since" in described["components"]["schemas"]["Ask"]["properties"]


@pytest.mark.slow
def test_fifty_callers_are_answered_as_the_library_answers():
    """Eight questions by each of fifty clients at once; no error, no answer of another.

    The small reader will do: who gets which answer does not depend on it.
    """
    from gradio_client import Client

    lines = (ROOT / "tests" / "data" / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines[:: len(lines) // 8]][:8]
    assistant = Assistant.load(ROOT / "index", reader=SMALL)
    direct = {question: asdict(assistant.ask(question)) for question in questions}
    page = server.launch(Chat(assistant), "127.0.0.1", server.free_port("127.0.0.1", 0))

    def caller(number):
        # The clients share two cores with the server, and certificates are read for each request.
        patient = {"timeout": 120}
        client = Client(
            page.local_url,
            verbose=False,
            analytics_enabled=False,
            httpx_kwargs=patient,
            ssl_verify=False,
        )
        order = questions[number % 8 :] + questions[: number % 8]
        answers = [(question, client.predict(question, api_name="/ask")) for question in order]
        client.close()
        return answers

    try:
        with ThreadPoolExecutor(50) as callers:
            answers = [answer for given in callers.map(caller, range(50)) for answer in given]
    finally:
        page.close()
    assert len(answers) == 400
    assert [
        q for q, answer in answers if Answer.from_dict(answer) != Answer.from_dict(direct[q])
    ] == []


def test_an_index_that_is_gone_is_told_by_a_reference_without_its_path(small):
    assistant = Assistant(small, WordCounts(), SharedWords(), calibration())
    ask = api.checked(api.endpoints(assistant)[0])
    shutil.rmtree(small)
    with pytest.raises(UserError, match="Reference for the log") as told:
        ask("Who opened the bridge?")
    assert str(small) not in str(told.value)
