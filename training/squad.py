"""SQuAD 2.0 JSON in, records out (Rajpurkar et al. 2018, arXiv:1806.03822)."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askvisit.errors import TrainingError


@dataclass(frozen=True, slots=True)
class SquadQuestion:
    """One question of a paragraph; ``answers`` are (start, text) and empty if there is none."""

    id: str
    text: str
    answers: tuple[tuple[int, str], ...]

    def span(self) -> tuple[tuple[int, int], ...]:
        """The answer to train on: the most frequent of several annotated ones, then the first."""
        if not self.answers:
            return ()
        texts = [text for _, text in self.answers]
        start, text = max(self.answers, key=lambda answer: texts.count(answer[1]))
        return ((start, start + len(text)),)


@dataclass(frozen=True, slots=True)
class SquadParagraph:
    """A context and the questions asked about it."""

    context: str
    questions: tuple[SquadQuestion, ...]


@dataclass(frozen=True, slots=True)
class SquadDocument:
    """One article of a SQuAD file: its paragraphs in order."""

    title: str
    paragraphs: tuple[SquadParagraph, ...]


def read_squad(path: Path) -> list[SquadDocument]:
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


def _document(entry: dict[str, Any]) -> SquadDocument:
    paragraphs = []
    for paragraph in entry["paragraphs"]:
        context = paragraph["context"]
        questions = tuple(_question(item, context) for item in paragraph["qas"])
        paragraphs.append(SquadParagraph(context, questions))
    return SquadDocument(str(entry.get("title", "")), tuple(paragraphs))


def _question(item: dict[str, Any], context: str) -> SquadQuestion:
    answers = tuple(
        (int(answer["answer_start"]), str(answer["text"]))
        for answer in ([] if item.get("is_impossible") else item["answers"])
    )
    for start, text in answers:
        if context[start : start + len(text)] != text:
            raise ValueError(f"the answer {text!r} of question {item['id']} is not at {start}")
    return SquadQuestion(str(item["id"]), str(item["question"]).strip(), answers)
