"""Hostile input of every kind, and what it must do no harm to.

A `Target` makes one input from a seeded generator and tries it; what it raises is a failure. The
answers to expect are errors of the package, in words, or nothing at all.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from askvisit import Answer, Assistant, formats, transcript
from askvisit.errors import AskvisitError
from askvisit.formats import isolated
from askvisit.index import Articles, open_index, verify_index
from askvisit.index import manifest as manifests
from askvisit.index.edit import add_article
from askvisit.passages import passages, sentences
from askvisit.records import Article
from askvisit.store import question_terms
from askvisit.web import api, source_panel
from askvisit.web.chat import Chat
from harness import bombs
from harness.fakes import ROOT, VISIT, WordCounts
from harness.web_fakes import Page

FRAGMENTS = (
    *('"', "'", '"""', "''", "' OR 1=1 --", "'); DROP TABLE passages; --", "\\", "%", "_", ";"),
    *("NEAR(a b, 5)", "a AND NOT b", "words:bridge", "bridge*", "^bridge", "{a b}:c", "a + b", "-"),
    *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</mark>", "<!--", "]]>"),
    *("javascript:alert(1)", "&lt;b&gt;", "&#x3c;script>", "{{7*7}}", "${7*7}", "%s%n", "{0}"),
    *("../../etc/passwd", "..\\..\\", "/etc/passwd", "file:///etc/passwd", "C:\\nul", "a/b", "."),
    *("\x00", "\x1b[31m", "\x07", "\r\n", "\u202e", "\u2066", "\u200b", "\ufeff", "\ufffe", "\x85"),
    *("\ud800", "\udfff", "\U0001f600", "e\u0301", "ﬁ", "İ", "ß", "．．／", "𝕏𝕚", "\u0300" * 40),
    *("Xi", "Kim Jong Un", "When did", "Who", "sanctions", "it", "the", "?", "!", "?" * 50),
    *("[1]", "> quote", "# Head", "```", "null", "NaN", "1e999", "-0", "9" * 400, "[" * 200),
)

JSON = {"content-type": "application/json"}

BOMB_SECONDS = 2.0
"""What the parsers get for a bomb here, so that many can be tried; else they get a minute."""

_TAGS = set(
    "article aside b bdi br button blockquote cite code dd details div dl dt em figure footer form "
    "h1 h2 h3 header hr i input label li mark nav ol p path pre q section small span strong sub "
    "summary sup svg table tbody td textarea th thead time tr u ul a".split()
)


class _Page(HTMLParser):
    """Refuses a page that has a tag or an attribute which none of ours has."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _TAGS, f"the page has a <{tag}>"
        for name, value in attrs:
            assert not name.startswith("on"), f"the page has {name}="
            if name in ("href", "src", "action"):
                told = (value or "").strip().lower()
                assert not told.startswith(("javascript:", "data:", "vbscript:")), told


def harmless(html: str) -> None:
    """Fail where a page that quotes hostile text could run it."""
    page = _Page()
    page.feed(html)
    page.close()


def line(random: Random, longest: int = 12) -> str:
    """Make a text of fragments and of any characters."""
    parts = []
    for _ in range(random.randint(0, longest)):
        if random.random() < 0.7:
            parts.append(random.choice(FRAGMENTS))
        else:
            parts.append("".join(map(chr, random.choices(range(0x3000), k=random.randint(1, 9)))))
        parts.append(random.choice(("", " ", " ", "\n")))
    text = "".join(parts)
    return text * random.choice((1, 1, 1, 1, 1, 1, 1, 2, 40))


def value(random: Random, depth: int = 0) -> Any:
    """Make any value of JSON."""
    kinds: list[Callable[[], Any]] = [
        lambda: None, lambda: random.choice((True, False)), lambda: random.randint(-9, 99),
        lambda: random.choice((2**70, -(2**70), 1e308, float("nan"), float("inf"))),
        lambda: line(random, 3), lambda: VISIT, lambda: "ask",
    ]  # fmt: skip
    if depth < 3:
        kinds += [
            lambda: [value(random, depth + 1) for _ in range(random.randint(0, 4))],
            lambda: {
                random.choice((*_KEYS, line(random, 1))): value(random, depth + 1)
                for _ in range(random.randint(0, 5))
            },
        ]
    return random.choice(kinds)()


_KEYS = (
    *("article", "start", "end", "span", "place", "others", "turn", "question", "citations"),
    *("text", "name", "base64", "title", "source", "date", "answers", "quote", "article_id"),
)


def spoiled(random: Random, data: bytes) -> bytes:
    """Spoil a file: bytes changed, cut out, repeated, put in, or its end cut off."""
    spoilt = bytearray(data)
    for _ in range(random.randint(1, 12)):
        at = random.randrange(len(spoilt) + 1)
        length = random.choice((1, 1, 4, 64, 2000))
        part = bytes(spoilt[at : at + length])
        new = random.choice(
            (
                random.randbytes(len(part)),
                b"",
                part * 3,
                line(random, 2).encode("utf-8", "surrogatepass") + part,
            )
        )
        spoilt[at : at + length] = new
    return bytes(spoilt[: random.randrange(len(spoilt) + 1)] if random.random() < 0.1 else spoilt)


def mixed(random: Random, told: Any) -> Any:
    """Replace one value somewhere in JSON data."""
    if isinstance(told, dict) and told and random.random() < 0.9:
        name = random.choice(sorted(told))
        return told | {name: mixed(random, told[name])}
    if isinstance(told, list) and told and random.random() < 0.9:
        at = random.randrange(len(told))
        return [*told[:at], mixed(random, told[at]), *told[at + 1 :]]
    return value(random)


class Targets:
    """All that hostile input can reach; `scratch` is a folder to make a mess in."""

    def __init__(self, assistant: Assistant, index: Path, scratch: Path) -> None:
        """Take the real assistant, an index of fakes to spoil, and a folder."""
        self.assistant = assistant
        self.index = index
        self.scratch = scratch
        self.served = Page(Chat(assistant))
        self.ask_api, self.search_api, *_ = api.endpoints(assistant)
        self.earlier = assistant.ask("When did Xi meet Kim Jong Il?")
        self.page = (ROOT / "tests" / "data" / "formats" / "visit.html").read_bytes()
        self.pdf = (ROOT / "tests" / "data" / "formats" / "visit.pdf").read_bytes()
        self.all: dict[str, Callable[[Random], None]] = {
            "questions": self.question,
            "searches": self.search,
            "articles": self.article,
            "HTML files": self.html,
            "PDF files": self.pdf_file,
            "bombs": self.bomb,
            "manifests": self.manifest,
            "JSONL lines": self.jsonl,
            "answer files": self.answers,
            "deep links": self.link,
            "web events": self.event,
            "file names": self.name,
        }

    def question(self, random: Random) -> None:
        asked = line(random)
        history = [self.earlier] if random.random() < 0.5 else []
        shown = self.sent("ask", {"question": asked, "guess": random.random() < 0.5})["html"]
        harmless(shown)
        assert "Reference for the log" not in shown, asked
        with contextlib.suppress(AskvisitError):
            answer = self.assistant.ask(asked, history)
            assert Answer.from_dict(json.loads(json.dumps(asdict(answer)))) == answer
            for cited in answer.citations:
                text = self.assistant.articles[cited.article_id].text
                assert text[cited.start : cited.end] == cited.quote

    def sent(self, path: str, data: object) -> dict[str, Any]:
        """Send what a browser might; return the answer, which is never a fault."""
        body = json.dumps(data).encode()
        answer = self.served.http.post(f"/page/{path}", content=body, headers=JSON)
        assert answer.status_code < 500, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def search(self, random: Random) -> None:
        text = line(random)
        question_terms(text)
        with contextlib.suppress(AskvisitError):
            self.assistant.search(text, k=random.randint(-1, 99))
        index = open_index(self.index)
        index.bm25(text, 5)
        index.holds(text)

    def article(self, random: Random) -> None:
        name = random.choice(("a.txt", "a.md"))
        data = line(random, 200).encode("utf-8", random.choice(("surrogatepass", "replace")))
        self._read(name, data if random.random() < 0.8 else spoiled(random, data + b"a"))

    def html(self, random: Random) -> None:
        if random.random() < 0.1:
            deep = random.randint(1, 20_000)
            self._read("a.html", b"<div>" * deep + b"<p>A bridge." + b"</div>" * deep)
        else:
            self._read("a.html", spoiled(random, self.page))

    def pdf_file(self, random: Random) -> None:
        self._read("a.pdf", spoiled(random, self.pdf))

    def bomb(self, random: Random) -> None:
        with mock.patch.object(isolated, "SECONDS", BOMB_SECONDS):
            text = self._read(*bombs.bomb(random))
        assert "root:" not in text, f"an article quotes {bombs.SECRET}"

    def _read(self, name: str, data: bytes) -> str:
        text, shown = self.shown(name, data)
        harmless(shown)
        return text

    def shown(self, name: str, data: bytes) -> tuple[str, str]:
        """Return the text of a file, and the page that shows it; nothing for one not usable."""
        try:
            text = formats.read(name, data).text
        except ValueError:
            return "", ""
        article = Article(name, line(Random(1)), text)
        for part in (*passages(article), *sentences(article)):
            assert text[part.start : part.end] == part.text
        return text, source_panel.panel(article)

    def manifest(self, random: Random) -> None:
        folder = self.scratch / "manifest"
        folder.mkdir(exist_ok=True)
        for path in self.index.iterdir():
            if path.name != manifests.NAME and not (folder / path.name).exists():
                (folder / path.name).symlink_to(path)
        data = (self.index / manifests.NAME).read_bytes()
        told = json.loads(data)
        del told["sha256"]
        told = mixed(random, told)
        if isinstance(told, dict):
            told["sha256"] = manifests.seal(told)
        spoilt = spoiled(random, data) if random.random() < 0.5 else json.dumps(told).encode()
        (folder / manifests.NAME).write_bytes(spoilt)
        for use in (open_index, verify_index):
            with contextlib.suppress(AskvisitError):
                use(folder)

    def jsonl(self, random: Random) -> None:
        from askvisit.cli import ask

        told = {"question": "Who?", "history": [asdict(self.earlier)], "id": 1}
        text = json.dumps(mixed(random, told)) if random.random() < 0.7 else line(random)
        try:
            ask._asked(json.loads(text))
        except (AskvisitError, ValueError, RecursionError):
            return

    def answers(self, random: Random) -> None:
        path = self.scratch / "answers"
        text = transcript.to_json([self.earlier])
        if random.random() < 0.5:
            path.write_bytes(spoiled(random, text.encode()))
        else:
            path.write_text(json.dumps(mixed(random, {"answers": [asdict(self.earlier)]})))
        with contextlib.suppress(AskvisitError):
            transcript.prove(transcript.read(path), Articles(open_index(self.index)))

    def link(self, random: Random) -> None:
        place = {
            "article": VISIT,
            "start": random.randint(-5, 5000),
            "end": random.randint(-5, 5000),
        }
        shown = self.sent("source", mixed(random, {"place": place, "others": [place, place]}))
        harmless(str(shown.get("html", "")) + str(shown.get("detail", "")))

    def event(self, random: Random) -> None:
        sent = value(random)
        turn = {"question": line(random, 1), "answer": asdict(self.earlier)}
        kept = {"turns": [turn, sent], "form": "json", "said": "helpful", "turn": turn}
        for path in ("turns", "export", "suggested", "around", "leaf", "inspect"):
            told = mixed(random, kept) if random.random() < 0.5 else sent
            harmless(str(self.sent(path, told)))
        with contextlib.suppress(AskvisitError):
            history = sent if isinstance(sent, list) else [sent]
            self.ask_api(line(random, 2), [asdict(self.earlier), *history])
        with contextlib.suppress(AskvisitError):
            self.search_api(line(random, 2), random.randint(-3, 10**6))

    def name(self, random: Random) -> None:
        before = _files(self.scratch)
        name = line(random, 3) + random.choice((".txt", ".html", ".md", ".exe", "", ".TXT"))
        text = f"A text number {random.random()} on a bridge for the mayor."
        with contextlib.suppress(AskvisitError):
            article = add_article(self.index, name, text.encode(), encoder=WordCounts())
            path = self.index / "articles" / article.id
            assert path.resolve().parent == (self.index / "articles").resolve()
            path.unlink()
        assert _files(self.scratch) == before


def _files(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}
