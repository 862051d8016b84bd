"""The command that answers one question, or many from standard input."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any

from askvisit.cli import options, show
from askvisit.errors import AskvisitError, DataError
from askvisit.options import Options, check_question
from askvisit.records import Answer

if TYPE_CHECKING:
    from askvisit.assistant import Assistant

_LINE = 'a line must be {"question": …}, optionally with "history" and "id"'


@options.command(
    "ask a question",
    options.QUESTION,
    options.JSON,
    options.argument("--jsonl", action="store_true", help="read questions from standard input"),
    options.add_strictness,
    options.argument(
        "--each",
        action="store_true",
        help="cite every article that answers, grouped by what they say",
    ),
    options.argument(
        "--as-typed",
        action="store_true",
        help="read each question word for word and by itself: no typo corrected, no history",
    ),
    *options.ASKED,
)
def ask(chosen: argparse.Namespace) -> int:
    """Ask one question, or with --jsonl one per line of standard input.

    The answer is quoted word for word, with the location of each quote. Exit status 3: not found.

    examples:
      askvisit ask "When did Xi meet Kim Jong Il?"
      askvisit ask "Who resigned?" --source Herald --since 2019-06
      askvisit ask --each "How many trucks came?"
      askvisit ask --strictness strict --json "How many nuclear warheads does North Korea have?"
      echo '{"question": "Who gains most?", "id": 1}' | askvisit ask --jsonl

    --jsonl reads one {"question", "history"?: [answers], "id"?} per line and prints one answer per
    line, with the id; a line that cannot be asked gives {"error"} in its place, and exit status 1
    in the end.
    """
    if chosen.jsonl and chosen.question:
        chosen.usage_error("--jsonl reads questions from standard input; leave out QUESTION")
    if not chosen.jsonl and not chosen.question:
        chosen.usage_error("give a QUESTION, or --jsonl with questions on standard input")
    if not chosen.jsonl:
        check_question(" ".join(chosen.question))
    assistant = options.assistant(chosen)
    if chosen.jsonl:
        return _lines(assistant, chosen)
    found = _ask(assistant, chosen, " ".join(chosen.question), ())
    print(show.as_json(asdict(found)) if chosen.json else show.answer(found, chosen.each))
    return 0 if found.found or found.facts else 3


@options.command(
    "show who says what in answer to a question",
    options.QUESTION,
    options.JSON,
    *options.ASKED,
)
def compare(chosen: argparse.Namespace) -> int:
    """Ask every article that may answer, and show in a table what each says.

    The newest answer is first where later articles supersede earlier ones. Two articles without a
    question are put side by side: what both say of the same facts, those first of which they
    differ. Exit status 3: not found.

    examples:
      askvisit compare "How many people died on the ferry?" --index my-index
      askvisit compare --article ferry-monday.txt --article ferry-friday.txt
      askvisit compare "How many trucks came?" --since 2019-06 --json
    """
    question = " ".join(chosen.question)
    if not question:
        if len(chosen.article or ()) != 2:
            chosen.usage_error("give a QUESTION, or two articles: --article ID --article ID")
        question = "Compare the two articles"
    check_question(question)
    assistant = options.assistant(chosen)
    found = assistant.ask(question, each=True, as_of=chosen.as_of, **options.scope(chosen))
    print(show.as_json(asdict(found)) if chosen.json else show.comparison(found))
    return 0 if found.found else 3


def _lines(assistant: Assistant, chosen: argparse.Namespace) -> int:
    status, names = 0, {field.name for field in fields(Options)}
    for line in sys.stdin.buffer:
        if not line.strip():
            continue
        asked: Any = None
        try:
            asked = _parsed(line)
            question, history = _asked(asked)
            for name in asked:
                if name in names and asked[name] is not None:
                    raise DataError(f'"{name}" cannot differ by line; give an option for all lines')
            result = asdict(_ask(assistant, chosen, question, history))
        except (AskvisitError, ValueError, RecursionError) as error:
            result = {"error": str(error)}
            status = 1
        if isinstance(asked, dict) and "id" in asked:
            result["id"] = asked["id"]
        print(show.as_json(result), flush=True)
    return status


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"not JSON; {_LINE}") from error


def _asked(data: Any) -> tuple[str, list[Answer]]:
    if not isinstance(data, dict) or "question" not in data:
        raise DataError(_LINE)
    try:
        history = [Answer.from_dict(answer) for answer in data.get("history") or ()]
    except (TypeError, DataError) as error:
        raise DataError('"history" must be a list of answers as askvisit prints them') from error
    return data["question"], history


def _ask(assistant: Assistant, chosen: argparse.Namespace, question: str, history: Any) -> Answer:
    return assistant.ask(
        question,
        history,
        min_confidence=assistant.threshold(chosen.strictness),
        each=chosen.each,
        as_typed=chosen.as_typed,
        as_of=chosen.as_of,
        **options.scope(chosen),
    )
