"""Export a conversation with its citations: as JSON, which can be verified, or Markdown to read."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from askvisit.errors import DataError, reason_of
from askvisit.records import Answer, AnswerGroup, Article, Citation, from_data
from askvisit.text import date_in_words, excerpt, printable

FORMAT = 1

Status = Literal["intact", "moved", "changed", "gone"]

_TITLE = "# A conversation with the articles"
_SPECIAL = re.compile(r"[\\`*_\[\]<>#&|~$]")
_URL = re.compile(r"https?://[^\s<>\\]+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

_GUESS = "*The answer above is a best guess that was asked for: the articles hardly answer it.*"
_WRONG = (
    "{} is not a file of answers; give one written by askvisit ask --json, ask --jsonl or an "
    "export as JSON"
)


@dataclass(frozen=True)
class Proof:
    """Whether a citation still holds.

    `intact`: the same slice of the article reads the same, whatever else changed in it; `moved`:
    the exact words are elsewhere in it, from `now_at` on; `changed`: they are not; `gone`: there is
    no such article.
    """

    question: str
    number: int
    article_id: str
    quote: str
    status: Status
    now_at: int | None = None


@dataclass(frozen=True)
class Claim:
    """What a citation in a file, or a pin, claims: it may have been edited, so nothing is trusted.

    Records validate themselves on creation, but a forged quote must be reported, not raise.
    """

    article_id: str
    quote: str
    start: int
    end: int
    span: str | None = None
    span_start: int | None = None
    span_end: int | None = None

    def __post_init__(self) -> None:
        if self.span is not None and None in (self.span_start, self.span_end):
            raise ValueError("a span has offsets")

    def matches(self, text: str) -> bool:
        """Whether the slice of an article's text, and the span in it, read as quoted."""
        reads = 0 <= self.start < self.end and text[self.start : self.end] == self.quote
        if not reads or self.span is None:
            return reads
        start, end = self.span_start or 0, self.span_end or 0
        return self.start <= start < end <= self.end and text[start:end] == self.span


def to_json(answers: Sequence[Answer], guesses: Collection[int] = ()) -> str:
    """Write a conversation as JSON: `answers` as `askvisit ask --json` prints them.

    guesses: which of them are best guesses that were asked for; they have `"guess": true`.
    """
    written = [
        asdict(answer) | ({"guess": True} if number in guesses else {})
        for number, answer in enumerate(answers)
    ]
    data = {"askvisit_conversation": FORMAT, "answers": written}
    text = json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text)  # UTF-8 has none


def to_markdown(answers: Sequence[Answer], guesses: Collection[int] = ()) -> str:
    """Write a conversation for people to read: each question, its quotes, and where each is.

    guesses: which of the answers are best guesses that were asked for; a note below each says so.
    """
    blocks = [_TITLE]
    for number, answer in enumerate(answers):
        blocks.append(section(answer))
        if number in guesses:
            blocks.append(_GUESS)
    return "\n\n".join(blocks) + "\n"


def read(path: Path) -> list[Mapping[str, Any]]:
    """Read the answers in a file: JSON, JSON lines, or a conversation exported as JSON.

    Answers are returned as dictionaries, because an edited one may no longer be a valid `Answer`.
    Raises `DataError` if the file is none of these.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read ({reason_of(error)})") from error
    try:
        found = _answers(_values(text))
        read = [(str(answer["question"]), _claims(answer)) for answer in found]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(_WRONG.format(path)) from error
    if not read:
        raise DataError(_WRONG.format(path))
    return found


def prove(
    answers: Iterable[Answer | Mapping[str, Any]], articles: Mapping[str, Article]
) -> list[Proof]:
    """Compare every citation with the articles by id as they are now; each is read once.

    answers: `Answer`s, or what `read` returned.
    """
    known = set(articles)
    read: dict[str, Article] = {}
    proofs = []
    for answer in answers:
        data = asdict(answer) if isinstance(answer, Answer) else answer
        for number, claim in enumerate(_claims(data), 1):
            name = claim.article_id
            if name in known and name not in read:
                read[name] = articles[name]
            status = status_of(claim, read.get(name))
            proofs.append(Proof(str(data["question"]), number, name, claim.quote, *status))
    return proofs


def status_of(claim: Claim, article: Article | None) -> tuple[Status, int | None]:
    """Return whether a claim holds (see `Proof`), and where its quote is now if that has moved."""
    if article is None:
        return "gone", None
    if claim.matches(article.text):
        return "intact", None
    whole = claim.quote and (claim.span or "") in claim.quote
    at = article.text.find(claim.quote) if whole else -1
    return ("moved", at) if at >= 0 else ("changed", None)


def section(answer: Answer, level: int = 2) -> str:
    """Write one answer for people to read, below a heading of a level."""
    mark = "#" * level
    blocks = [f"{mark} {plain(answer.question)}"]
    if not answer.parts:
        return "\n\n".join([*blocks, *_body(answer)])
    for part in answer.parts:
        blocks += [f"{mark}# {plain(part.question)}", *_body(part)]
    return "\n\n".join(blocks)


def _body(answer: Answer) -> list[str]:
    """Write what is below a question."""
    blocks = []
    if answer.reading != answer.question and answer.kind != "talk":
        blocks.append(f"*Understood as: {plain(answer.reading)}*")
    if not answer.found:
        likely = answer.nearest if answer.has_likely_places else ()
        places = [
            f"- {plain(excerpt(hit.text))} ({plain(hit.article_title or hit.article_id)})"
            for hit in likely
        ]
        return [*blocks, plain(answer.text), *(["\n".join(places)] if places else [])]
    blocks += map(_quote, answer.citations)
    blocks += map(plain, answer.notes)
    if answer.differs:
        blocks.append("\n".join(map(_group, answer.groups)))
    # It marks a best guess that was asked for; what was requested of an article has none.
    if answer.request is None:
        blocks.append(f"*Confidence: {100 * answer.confidence:.0f} %*")
    return [*blocks, "\n".join(map(_source, answer.citations)), _offsets(answer.citations)]


def _quote(citation: Citation) -> str:
    """Write a quote with its number; the words that answer stand out."""
    pieces = enumerate(map(_escaped, citation.pieces()))
    written = "".join(f"**{piece}**" if n % 2 else piece for n, piece in pieces)
    return f"> {_lines(written, '> ')} [{citation.number}]"


def _group(group: AnswerGroup) -> str:
    """Write what a group says, and which papers said so when, in what words."""
    papers = [
        ", ".join(filter(None, (plain(m.source or m.citation.article_title), m.date)))
        for m in group.members
    ]
    quotes = (f"“{plain(m.citation.quote)}”" for m in group.members)
    said = map(": ".join, zip(papers, quotes, strict=True))
    return f"- {group.relation_in_words}: **{plain(group.words)}** ({'; '.join(said)})"


def _source(citation: Citation) -> str:
    """Write where a quote is from: title, paper, authors, day, place and address."""
    day = date_in_words(citation.date)
    known = (citation.article_title, citation.source, citation.author, day, citation.where)
    url = citation.url or ""
    address = f" <{url}>" if _URL.fullmatch(url) else f" {plain(url)}".rstrip()
    return f"- [{citation.number}] {', '.join(plain(part) for part in known if part)}{address}"


def _offsets(citations: Sequence[Citation]) -> str:
    """Write in a line where the quotes are in the texts, which are named by their hashes."""
    places = "; ".join(f"[{c.number}] {plain(c.article_id)} {c.start}-{c.end}" for c in citations)
    hashes = {plain(c.article_id): c.article_sha256 for c in citations}
    texts = "; ".join(f"{name} sha256 {digest}" for name, digest in hashes.items())
    return f"*Characters: {places}. Texts: {texts}*"


def plain(text: str) -> str:
    """Escape Markdown and HTML markup, and leave empty lines out."""
    return _lines(_escaped(text))


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda mark: f"\\{mark[0]}", printable(text))


def _lines(text: str, prefix: str = "") -> str:
    """Leave empty lines out; those after the first get a prefix."""
    return f"\n{prefix}".join(line for line in text.splitlines() if line.strip())


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


def _claims(answer: Mapping[str, Any]) -> list[Claim]:
    """Read the citations, and those of parts and groups if they differ."""
    answers = (answer, *(answer.get("parts") or ()))
    groups = [group for one in answers for group in one.get("groups") or ()]
    cited = [citation for one in answers for citation in one["citations"]]
    cited += [member["citation"] for group in groups for member in group["members"]]
    return list(dict.fromkeys(from_data(Claim, citation) for citation in cited))
