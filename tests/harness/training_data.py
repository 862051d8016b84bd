"""Made-up material to train on: news editions, dialogues about them, and a SQuAD file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from training.editions import Edition, EditionDialogue, EditionQuestion, EditionTurn
from training.squad import SquadDocument, SquadParagraph, SquadQuestion

NAMES = ["Ada", "Bela", "Cora", "Dora", "Edda", "Fina", "Gala", "Hela", "Inga", "Jana"]
TOWNS = ["Lund", "Moss", "Nora", "Oslo", "Pori", "Rana", "Sala", "Tana", "Umea", "Vasa"]

WHERE, PRICE, WHEN, COLOURS, WHO = (
    "Where does {name} live?",
    "For how much was the mill sold?",
    "When did {name} come there?",
    "Which colours had the boats?",
    "Who sold the mill?",
)


def edition(number: int, side: str) -> Edition:
    """An article of five paragraphs; edition a tells a price, edition b tells a year."""
    name, town = NAMES[number], TOWNS[number]
    price, year = f"{number + 20} crowns", str(1900 + number)
    text = (
        f"News of {town}\n\n"
        f"It is known that {name} lives in {town} near the lake. The water is cold there.\n\n"
        + (f"The mill was sold for {price}." if side == "a" else "The mill stands still today.")
        + "\n\n"
        + (f"She came there in {year}." if side == "b" else "She came there long ago by ship.")
        + "\n\nSome of the boats were red. Others were blue, and all of them were old."
    )

    def spans(*words: str) -> tuple[tuple[int, int], ...]:
        found = [(text.index(w), w) for w in words if w in text]
        return tuple((start, start + len(w)) for start, w in found)

    home = text.index(f"in {town} near") + len("in ")
    questions = (
        EditionQuestion(WHERE.format(name=name), "place", ((home, home + len(town)),)),
        EditionQuestion(PRICE, "number", spans(price)),
        EditionQuestion(WHEN.format(name=name), "time", spans(year)),
        EditionQuestion(COLOURS, "list", spans("red", "blue"), several=True),
        EditionQuestion(WHO, "person", ()),
    )
    return Edition(f"s{number}-{side}", f"News of {town}", text, questions)


EDITIONS = [edition(number, side) for number in range(10) for side in "ab"]


def dialogue(edition: Edition) -> EditionDialogue:
    """Five turns about an edition: the second and third depend on the first."""
    where, price, when, colours, _ = edition.questions
    name = where.question.split()[2]
    turns = (
        EditionTurn(where.question, where.question, where.spans),
        EditionTurn("When did she come there?", when.question, when.spans),
        EditionTurn("And who taught her?", f"Who taught {name}?", ()),
        EditionTurn(colours.question, colours.question, colours.spans),
        EditionTurn(price.question, price.question, price.spans),
    )
    return EditionDialogue(edition.id, turns)


DIALOGUES = [dialogue(edition) for edition in EDITIONS]


def line(edition: Edition) -> dict[str, Any]:
    """An edition as a line of its file."""
    return {
        "id": edition.id,
        "title": edition.title,
        "text": edition.text,
        "questions": [
            {
                "question": q.question,
                "type": "L" if q.several else "A" if q.spans else "N",
                "kind": q.kind,
                "answers": _answers(edition.text, q.spans),
            }
            for q in edition.questions
        ],
    }


def dialogue_line(dialogue: EditionDialogue) -> dict[str, Any]:
    """A dialogue as a line of its file."""
    text = next(e.text for e in EDITIONS if e.id == dialogue.article)
    return {
        "article": dialogue.article,
        "turns": [
            {
                "question": turn.question,
                "standalone": turn.standalone,
                "answers": _answers(text, turn.spans),
            }
            for turn in dialogue.turns
        ],
    }


def _answers(text: str, spans: tuple[tuple[int, int], ...]) -> list[dict[str, Any]]:
    return [{"text": text[start:end], "start": start} for start, end in spans]


def write_lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def _paragraph(number: int) -> SquadParagraph:
    """Who lives where since when, with one question that it does not answer."""
    name, town, year = NAMES[number], TOWNS[number], 1900 + number
    context = (
        f"It is known that {name} lives in {town} near the largest lake of the land. "
        f"She came there in {year} with the old family of her mother and stayed. "
        "Many people there know the quiet house by the water very well. "
        "The fishermen sell their catch on the northern market before the sun is up. "
        "In winter the ice is thick enough for horses that bring wood from the hills."
    )
    answers = {WHERE.format(name=name): town, WHEN.format(name=name): str(year)}
    questions = [
        SquadQuestion(f"{number}-{at}", text, ((context.index(answer), answer),))
        for at, (text, answer) in enumerate(answers.items())
    ]
    questions.append(SquadQuestion(f"{number}-no", f"Who sold the house of {name}?", ()))
    return SquadParagraph(context, tuple(questions))


SQUAD = SquadDocument("People of the lake", tuple(_paragraph(number) for number in range(10)))


def squad_json(documents: list[SquadDocument]) -> dict[str, Any]:
    """Documents as a SQuAD file holds them."""

    def item(question: SquadQuestion) -> dict[str, Any]:
        answers = [{"answer_start": start, "text": text} for start, text in question.answers]
        return {
            "id": question.id,
            "question": question.text,
            "is_impossible": not answers,
            "answers": answers,
        }

    return {
        "data": [
            {
                "title": document.title,
                "paragraphs": [
                    {"context": entry.context, "qas": [item(q) for q in entry.questions]}
                    for entry in document.paragraphs
                ],
            }
            for document in documents
        ]
    }


def texts() -> list[str]:
    """All texts and questions: what a tokenizer must know."""
    found = [text for e in EDITIONS for text in (e.text, *(q.question for q in e.questions))]
    found += [turn for d in DIALOGUES for t in d.turns for turn in (t.question, t.standalone)]
    for paragraph in SQUAD.paragraphs:
        found += [paragraph.context, *(q.text for q in paragraph.questions)]
    return found
