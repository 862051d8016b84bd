"""Export a conversation with its citations as Markdown or JSON, and verify it later.

The Markdown holds the same data as the JSON, in a comment at its end, so both can be verified:
each quote must be where it was, and what a reader of the Markdown sees must match its data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from askvisit.errors import DataError, reason_of
from askvisit.index import Articles, PassageIndex
from askvisit.records import Answer, Article, Citation
from askvisit.text import printable

FORMAT = 1

Status = Literal["intact", "moved", "changed", "gone"]

_TITLE = "# A conversation with the articles"
_DATA = re.compile(r"^<!-- askvisit-conversation (.*) -->$", re.MULTILINE)
_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*<!--.*?(?:-->|\Z)", re.DOTALL)
"""A comment of HTML; one whose "<" is escaped is text."""
_CITED = re.compile(r"^ {0,3}(?:>.*\[\d+\][ \t]*$|[-*+] +\[\d+\] )", re.MULTILINE)
"""A line that looks like the end of a quote, or like its source."""
_SPECIAL = re.compile(r"[\\`*_\[\]<>#&|~$]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

_WRONG = (
    "{} is not a file of answers; give one written by askvisit ask --json, ask --jsonl or an export"
)


@dataclass(frozen=True)
class Proof:
    """Whether a citation still holds.

    `intact`: the same slice of the article reads the same, whatever else changed in it; `moved`:
    the exact words are elsewhere in it, from `now_at` on; `changed`: they are not, or a Markdown
    export shows other words or quotes than its data has; `gone`: there is no such article.
    """

    question: str
    number: int
    article_id: str
    quote: str
    status: Status
    now_at: int | None = None


@dataclass(frozen=True)
class _Claim:
    """A citation as read from a file: it may have been edited since, so nothing is trusted.

    Records validate themselves on creation, but a forged quote must be reported, not raise.
    """

    question: str
    edited: bool
    number: int
    article_id: str
    quote: str
    start: int
    end: int
    span: str | None = None
    span_start: int = 0
    span_end: int = 0

    def stands_in(self, text: str) -> bool:
        """Whether the slice, and the span in it, read as quoted."""
        return (
            0 <= self.start < self.end
            and text[self.start : self.end] == self.quote
            and (self.span is None or self._span_stands_in(text))
        )

    def _span_stands_in(self, text: str) -> bool:
        return (
            self.start <= self.span_start < self.span_end <= self.end
            and text[self.span_start : self.span_end] == self.span
        )


def to_json(answers: Sequence[Answer]) -> str:
    """Write a conversation as JSON: `answers` as `askvisit ask --json` prints them."""
    return _json(answers, indent=1) + "\n"


def to_markdown(answers: Sequence[Answer], title: str = _TITLE) -> str:
    """Write a conversation for people to read: each question, its quotes, and where each is."""
    data = _json(answers).replace(">", r"\u003e")  # so that nothing ends the comment early
    blocks = [title, *(_section(answer) for answer in answers)]
    return "\n\n".join([*blocks, f"<!-- askvisit-conversation {data} -->"]) + "\n"


def read(path: Path) -> list[Mapping[str, Any]]:
    """Read the answers in a file: JSON, JSON lines, or an exported conversation in either form.

    Several exports in Markdown may have been joined into one file. Answers are returned as
    dictionaries, because an edited one may no longer be a valid `Answer`.
    Raises `DataError` if the file is none of these.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({reason_of(error)})") from error
    exported = _DATA.findall(text)
    try:
        found = _answers([json.loads(data) for data in exported] or _values(text))
        if exported:
            found = _compared(found, text)
        claims = [_claims(answer) for answer in found]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(_WRONG.format(path)) from error
    if not claims:
        raise DataError(_WRONG.format(path))
    return found


def prove(answers: Iterable[Answer | Mapping[str, Any]], index: PassageIndex) -> list[Proof]:
    """Compare every citation with the articles as they are now in the index.

    answers: `Answer`s, or what `read` returned.
    """
    return prove_in(answers, Articles(index))


def prove_in(
    answers: Iterable[Answer | Mapping[str, Any]], articles: Mapping[str, Article]
) -> list[Proof]:
    """Compare every citation with articles by id; each is read once."""
    known = set(articles)
    read: dict[str, Article] = {}
    proofs = []
    for answer in answers:
        for claim in _claims(asdict(answer) if isinstance(answer, Answer) else answer):
            if claim.article_id in known and claim.article_id not in read:
                read[claim.article_id] = articles[claim.article_id]
            proofs.append(_proof(claim, read.get(claim.article_id)))
    return proofs


def _proof(claim: _Claim, article: Article | None) -> Proof:
    status: Status
    now_at = None
    if article is None:
        status = "gone"
    elif claim.stands_in(article.text) and not claim.edited:
        status = "intact"
    else:
        whole = claim.quote and (claim.span or "") in claim.quote and not claim.edited
        at = article.text.find(claim.quote) if whole else -1
        status, now_at = ("moved", at) if at >= 0 else ("changed", None)
    return Proof(claim.question, claim.number, claim.article_id, claim.quote, status, now_at)


def _json(answers: Sequence[Answer], indent: int | None = None) -> str:
    data = {"askvisit_conversation": FORMAT, "answers": [asdict(answer) for answer in answers]}
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)  # UTF-8 has none


def _section(answer: Answer, *, number_on: bool = True) -> str:
    """Write one answer; its parts are numbered on, or each from 1."""
    blocks = [f"## {_plain(answer.question)}"]
    if not answer.parts:
        return "\n\n".join([*blocks, *_body(answer)])
    before = 0
    for part in answer.parts:
        blocks += [f"### {_plain(part.question)}", *_body(part, before)]
        before += len(part.citations) if number_on else 0
    return "\n\n".join(blocks)


def _body(answer: Answer, before: int = 0) -> list[str]:
    """Write what is below a question; `before` citations are in earlier parts."""
    blocks = []
    if answer.reading != answer.question and answer.kind != "talk":
        blocks.append(f"*Understood as: {_plain(answer.reading)}*")
    if not answer.found:
        return [*blocks, _plain(answer.text)]
    quoted = answer.citations
    if answer.request == "summary":  # earlier ones were numbered by their scores
        quoted = tuple(sorted(quoted, key=lambda citation: citation.start))
    blocks += [f"> {_plain(c.quote, '> ')} [{before + c.number}]" for c in quoted]
    blocks += map(_plain, answer.notes)
    # It marks a best guess that was asked for; what was requested of an article has none.
    if answer.request is None:
        blocks.append(f"*Confidence: {100 * answer.confidence:.0f} %*")
    return [*blocks, "\n".join(_source(c, before) for c in answer.citations)]


def _source(citation: Citation, before: int) -> str:
    place = f"{_plain(citation.article_id)} {citation.start}-{citation.end}"
    title = _plain(citation.article_title)
    hashed = f"sha256 {citation.article_sha256}"
    return f"- [{before + citation.number}] {title}, {_plain(citation.where)} ({place}, {hashed})"


def _plain(text: str, prefix: str = "") -> str:
    """Escape Markdown and HTML markup; lines after the first get a prefix."""
    shown = _SPECIAL.sub(lambda mark: f"\\{mark[0]}", printable(text))
    return f"\n{prefix}".join(line for line in shown.splitlines() if line.strip())


def _values(text: str) -> Any:
    """Read one JSON value, or one per line."""
    try:
        return json.loads(text)
    except ValueError:
        return [json.loads(line) for line in text.split("\n") if line.strip()]


def _answers(data: Any) -> list[Mapping[str, Any]]:
    """Find the answers: in a list, in a conversation, or the data itself; skip failed lines."""
    if isinstance(data, list):
        return [answer for item in data for answer in _answers(item)]
    if "answers" in data:
        return _answers(data["answers"])
    return [] if "error" in data and "citations" not in data else [data]


def _claims(answer: Mapping[str, Any]) -> list[_Claim]:
    """Read the citations, and those of parts and groups if they differ."""
    question, edited = str(answer["question"]), answer.get("edited") is True
    parts = [cited for part in answer.get("parts") or () for cited in part["citations"]]
    answers = (answer, *(answer.get("parts") or ()))
    groups = [group for one in answers for group in one.get("groups") or ()]
    grouped = [member["citation"] for group in groups for member in group["members"]]
    claims: dict[tuple[Any, ...], _Claim] = {}
    for cited in (*answer["citations"], *parts, *grouped):
        fields = tuple(cited[name] for name in ("article_id", "quote", "start", "end"))
        if cited.get("span") is not None:
            fields += tuple(cited[name] for name in ("span", "span_start", "span_end"))
        kinds = (str, str, int, int, str, int, int)
        if any(type(value) is not kind for value, kind in zip(fields, kinds, strict=False)):
            raise TypeError("ids and quotes are text, offsets are whole numbers")
        claims.setdefault(fields, _Claim(question, edited, len(claims) + 1, *fields))
    return list(claims.values())


def _compared(answers: Sequence[Mapping[str, Any]], text: str) -> list[Mapping[str, Any]]:
    """Add to each answer whether it was edited: the Markdown does not show what its data says."""
    visible = _COMMENT.sub("", text)
    written = [_sections(answer) for answer in answers]
    edited = [not any(section in visible for section in sections) for sections in written]
    rest = text  # with its comments, because a reader may see what only looks like one
    known = {section for sections in written for section in sections}
    for section in sorted(known, key=len, reverse=True):  # a part's may contain another answer's
        rest = rest.replace(section, "\n")
    quotes_changed = any(a["citations"] for a, was in zip(answers, edited, strict=True) if was)
    if _CITED.search(rest) and not quotes_changed:  # a quote was added, which no data has
        edited = [True] * len(answers)
    return [{**a, "edited": was} for a, was in zip(answers, edited, strict=True)]


def _sections(answer: Mapping[str, Any]) -> list[str]:
    """Return what the Markdown of an answer may be; nothing if its data was edited."""
    try:
        told = Answer.from_dict(answer)
        # The first release numbered the quotes of each part from 1.
        return [_section(told, number_on=way) for way in (True, False)]
    except (ValueError, KeyError, TypeError):
        return []
