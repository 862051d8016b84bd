"""News articles in two editions with the same questions: files of them, and figures.

Each question is asked of both editions. For those whose verdict flips, because one edition answers
and the other does not, an assistant can only be right by reading: wording is worth nothing.

A line of an editions file is one edition: `id` (ending in `-a` for the first edition, `-b` for the
second), `title`, `text` and `questions`, each with `question`, `type` (A answered, L answered in
several places, N not answered), `kind` and `answers` (`text` and its `start` in the edition's
text, in code points). A line of a dialogues file has `article` (an edition's id) and `turns`, each
with `question` as typed, `standalone` (the complete question) and `answers`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from askvisit import encoder as encoders
from askvisit import reader as readers
from askvisit.assistant import Assistant
from askvisit.errors import DataError
from askvisit.evaluation.questions import Range, asking, json_lines
from askvisit.index import temporary_index
from askvisit.metrics import Figure, auroc_of, figure, only, share, token_f1
from askvisit.reader import fitted_for

if TYPE_CHECKING:
    from askvisit.calibration import Calibration
    from askvisit.encoder import Encoder
    from askvisit.reader import Reader
    from askvisit.records import Answer, Citation

ARTICLE = "article.txt"


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


@dataclass(frozen=True)
class Models:
    """The models that every edition is evaluated with."""

    encoder: Encoder
    reader: Reader
    calibration: Calibration

    @classmethod
    def load(cls, reader: str | None = None) -> Models:
        """Load the bundled encoder and a reader by name, with its calibration."""
        encoder = encoders.load()
        chosen = readers.load(reader, encoder)
        return cls(encoder, chosen, fitted_for(chosen))

    @contextmanager
    def assistant(self, text: str) -> Iterator[Assistant]:
        """Open an assistant over one article, whose index lasts as long as the block."""
        with temporary_index({ARTICLE: text}, self.encoder) as folder:
            yield Assistant(folder, self.encoder, self.reader, self.calibration)


@dataclass(frozen=True)
class EditionAnswer:
    """What was answered to a question of an edition, asked without a threshold."""

    question: EditionQuestion
    text: str
    answer: Answer
    threshold: float

    @property
    def answerable(self) -> bool:
        """Whether the edition answers the question."""
        return bool(self.question.spans)

    @property
    def given(self) -> bool:
        """Whether it is answered at the threshold."""
        return self.answer.found and self.answer.confidence >= self.threshold

    @property
    def first_is_right(self) -> bool:
        """Whether the first citation contains a gold span."""
        return any(_holds(c, self.question.spans) for c in self.answer.citations[:1])

    @property
    def answered_right(self) -> bool:
        """Whether it is answered, with a right sentence first."""
        return self.given and self.first_is_right

    @property
    def span_f1(self) -> float:
        """Token F1 of the first citation's span against the gold ones."""
        gold = [self.text[a:b] for a, b in self.question.spans]
        return max(
            (token_f1(c.span or c.quote, gold) for c in self.answer.citations[:1]), default=0
        )


@dataclass(frozen=True)
class Flip:
    """A question asked of the edition that answers it and of the one that does not."""

    answering: EditionAnswer
    other: EditionAnswer


@dataclass(frozen=True)
class Turn:
    """A turn's outcome: `right` if its first citation holds a gold span, or if rightly refused.

    The first turn of a dialogue follows nothing, however it is worded.
    """

    is_follow_up: bool
    answerable: bool
    right: bool


def evaluate_editions(
    models: Models,
    editions: Sequence[Edition],
    dialogues: Sequence[EditionDialogue] = (),
    *,
    threshold: float | None = None,
) -> dict[str, Figure]:
    """Ask every question of its own article, alone in an index; return figures by name.

    threshold: the confidence from which a question counts as answered (None: the fitted one).
    Intervals are 95 % bootstrap intervals over articles. `kind …` is the share of the answerable
    questions of a kind whose right sentence comes first.
    """
    both = pairs(editions)
    by_edition: dict[str, list[EditionAnswer]] = {}
    turns: dict[str, list[Turn]] = defaultdict(list)
    complete: dict[str, list[Turn]] = defaultdict(list)
    for edition in asking(editions):
        with models.assistant(edition.text) as assistant:
            least = assistant.threshold() if threshold is None else threshold
            by_edition[edition.id] = [
                EditionAnswer(q, edition.text, assistant.ask(q.question, min_confidence=0), least)
                for q in edition.questions
            ]
            for dialogue in dialogues:
                if dialogue.article == edition.id:
                    turns[edition.story] += play_dialogue(assistant, dialogue, least)
                    complete[edition.story] += play_dialogue(
                        assistant, dialogue, least, complete=True
                    )
    return figures_of(both, by_edition) | dialogue_figures(turns, complete)


def figures_of(
    both: Sequence[tuple[Edition, Edition]], by_edition: Mapping[str, Sequence[EditionAnswer]]
) -> dict[str, Figure]:
    """Return the figures of questions that were asked, by name."""
    asked = {a.story: [*by_edition[a.id], *by_edition[b.id]] for a, b in both}
    answered = only(asked, lambda row: row.answerable)
    given = only(answered, lambda row: row.given)
    lists = only(given, lambda row: row.question.several)
    flips: dict[str, list[Flip]] = {}
    for a, b in both:
        sides = zip(by_edition[a.id], by_edition[b.id], strict=True)
        flips[a.story] = [
            Flip(x, y) if x.answerable else Flip(y, x)
            for x, y in sides
            if x.answerable != y.answerable
        ]
    kinds = sorted({row.question.kind for rows in answered.values() for row in rows})
    return {
        "surer_where_answered": share(
            flips, lambda f: f.answering.answer.confidence > f.other.answer.confidence
        ),
        "both_right": share(flips, lambda f: f.answering.answered_right and not f.other.given),
        "flip_auroc": figure(
            flips, lambda rows: _auroc([side for f in rows for side in (f.answering, f.other)])
        ),
        "flip_answered_right": share(flips, lambda f: f.answering.answered_right),
        "flip_false": share(flips, lambda f: f.other.given),
        "right_first": share(answered, lambda row: row.first_is_right),
        "span_f1": share(answered, lambda row: row.span_f1),
        "answered": share(answered, lambda row: row.given),
        "answered_right": share(answered, lambda row: row.answered_right),
        "false_answers": share(only(asked, lambda r: not r.answerable), lambda row: row.given),
        "auroc": figure(asked, _auroc),
        "citation_precision": figure(given, _citation_precision),
        "list_recall": figure(lists, _list_recall),
        "list_precision": figure(lists, _citation_precision),
    } | {
        f"kind {kind}": share(_of_kind(answered, kind), lambda row: row.first_is_right)
        for kind in kinds
    }


def _of_kind(
    rows: Mapping[str, Sequence[EditionAnswer]], kind: str
) -> dict[str, list[EditionAnswer]]:
    return only(rows, lambda row: row.question.kind == kind)


def play_dialogue(
    assistant: Assistant, dialogue: EditionDialogue, threshold: float, *, complete: bool = False
) -> list[Turn]:
    """Ask the turns in order, with the assistant's own answers as history.

    complete: ask the complete questions without history, as a baseline for the follow-ups.
    """
    history: list[Answer] = []
    rows = []
    for turn in dialogue.turns:
        answer = assistant.ask(
            turn.standalone if complete else turn.question,
            () if complete else history,
            min_confidence=threshold,
        )
        history.append(answer)
        right = not answer.found
        if turn.spans:
            right = any(_holds(c, turn.spans) for c in answer.citations[:1])
        is_follow_up = len(history) > 1 and not turn.stands_alone
        rows.append(Turn(is_follow_up, bool(turn.spans), right))
    return rows


def dialogue_figures(
    turns: Mapping[str, Sequence[Turn]], complete: Mapping[str, Sequence[Turn]]
) -> dict[str, Figure]:
    """Return the shares of right turns: of all, and of follow-ups with an answer and without.

    complete: the same turns, asked in full.
    """
    if not any(turns.values()):
        return {}
    figures = {"turns_right": share(turns, lambda turn: turn.right)}
    for name, played in (("follow_ups", turns), ("complete", complete)):
        follow_ups = only(played, lambda turn: turn.is_follow_up)
        with_answer = only(follow_ups, lambda turn: turn.answerable)
        without = only(follow_ups, lambda turn: not turn.answerable)
        figures[f"{name}_answered_right"] = share(with_answer, lambda turn: turn.right)
        figures[f"{name}_refused"] = share(without, lambda turn: turn.right)
    return figures


def _auroc(rows: Sequence[EditionAnswer]) -> float | None:
    return auroc_of([(row.answerable, row.answer.confidence) for row in rows])


def _list_recall(rows: Sequence[EditionAnswer]) -> float:
    return fmean(
        any(_holds(citation, [span]) for citation in row.answer.citations)
        for row in rows
        for span in row.question.spans
    )


def _citation_precision(rows: Sequence[EditionAnswer]) -> float:
    return fmean(_holds(c, row.question.spans) for row in rows for c in row.answer.citations)


def _holds(citation: Citation, spans: Sequence[Range]) -> bool:
    """Return whether one of the spans begins in a citation."""
    return any(citation.start <= start < citation.end for start, _ in spans)
