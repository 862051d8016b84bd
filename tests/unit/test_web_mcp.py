"""The MCP server, asked by a real MCP client over loopback."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
from harness.fakes import ROOT, finish
from harness.web_fakes import ARTICLE, FakeAssistant

from askvisit.web import guard, server
from askvisit.web.chat import Chat

CLI = "import sys; from askvisit.cli import main; sys.exit(main())"
QUESTION = "Who met the mayor?"
MEND = "no mcp; to run the tests of the MCP server: pip install 'mcp>=2,<3'"


@pytest.fixture(scope="module")
def mcp():
    if os.environ.get("CI") == "true":
        import mcp
    else:
        mcp = pytest.importorskip("mcp", reason=MEND)
    return mcp


@pytest.fixture(scope="module")
def address(mcp):
    port = server.free_port("127.0.0.1", 0)
    page = server.launch(Chat(FakeAssistant()), "127.0.0.1", port, mcp=True)
    yield f"http://127.0.0.1:{port}{guard.MCP}"
    page.close()


@pytest.fixture
def call(mcp, address):
    def called(tool, **arguments):
        async def conversation():
            async with mcp.Client(address) as client:
                return await client.call_tool(tool, arguments)

        return finish(conversation())

    return called


def test_typed_tools_that_only_read(mcp, address):
    async def conversation():
        async with mcp.Client(address) as client:
            return client.server_info, (await client.list_tools()).tools

    info, tools = finish(conversation())
    assert info.name == "askvisit"
    by_name = {tool.name: tool for tool in tools}
    assert sorted(by_name) == ["article", "articles", "ask", "names", "search", "timeline"]
    assert all(tool.annotations.read_only_hint for tool in tools)
    ask = by_name["ask"]
    assert ask.description.startswith("Answer a question with sentences quoted word for word")
    assert ask.input_schema["properties"]["question"]["type"] == "string"
    assert ask.input_schema["required"] == ["question"]


def test_ask_quotes_what_the_library_does(call):
    result = call("ask", question=QUESTION)
    assert not result.is_error
    (cited,), expected = result.structured_content["citations"], FakeAssistant().ask(QUESTION)
    assert (cited["quote"], cited["start"]) == (expected.text[:-4], expected.citations[0].start)
    assert json.loads(result.content[0].text) == result.structured_content


class Counting(FakeAssistant):
    """Counts how many questions are answered at once, up to the most."""

    def __init__(self) -> None:
        super().__init__()
        self.now = self.most = 0

    def ask(self, question, *args, **kwargs):
        self.now += 1
        self.most = max(self.most, self.now)
        time.sleep(0.2)
        self.now -= 1
        return super().ask(question, *args, **kwargs)


def test_few_calls_are_worked_on_at_once_and_the_others_wait(mcp):
    counting, port = Counting(), server.free_port("127.0.0.1", 0)
    controller = Chat(counting)
    page = server.launch(controller, "127.0.0.1", port, mcp=True, public=True)

    async def conversation():
        async with mcp.Client(f"http://127.0.0.1:{port}{guard.MCP}") as client:
            calls = (client.call_tool("ask", {"question": QUESTION}) for _ in range(12))
            return await asyncio.gather(*calls)

    try:
        found = finish(conversation())
    finally:
        page.close()
    assert not any(result.is_error for result in found)
    assert 1 < counting.most <= 4


def test_search_and_articles(call):
    hits = call("search", query="mayor").structured_content["passages"]
    assert [hit["text"] for hit in hits] == [h.text for h in FakeAssistant().search("mayor", 50)]
    (article,) = call("articles").structured_content["articles"]
    assert (article["id"], article["characters"]) == (ARTICLE.id, len(ARTICLE.text))
    read = call("article", article_id=ARTICLE.id, offset=3).structured_content
    assert read["text"] == ARTICLE.text[3:]


def test_timeline_and_names(call):
    (entry,) = call("timeline", topic="the bridge").structured_content["entries"]
    assert (entry["date"], entry["article_id"]) == ("2019-06-24", ARTICLE.id)
    name = call("names").structured_content["names"][0]
    assert (name["name"], name["count"]) == ("Monday", 1)
    result = call("timeline", since="soon")
    assert result.is_error
    assert "not a date" in result.content[0].text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"question": " "}, "the question is empty"),
        ({"question": "x" * 3000}, "2,000 characters"),
        ({"question": QUESTION, "offset": -1}, "offset must be 0 or more"),
        ({"question": QUESTION, "strictness": "x"}, "strictness"),
        ({"question": "fail"}, "Reference for the log"),
        ({}, "question"),
    ],
)
def test_what_goes_wrong_is_told_in_words(call, arguments, said):
    result = call("ask", **arguments)
    assert result.is_error
    assert said in result.content[0].text
    assert "secret" not in result.content[0].text


@pytest.mark.parametrize(
    ("header", "value"), [("Host", "evil.example"), ("Origin", "https://evil.example")]
)
def test_a_page_elsewhere_does_not_reach_the_tools(address, header, value):
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}).encode()
    headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    opener = build_opener(ProxyHandler({}))
    with opener.open(Request(f"{address}/", body, headers)) as response:
        assert b"ask" in response.read()
    with pytest.raises(HTTPError) as refused:
        opener.open(Request(f"{address}/", body, headers | {header: value}))
    with refused.value as answer:
        assert answer.code in (403, 421)


def test_without_the_option_there_is_no_mcp_server():
    port = server.free_port("127.0.0.1", 0)
    page = server.launch(Chat(FakeAssistant()), "127.0.0.1", port)
    try:
        with pytest.raises(HTTPError) as refused:
            build_opener(ProxyHandler({})).open(
                Request(f"http://127.0.0.1:{port}{guard.MCP}/", b"{}")
            )
        with refused.value as answer:
            assert answer.code in (404, 405)
    finally:
        page.close()


@pytest.mark.slow
@pytest.mark.parametrize("command", [["ui.py"], ["-c", CLI, "ui"]])
def test_the_command_serves_the_real_index(mcp, real, command):
    started = subprocess.Popen(
        [sys.executable, *command, "--mcp", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        address = re.fullmatch(r"MCP server: (http\S+)\n", started.stdout.readline())[1]
        question = "When did Xi meet Kim Jong Il?"

        async def conversation():
            async with mcp.Client(address) as client:
                return await client.call_tool("ask", {"question": question})

        (cited,) = finish(conversation()).structured_content["citations"]
        assert cited["quote"] == real.ask(question).citations[0].quote
        assert "2009" in cited["span"]
    finally:
        started.terminate()
        started.communicate()
