"""Articles for data/news, as text files: ``python -m training.authoring --help``."""

from __future__ import annotations

import argparse
import gzip
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from askvisit.errors import AskvisitError, DataError
from training.editions import Edition, read_edition_dialogues, read_editions
from training.examples import sentence_units
from training.wording import agreement, leak, write_sheets

_ABOUT = """\
Check, convert and judge articles for data/news. FOLDER holds first/NAME.txt, second/NAME.txt and
dialogues/NAME.txt for each article, in the formats of data/news/GUIDE.md; for `talk` it holds
NAME.txt, more dialogues about an article that data/news has; for `broad` ID.json, broad questions
about an edition, in the format of data/news/BROAD.md."""

KINDS = {
    "A": "paraphrase infer coref why how yesno typed role direct when number".split(),
    "L": ["list"],
    "N": "detail swap event role premise why quantity typed".split(),
}
"""The kinds of questions that are answered, answered in several places, and not answered."""

WORDS, PARAGRAPHS, LONGEST_SPAN = (350, 700), (6, 20), 220
ANSWERED, UNANSWERED = 22, 15  # minimum questions of a first edition
TURNED_SHARE, TURNED = 0.7, 14  # minimum that a second edition newly, and no longer, answers
DIALOGUES, TURNS = 3, (5, 10)

BROAD = "why how views reaction next background compare sides aspect who list topic claim".split()
"""The kinds of broad questions; those without an answer are of the kind `none`."""
TERSE = ("topic", "claim")
"""Kinds that a single sentence may answer."""
BROAD_QUESTIONS, BROAD_UNANSWERED = 16, 4  # of an edition

Line = dict[str, Any]
"""A line of a data/news file, or part of one."""


@dataclass
class _Source:
    """A text file: its problems, its article, the lines (number, fields) after it, their start."""

    path: Path
    problems: list[str]
    text: str = ""
    begin: int = 1
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def say(self, line: int, problem: str) -> None:
        self.problems.append(f"{self.path}:{line}: {problem}")

    def expect(self, line: int, count: int, what: str, least: int, most: int | None = None) -> None:
        if not least <= count <= (most or count):
            self.say(line, f"{count} {what}; make it {least} {f'to {most}' if most else 'or more'}")

    def read(self, *, article: bool) -> bool:
        """Read the file; false if it cannot be checked further."""
        try:
            lines = [line.strip() for line in self.path.read_text("utf-8-sig").split("\n")]
        except (OSError, UnicodeDecodeError) as error:
            self.say(1, f"cannot be read ({error}); write it as UTF-8 text")
            return False
        end = 0
        if article:
            if "---" not in lines:
                self.say(len(lines), "no line '---'; put one between the article and its questions")
                return False
            self.begin = end = lines.index("---") + 1
            for number in range(1, end - 1):
                if lines[number - 1] and lines[number]:
                    self.say(number + 1, "a paragraph goes on; join the lines or part them")
            paragraphs = list(filter(None, lines[: end - 1]))
            self.text = "\n\n".join(paragraphs)
            self.expect(1, len(self.text.split()), "words", *WORDS)
            self.expect(1, len(paragraphs), "paragraphs with the headline", *PARAGRAPHS)
        self.rows = [
            (number, [part.strip() for part in line.split(" | ")])
            for number, line in enumerate(lines[end:], end + 1)
            if line
        ]
        for number, fields in self.rows:
            if any("|" in part for part in fields):
                self.say(number, "a bar is left in a field; part fields by ' | ', end with none")
        return True

    def answers(self, line: int, places: Sequence[str], which: str = "") -> list[Line]:
        """Find (span, anchor, span, anchor ...) in the text; wrong ones become problems."""
        found = []
        for span, anchor in zip(places[::2], places[1::2], strict=False):
            if (times := self.text.count(anchor)) != 1:
                repair = "copy a piece that stands there once"
                if which:
                    repair = "list the question with A and a new anchor, or with N"
                what = f"{which}the anchor {anchor[:60]!r} stands {times} times in the article"
                self.say(line, f"{what}; {repair}")
            elif (times := anchor.count(span)) != 1:
                what = f"{which}the span {span[:60]!r} stands {times} times in its anchor"
                self.say(line, f"{what}; copy an anchor that holds it once")
            elif len(span) > LONGEST_SPAN:
                self.say(line, f"a span of {len(span)} characters; mark {LONGEST_SPAN} at most")
            else:
                found.append({"text": span, "start": self.text.index(anchor) + anchor.index(span)})
        return found

    def edition(self, letter: str, questions: list[Line]) -> Line:
        title = self.text.partition("\n\n")[0]
        name = f"{self.path.stem}-{letter}"
        return {"id": name, "title": title, "text": self.text, "questions": questions}


def read_folder(folder: Path) -> tuple[list[Line], list[Line], list[str]]:
    """Return the editions, the dialogues, and the problems, one line each."""
    editions: list[Line] = []
    dialogues: list[Line] = []
    problems: list[str] = []
    with_dialogues = (folder / "dialogues").is_dir()  # they may be written later
    parts = ("first", "second", "dialogues") if with_dialogues else ("first", "second")
    names = sorted({path.name for part in parts for path in (folder / part).glob("*.txt")})
    if not names:
        raise DataError(f"{folder} holds no first/NAME.txt; name a folder with articles")
    for name in names:
        first, second = (_Source(folder / part / name, problems) for part in ("first", "second"))
        if not first.read(article=True) & second.read(article=True):
            continue
        questions = _first_questions(first)
        editions.append(first.edition("a", questions))
        editions.append(second.edition("b", _second_questions(second, first, questions)))
        talk = _Source(folder / "dialogues" / name, problems)
        if with_dialogues and talk.read(article=False):
            dialogues += _dialogues(talk, {"a": first.text, "b": second.text}, DIALOGUES)
    return editions, dialogues, problems


def read_talk(folder: Path, editions: Sequence[Edition]) -> tuple[list[Line], list[str]]:
    """Return the dialogues of FOLDER/NAME.txt about known editions, and the problems."""
    texts: dict[str, dict[str, str]] = {}
    for edition in editions:
        name, _, letter = edition.id.rpartition("-")
        texts.setdefault(name, {})[letter] = edition.text
    dialogues: list[Line] = []
    problems: list[str] = []
    paths = sorted(folder.glob("*.txt"))
    if not paths:
        raise DataError(f"{folder} holds no NAME.txt; name a folder with dialogues")
    for path in paths:
        source = _Source(path, problems)
        if path.stem not in texts:
            source.say(1, "no article has this name; name the file after one of the editions file")
        elif source.read(article=False):
            dialogues += _dialogues(source, texts[path.stem], 1)
    return dialogues, problems


def _first_questions(source: _Source) -> list[Line]:
    found: list[Line] = []
    seen: set[str] = set()
    for line, fields in source.rows:
        verdict, kind, question, *places = fields + [""] * (3 - len(fields))
        count = len(places)
        if verdict not in KINDS:
            source.say(line, f"{verdict[:60]!r} is no verdict; begin the line with A, L or N")
        elif kind not in KINDS[verdict]:
            source.say(line, f"no kind {kind!r} of {verdict}; write {', '.join(KINDS[verdict])}")
        elif not {"A": count == 2, "L": count > 3 and count % 2 == 0, "N": count == 0}[verdict]:
            wanted = "A has a span and its anchor, L two or more of them, N none"
            source.say(line, f"{count} fields after the question; {wanted}")
        if not question or question.lower() in seen:
            source.say(line, f"the question {question!r} is empty or asked before; ask another")
        seen.add(question.lower())
        answers = source.answers(line, places)
        found.append({"kind": kind, "type": verdict, "question": question, "answers": answers})
    unanswered = sum(question["type"] == "N" for question in found)
    source.expect(source.begin, len(found) - unanswered, "questions of A and L", ANSWERED)
    source.expect(source.begin, unanswered, "questions of N", UNANSWERED)
    return found


def _second_questions(source: _Source, first: _Source, questions: list[Line]) -> list[Line]:
    listed: dict[int, list[Line]] = {}
    for line, (verdict, *rest) in source.rows:
        number = int(rest[0]) if rest and rest[0].isdecimal() else 0
        if verdict not in ("A", "N") or not 1 <= number <= len(questions):
            source.say(line, f"no question; write A or N and a number of 1 to {len(questions)}")
        elif number in listed:
            source.say(line, f"question {number} is listed twice; keep one line of it")
        elif len(rest) % 2 == 0 or (len(rest) > 1) != (verdict == "A"):
            source.say(line, "A has spans and their anchors after the number, N nothing")
        else:
            listed[number] = source.answers(line, rest[1:])
    found, now_answered, no_longer = [], 0, 0
    for number, (question, (_, fields)) in enumerate(zip(questions, first.rows, strict=True), 1):
        answers = listed.get(number)
        if answers is None:
            which = f"question {number} is not listed, but "
            answers = source.answers(source.begin, fields[3:], which)
        kept = "L" if question["type"] == "L" else "A"
        found.append({**question, "type": kept if answers else "N", "answers": answers})
        now_answered += bool(answers) and question["type"] == "N"
        no_longer += not answers and question["type"] != "N"
    unanswered = sum(question["type"] == "N" for question in questions)
    what = f"of {unanswered} questions of N are answered now"
    source.expect(source.begin, now_answered, what, math.ceil(TURNED_SHARE * unanswered))
    source.expect(source.begin, no_longer, "questions of A and L are not answered now", TURNED)
    return found


def _dialogues(source: _Source, texts: dict[str, str], least: int) -> list[Line]:
    found: list[tuple[int, Line]] = []
    for line, fields in source.rows:
        letter = fields[0].removeprefix("=").strip()
        if fields[0].startswith("=") and letter in texts:
            source.text = texts[letter]
            found.append((line, {"article": f"{source.path.stem}-{letter}", "turns": []}))
        elif not found or (fields[0], len(fields)) not in (("Q", 5), ("X", 3)):
            form = "'Q | typed | complete | span | anchor' or 'X | typed | complete'"
            source.say(line, f"begin a dialogue with '= a' or '= b', then write {form}")
        else:
            turn: Line = {"question": fields[1], "standalone": fields[2]}
            found[-1][1]["turns"].append({**turn, "answers": source.answers(line, fields[3:])})
    for line, dialogue in found:
        source.expect(line, len(dialogue["turns"]), "turns in the dialogue", *TURNS)
    source.expect(1, len(found), "dialogues", least)
    return [dialogue for _, dialogue in found]


def read_broad_folder(folder: Path, editions: Sequence[Edition]) -> tuple[list[Line], list[str]]:
    """Return the broad questions of FOLDER/ID.json about known editions, and the problems."""
    texts = {edition.id: edition.text for edition in editions}
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise DataError(f"{folder} holds no ID.json; name a folder with broad questions")
    lines: list[Line] = []
    problems: list[str] = []
    for path in paths:
        source = _Source(path, problems)
        try:
            rows = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            source.say(1, f"no JSON ({error}); correct it")
            continue
        if path.stem not in texts:
            source.say(1, "no edition has this id; name the file after one of the editions file")
        elif not isinstance(rows, list) or len(rows) != BROAD_QUESTIONS:
            source.say(1, f"write a list of {BROAD_QUESTIONS} questions")
        else:
            sentences = sentence_units(texts[path.stem])
            for number, row in enumerate(rows, 1):
                if problem := _broad_problem(row, len(sentences)):
                    source.say(1, f"question {number}: {problem}")
                    continue
                marks = {name: row[name] for name in ("question", "kind", "essential", "useful")}
                lines.append({"article": path.stem, **marks, "sentences": sentences})
            unanswered = sum(isinstance(row, dict) and row.get("kind") == "none" for row in rows)
            if unanswered != BROAD_UNANSWERED:
                source.say(1, f"{unanswered} questions of none; write {BROAD_UNANSWERED}")
    return lines, problems


def _broad_problem(row: Any, sentences: int) -> str:
    """Return what is wrong with a broad question about so many sentences; empty if nothing is."""
    try:
        question, kind = row["question"].strip(), row["kind"]
        essential, useful = row["essential"], row["useful"]
        marked = sorted({*essential, *useful})
        if not question or kind not in (*BROAD, "none"):
            return f"no question or kind; the kinds are none, {', '.join(BROAD)}"
        if any(numbers != sorted(set(numbers)) for numbers in (essential, useful)):
            return "numbers are not in order or stand twice; sort them"
        if len(marked) < len(essential) + len(useful):
            return "a sentence is essential and useful; choose one"
        if any(n not in range(sentences) for n in marked):
            return f"a number of no sentence; they go from 0 to {sentences - 1}"
        if kind == "none" and marked:
            return "sentences answer a question of none; leave them out or give a kind"
        if kind != "none" and not essential:
            return "mark an essential sentence, or make it of the kind none"
        if kind not in ("none", *TERSE) and len(marked) < 2:
            return "mark two sentences in all: one sentence answers no broad question"
    except (KeyError, TypeError, AttributeError) as error:
        return f"not the fields of BROAD.md ({error!r})"
    return ""


def write_lines(path: Path, lines: Sequence[Line]) -> None:
    """Write JSON lines, gzipped if the name ends in .gz; the same lines give the same bytes."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    data = text.encode("utf-8")
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.authoring", description=_ABOUT)
    commands = parser.add_subparsers(dest="command", required=True)
    for command, about, names in (
        ("check", "say what is wrong with a folder of articles", ["folder"]),
        ("jsonl", "write the editions and dialogues of a folder as JSON lines", ["folder"]),
        ("talk", "write more dialogues about known articles as JSON lines", ["folder", "editions"]),
        ("broad", "write broad questions as JSON lines", ["folder", "editions", "out"]),
        ("blind", "write sheets on which an edition's questions are judged", ["editions", "out"]),
        ("compare", "compare the judgements ID.answers with the file", ["editions", "folder"]),
        ("leak", "tell how well wording alone says what is answered", ["train", "test"]),
    ):
        added = commands.add_parser(command, help=about, description=about)
        for name in names:
            added.add_argument(name, type=Path, metavar=name.upper())
        if command == "jsonl":
            added.add_argument("--editions", required=True, type=Path, metavar="OUT")
        if command in ("jsonl", "talk"):
            added.add_argument("--dialogues", required=True, type=Path, metavar="OUT")
    return parser


def _run(options: argparse.Namespace) -> list[str]:
    """Run a command and return the problems it found."""
    if options.command == "blind":
        print(f"{write_sheets(read_editions(options.editions), options.out)} sheets")
    elif options.command == "compare":
        print("\n".join(agreement(read_editions(options.editions), options.folder)))
    elif options.command == "leak":
        for what, (area, count) in leak(*map(read_editions, (options.train, options.test))).items():
            print(f"{what}: AUROC {area:.3f} ({count} verdicts)")
    elif options.command == "broad":
        questions, problems = read_broad_folder(options.folder, read_editions(options.editions))
        if not problems:
            write_lines(options.out, questions)
        print(f"{len(questions)} questions")
        return problems
    elif options.command == "talk":
        dialogues, problems = read_talk(options.folder, read_editions(options.editions))
        if not problems:
            write_lines(options.dialogues, dialogues)
        print(f"{len(dialogues)} dialogues")
        return problems
    else:
        editions, dialogues, problems = read_folder(options.folder)
        if options.command == "jsonl" and not problems:
            write_lines(options.editions, editions)
            write_lines(options.dialogues, dialogues)
            read_edition_dialogues(options.dialogues, read_editions(options.editions))
        print(f"{len(editions) // 2} articles, {len(dialogues)} dialogues")
        return problems
    return []


def main(arguments: list[str] | None = None) -> int:
    """The command line; a problem is one line on standard error, and exit code 1."""
    try:
        problems = _run(_parser().parse_args(arguments))
    except (AskvisitError, OSError) as error:
        problems = [f"error: {error}"]
    if problems:
        print("\n".join(problems), file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    raise SystemExit(main())
