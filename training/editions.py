"""News articles in two editions with the same questions: files of them (see data/news/README.md).

For the questions whose verdict flips, because one edition answers and the other does not, a reader
can only be right by reading: wording is worth nothing. A line of an editions file is one edition:
`id` (ending in `-a` for the first edition, `-b` for the second), `title`, `text` and `questions`,
each with `question`, `type` (A answered, L answered in several places, N not answered), `kind` and
`answers` (`text` and its `start` in the edition's text, in code points). A line of a dialogues file
has `article` (an edition's id) and `turns`, each with `question` as typed, `standalone` (the
complete question) and `answers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askvisit.errors import DataError
from askvisit.evaluation.questions import Range, json_lines


@dataclass(frozen=True)
class EditionQuestion:
    """A question of an edition; `spans` are the (start, end) offsets that answer it, if any."""

    question: str
    kind: str
    spans: tuple[Range, ...]
    several: bool = False


@dataclass(frozen=True)
class Edition:
    """One edition of an article and its questions, in the same order as the other edition's."""

    id: str
    title: str
    text: str
    questions: tuple[EditionQuestion, ...]

    @property
    def story(self) -> str:
        """The id that both editions share."""
        return self.id[:-2]


@dataclass(frozen=True)
class EditionTurn:
    """A question as typed in a dialogue, the complete question, and what answers it."""

    question: str
    standalone: str
    spans: tuple[Range, ...]

    @property
    def stands_alone(self) -> bool:
        """Whether it can be understood without the earlier turns."""
        return self.question == self.standalone


@dataclass(frozen=True)
class EditionDialogue:
    """A dialogue about the edition with the id `article`."""

    article: str
    turns: tuple[EditionTurn, ...]

    @property
    def story(self) -> str:
        """The id that both editions share."""
        return self.article[:-2]


def read_editions(path: Path) -> list[Edition]:
    """Read `.jsonl` or `.jsonl.gz`; `DataError` names the line with a wrong offset or field."""
    return [_edition(data, where) for data, where in json_lines(path)]


def pairs(editions: Sequence[Edition]) -> list[tuple[Edition, Edition]]:
    """Return (first, second edition) of each article.

    Raises `DataError` if one is missing, or they have different questions.
    """
    by_id = {edition.id: edition for edition in editions}
    found = []
    for story in dict.fromkeys(edition.story for edition in editions):
        for name in (f"{story}-a", f"{story}-b"):
            if name not in by_id:
                raise DataError(f"the edition {name} is missing; add its line to the file")
        first, second = by_id[f"{story}-a"], by_id[f"{story}-b"]
        if [q.question for q in first.questions] != [q.question for q in second.questions]:
            raise DataError(f"{first.id} and {second.id} ask different questions; make them equal")
        found.append((first, second))
    return found


def read_edition_dialogues(path: Path, editions: Sequence[Edition]) -> list[EditionDialogue]:
    """Read the dialogues about the given editions; `DataError` names the line that is wrong."""
    texts = {edition.id: edition.text for edition in editions}
    found = []
    for data, where in json_lines(path):
        article = _field(data, "article", str, where)
        if article not in texts:
            raise DataError(f"{where}: no edition is called {article!r}; read its file too")
        turns = tuple(
            EditionTurn(
                _field(turn, "question", str, where),
                _field(turn, "standalone", str, where),
                _spans(turn, texts[article], where),
            )
            for turn in _field(data, "turns", list, where)
        )
        found.append(EditionDialogue(article, turns))
    return found


def _edition(data: Mapping[str, Any], where: str) -> Edition:
    name = _field(data, "id", str, where)
    if not name.endswith(("-a", "-b")):
        raise DataError(f"{where}: the id {name!r} ends in neither -a nor -b; name its edition")
    text = _field(data, "text", str, where)
    questions = []
    for item in _field(data, "questions", list, where):
        question = _field(item, "question", str, where)
        spans = _spans(item, text, where)
        kind = _field(item, "type", str, where)
        if kind not in ("A", "L", "N") or (kind == "N") == bool(spans):
            raise DataError(
                f"{where}: type {kind!r} of {question!r} does not fit the number of its answers "
                f"({len(spans)}); N has none, A and L have some"
            )
        sort = _field(item, "kind", str, where)
        questions.append(EditionQuestion(question, sort, spans, several=kind == "L"))
    return Edition(name, _field(data, "title", str, where), text, tuple(questions))


def _spans(item: Mapping[str, Any], text: str, where: str) -> tuple[Range, ...]:
    spans = []
    for answer in _field(item, "answers", list, where):
        start, words = _field(answer, "start", int, where), _field(answer, "text", str, where)
        if start < 0 or not words or text[start : start + len(words)] != words:
            raise DataError(
                f"{where}: {words!r} is not at offset {start} of the text; count code points"
            )
        spans.append((start, start + len(words)))
    return tuple(spans)


def _field(data: Mapping[str, Any], name: str, kind: type, where: str) -> Any:
    value = data.get(name) if isinstance(data, dict) else None
    if not isinstance(value, kind):
        raise DataError(f"{where}: {name!r} is missing or not {kind.__name__}; add it")
    return value
