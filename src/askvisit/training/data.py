"""SQuAD 2.0 JSON in, records out (Rajpurkar et al. 2018, arXiv:1806.03822)."""

from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from askvisit.errors import TrainingError

NEWS = "wikinews"
HELD_OUT = 0.2  # of the news sentences of a sentence file are kept for validation
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a paragraph; ``answers`` are (start, text) and empty if there is none."""

    id: str
    text: str
    answers: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A context and the questions asked about it."""

    context: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One article of a SQuAD file: its paragraphs in order."""

    title: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A question to train on: the answer is ``context[start:end]``, or absent (both -1).

    ``kind`` names the source in the mix, such as ``answerable`` or ``similar``.
    """

    question: str
    context: str
    start: int
    end: int
    kind: str

    @property
    def answerable(self) -> bool:
        """Whether the context holds the answer."""
        return self.start >= 0

    def without_answer(self, kind: str, *, question: str = "", context: str = "") -> Example:
        """The same question, or an edited one, over a context that does not answer it."""
        return replace(
            self,
            question=question or self.question,
            context=context or self.context,
            start=-1,
            end=-1,
            kind=kind,
        )


def read_squad(path: Path) -> list[Document]:
    """Read a ``.json`` or ``.json.gz`` file of SQuAD 1.1 or 2.0; a bad file is a TrainingError."""
    try:
        raw = path.read_bytes()
        text = gzip.decompress(raw) if path.suffix == ".gz" else raw
        documents = [_document(entry) for entry in json.loads(text)["data"]]
    except FileNotFoundError as error:
        raise TrainingError(f"no such data file: {path}; name a SQuAD JSON file") from error
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise TrainingError(
            f"{path} is not SQuAD JSON ({error}); it needs data, paragraphs, context and qas"
        ) from error
    if not any(paragraph.questions for doc in documents for paragraph in doc.paragraphs):
        raise TrainingError(f"{path} holds no question; name a file with some")
    return documents


def _document(entry: dict[str, Any]) -> Document:
    paragraphs = []
    for paragraph in entry["paragraphs"]:
        context = paragraph["context"]
        questions = tuple(_question(item, context) for item in paragraph["qas"])
        paragraphs.append(Paragraph(context, questions))
    return Document(str(entry.get("title", "")), tuple(paragraphs))


def _question(item: dict[str, Any], context: str) -> Question:
    answers = tuple(
        (int(answer["answer_start"]), str(answer["text"]))
        for answer in ([] if item.get("is_impossible") else item["answers"])
    )
    for start, text in answers:
        if context[start : start + len(text)] != text:
            raise ValueError(f"the answer {text!r} of question {item['id']} is not at {start}")
    return Question(str(item["id"]), str(item["question"]).strip(), answers)


def examples_of(paragraph: Paragraph) -> list[Example]:
    """The paragraph's own questions; of several annotated answers the most frequent, then first."""
    examples = []
    for question in paragraph.questions:
        if question.answers:
            texts = [text for _, text in question.answers]
            start, text = max(question.answers, key=lambda answer: texts.count(answer[1]))
            span = (start, start + len(text))
        else:
            span = (-1, -1)
        kind = "answerable" if question.answers else "human"
        examples.append(Example(question.text, paragraph.context, *span, kind))
    return examples


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of the sentences of a paragraph, by a plain rule: good enough for training."""
    spans, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        if match.start() - start > 20:  # "J. F." and "St." do not end a sentence
            spans.append((start, match.start()))
            start = match.end()
    spans.append((start, len(text)))
    return spans


def split_news(documents: list[Document], share: float) -> tuple[list[Document], list[Document]]:
    """Split sentence data into (to train on, held-out news).

    The last ``share`` of the paragraphs of each document whose title holds "wikinews" is held
    out; the cut depends on the file alone, so that every run holds out the same part.
    """
    kept, held = [], []
    for document in documents:
        count = len(document.paragraphs)
        cut = count - round(count * share) if NEWS in document.title.lower() else count
        kept.append(replace(document, paragraphs=document.paragraphs[:cut]))
        held.append(replace(document, paragraphs=document.paragraphs[cut:]))
    return kept, [document for document in held if document.paragraphs]


def news_pages(held: list[Document], *, sentences: int = 5, questions: int = 6) -> list[Document]:
    """Build a validation set from held-out news sentences.

    Each page joins ``sentences`` of them as paragraphs. Of every sentence at most ``questions``
    are asked on its own page, and each of these once more, unanswerable, on the next page.
    """
    rng = random.Random(0)
    lines = [paragraph for document in held for paragraph in document.paragraphs]
    groups = [lines[at : at + sentences] for at in range(0, len(lines), sentences)]
    groups = [group for group in groups if len(group) == sentences]
    pages: list[Paragraph] = []
    for number, group in enumerate(groups):
        context = "\n\n".join(line.context for line in group)
        asked: list[Question] = []
        for position, line in enumerate(group):
            offset = sum(len(other.context) + 2 for other in group[:position])
            for question in rng.sample(line.questions, min(questions, len(line.questions))):
                answers = tuple((start + offset, text) for start, text in question.answers)
                asked.append(replace(question, answers=answers))
        for line in groups[number - 1] if len(groups) > 1 else []:
            sample = rng.sample(line.questions, min(questions, len(line.questions)))
            asked += [Question(f"{item.id}-elsewhere", item.text, ()) for item in sample]
        pages.append(Paragraph(context, tuple(asked)))
    return [Document("held-out news", tuple(pages))] if pages else []
