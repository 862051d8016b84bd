"""The tools for language models: in pages within reach, and over stdio."""

from __future__ import annotations

import json
import sys
from types import ModuleType

import pytest
from harness.fakes import BRIDGE, ROOT, TARIFFS, ScriptedReader, WordCounts, calibration, finish

from askvisit import Article, Assistant
from askvisit.cli import main
from askvisit.errors import QuestionError
from askvisit.tools import MOST_BYTES, calls, server, tools

mcp = pytest.importorskip("mcp", reason="no mcp; run: pip install 'mcp>=2,<3'")
CLI = "import sys; from askvisit.cli import main; sys.exit(main())"
MAYOR = "Who opened the bridge on Monday?"
OPENED = "When did the mayor open the bridge?"
LONG = "# The mayor’s bridge\n\n" + "\n\n".join(
    f"In {1900 + n} the “mayor” Ada Quill{n % 7} opened bridge {n}, {'a “long” one, ' * 8}."
    f"\tIt cost {n} crowns."
    for n in range(119)
)
"""An article of many pages, with characters that JSON or UTF-8 has more bytes for."""


@pytest.fixture(scope="module")
def many():
    found = [Article(f"{n:03}", f"Paper {n} " * 30, f"{LONG}\n\nCopy {n}.") for n in range(40)]
    short = Article("bridge", "A Bridge", BRIDGE, "The Herald", "https://h.example", "2019-06-28")
    patch = pytest.MonkeyPatch()
    patch.setattr("askvisit.assistant.fitted_for", lambda *_: calibration())
    reader = ScriptedReader({"on Monday": 2.0, "the “mayor” Ada": 0.5})
    encoder = WordCounts()
    yield Assistant.from_articles([*found, short], encoder=encoder, reader=reader)
    patch.undo()


@pytest.fixture(scope="module")
def call(many):
    by_name = {tool.__name__: tool for tool in tools(many)}
    return lambda name, **arguments: by_name[name](**arguments)


def pages(call, name, key, **arguments):
    """Return all items, had page by page; each page is as small as it must be."""
    offset, items = 0, []
    while offset is not None:
        page = call(name, offset=offset, **arguments)
        assert len(json.dumps(page, ensure_ascii=False, indent=2).encode()) <= MOST_BYTES
        assert page[key]
        items += page[key]
        assert page.get("next_offset") in (None, len(items))
        offset = page.get("next_offset")
    return items, page["total"]


@pytest.mark.parametrize(
    ("name", "key", "arguments"),
    [
        ("articles", "articles", {}),
        ("names", "names", {"articles": ["000", "001"]}),
        ("timeline", "entries", {"articles": ["000", "001"], "since": "1905"}),
        ("search", "passages", {"query": "the mayor’s bridge"}),
        ("ask", "citations", {"question": OPENED, "each": True}),
        ("ask", "nearest", {"question": OPENED, "strictness": "strict"}),
    ],
)
def test_results_come_in_pages_within_reach(call, name, key, arguments):
    items, total = pages(call, name, key, **arguments)
    assert len(items) == total
    assert total > 2
    assert len({json.dumps(item) for item in items}) == total


def test_an_article_is_read_page_by_page_to_its_very_text(call, many):
    offset, text, count = 0, "", 0
    while offset is not None:
        page = call("article", article_id="000", offset=offset)
        assert len(json.dumps(page, ensure_ascii=False, indent=2).encode()) <= MOST_BYTES
        text, offset, count = text + page["text"], page.get("next_offset"), count + 1
    assert text == many.articles["000"].text
    assert 1 < count <= len(text) / MOST_BYTES * 1.5 + 1


def test_a_citation_is_quoted_where_it_is_with_what_is_known_of_its_article(call):
    answer = call("ask", question=MAYOR, articles=["bridge"])
    (cited,) = answer["citations"]
    assert (answer["found"], answer["text"]) == (True, "The mayor opened the bridge on Monday. [1]")
    assert cited == {
        "number": 1,
        "quote": "The mayor opened the bridge on Monday.",
        "span": "on Monday",
        "start": BRIDGE.index("The mayor"),
        "end": BRIDGE.index(" It cost"),
        "article_id": "bridge",
        "article_title": "A Bridge",
        "source": "The Herald",
        "url": "https://h.example",
        "date": "2019-06-28",
        "paragraph": 2,
    }


def test_a_long_answer_is_cut_and_its_quotes_are_in_pages(call):
    answer = call("ask", question=OPENED, each=True)
    assert answer["text"].endswith(" […]")
    assert len(answer["citations"]) < answer["total"]


def test_groups_name_the_articles_that_say_the_same(call):
    answer = call("ask", question=OPENED, each=True, articles=["000", "001"])
    said = {"words": "the “mayor” Ada", "relation": None, "since": None, "articles": ["000", "001"]}
    assert answer["groups"] == [said]


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("ask", {"question": " "}, "the question is empty"),
        (
            "ask",
            {"question": "Who?", "strictness": "harsh"},
            "strictness: input should be 'lenient",
        ),
        ("ask", {}, "question: field required"),
        ("search", {"query": "Who?", "offset": "x"}, "offset: input should be a valid integer"),
        ("article", {"article_id": "nobody"}, "no article is called 'nobody'; the index has 000"),
        ("article", {"article_id": "bridge", "offset": 9999}, f"from 0 to {len(BRIDGE) - 1}"),
        ("articles", {"offset": -1}, "offset must be 0 or more"),
        ("search", {"query": "Who?", "sources": ["Times"]}, "no article is from 'Times'"),
        ("names", {"article": ["000"]}, "no argument 'article'; it has articles, since, until"),
        ("ask", {"question": MAYOR, "history": []}, "ask has no argument 'history'; it has"),
    ],
)
def test_what_the_caller_can_mend_is_told(many, tool, arguments, said):
    async def conversation():
        async with mcp.Client(server(many)) as client:
            return await client.call_tool(tool, arguments)

    result = finish(conversation())
    assert result.is_error
    assert said in result.content[0].text
    assert "pydantic" not in result.content[0].text


def test_two_ways_to_say_how_sure_an_answer_must_be_are_one_too_many(many):
    ask, *_ = calls(many)
    with pytest.raises(QuestionError, match="either min_confidence or strictness, not both"):
        ask(OPENED, min_confidence=0.9, strictness="lenient")


@pytest.mark.parametrize("installed", [None, ModuleType("mcp")], ids=["none", "version 1"])
def test_without_the_protocol_the_extra_is_asked_for(many, monkeypatch, capsys, installed):
    for name in [name for name in sys.modules if name.startswith("mcp.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", installed)
    monkeypatch.setattr(Assistant, "load", classmethod(lambda *_, **__: many))
    assert main(["mcp"]) == 1
    needed = "askvisit: MCP needs the extra mcp; run: pip install 'mcp>=2,<3'\n"
    assert capsys.readouterr() == ("", needed)


def test_a_desktop_assistant_starts_it_and_calls_its_tools_over_stdio(tmp_path):
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "tariffs.txt").write_text(TARIFFS, "utf-8")
    build = f"from askvisit import build_index; build_index(index={str(tmp_path)!r}); {CLI}"
    command = ["-c", build, "mcp", "--index", str(tmp_path), "--reader", "small"]
    started = mcp.StdioServerParameters(
        command=sys.executable, args=command, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src")}
    )

    async def conversation():
        async with mcp.Client(mcp.stdio_client(started)) as client:
            told = (await client.list_tools()).tools
            asked = {"question": "What did the minister raise?", "strictness": "lenient"}
            answer = await client.call_tool("ask", asked)
            wrong = await client.call_tool("article", {"article_id": "x"})
            return {tool.name: tool for tool in told}, answer, wrong

    told, answer, wrong = finish(conversation())
    assert set(told) == {"ask", "search", "timeline", "names", "articles", "article"}
    assert all(tool.annotations.read_only_hint for tool in told.values())
    assert told["ask"].input_schema["required"] == ["question"]
    assert not any(tool.input_schema["additionalProperties"] for tool in told.values())
    (cited,) = answer.structured_content["citations"]
    assert cited["quote"] == "The minister raised the tariff on steel to nine percent."
    assert cited["article_id"] == "tariffs.txt"
    assert json.loads(answer.content[0].text) == answer.structured_content
    assert wrong.is_error
