"""The command that converses in the terminal, or line by line with standard input."""

from __future__ import annotations

import argparse
import inspect
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from askvisit.cli import options, show
from askvisit.errors import AskvisitError, DataError, reason_of
from askvisit.options import Scope
from askvisit.records import Answer, Citation, Hit
from askvisit.text import counted, excerpt, one_line

if TYPE_CHECKING:
    from askvisit.assistant import Assistant


@options.command(
    "ask questions in a conversation",
    options.add_strictness,
    *options.ASKED,
)
def chat(chosen: argparse.Namespace) -> int:
    r"""Ask in a conversation: later questions may depend on earlier ones ("And in 2018?").

    Questions come from the terminal, with earlier lines on the arrow keys, or from standard input,
    one per line. Lines that begin with / are commands:

      /sources      where each quote of the last answer is
      /sources N    the passage around quote N, with the quote marked
      /export FILE  write the conversation to FILE: Markdown to read (.md), or JSON (.json)
      /reset        start a new conversation
      /help         these commands
      /quit         leave, as Ctrl-D does; Ctrl-C cancels what is being typed or answered

    `askvisit verify --answers FILE` checks a conversation exported as JSON later.

    examples:
      askvisit chat
      askvisit chat --index my-index --strictness strict
      printf '%s\n' "Who gains most?" "/export talk.json" | askvisit chat
    """
    assistant = options.assistant(chosen)
    searched = options.scope(chosen) | {"as_of": chosen.as_of}
    assistant.within(Scope(**searched))  # an invalid one is reported before the first question
    conversation = _Chat(assistant, assistant.threshold(chosen.strictness), searched)
    return _in_terminal(conversation) if sys.stdin.isatty() else _from_input(conversation)


@dataclass
class _Chat:
    """A conversation and its options; `answers` are oldest first."""

    assistant: Assistant
    min_confidence: float
    scope: dict[str, Any]
    answers: list[Answer] = field(default_factory=list)

    def respond(self, line: str) -> str | None:
        """Return what to print for a question or a command, or None to leave.

        Raises `AskvisitError` if the line cannot be handled; the conversation stays as it is.
        """
        if not line.startswith("/"):
            return self._ask(line)
        name, _, rest = line[1:].partition(" ")
        match name.lower():
            case "sources" | "source":
                return self._sources(rest.strip())
            case "export":
                return self._export(rest.strip())
            case "reset":
                self.answers.clear()
                return "Started a new conversation."
            case "help":
                described = inspect.getdoc(chat.run) or ""
                return described.split("are commands:\n\n")[-1].split("\n\n")[0]
            case "quit" | "exit":
                return None
        raise DataError(f"there is no command /{excerpt(name)}; /help lists the commands")

    def _ask(self, question: str) -> str:
        answer = self.assistant.ask(
            question, self.answers, min_confidence=self.min_confidence, **self.scope
        )
        self.answers.append(answer)
        understood = answer.reading != answer.question.strip() and answer.kind != "talk"
        note = f"Understood as: {show.plain(answer.reading)}\n" if understood else ""
        return note + show.answer(answer)

    def _sources(self, number: str) -> str:
        """List the sources of the last answer, or show one: quotes, or else nearest passages."""
        last = self.answers[-1] if self.answers else None
        places: tuple[Citation | Hit, ...] = (last.citations or last.nearest) if last else ()
        if not places:
            raise DataError("the last answer has no sources; ask a question first")
        if not number:
            return "\n".join(_place(n, place) for n, place in enumerate(places, 1))
        if not number.isdecimal() or not 1 <= int(number) <= len(places):
            count = counted(len(places), "source")
            raise DataError(f"the last answer has {count}; ask for one by number: /sources 1")
        return self._passage(int(number), places[int(number) - 1])

    def _passage(self, number: int, place: Citation | Hit) -> str:
        """Show the paragraph around a quote as the article has it now."""
        from askvisit.passages import paragraphs

        article = self.assistant.articles.get(place.article_id)
        quote = place.quote if isinstance(place, Citation) else place.text
        if article is None or article.text[place.start : place.end] != quote:
            raise DataError(f"{place.article_id} has changed since then; ask again")
        around = [(a, b) for a, b in paragraphs(article.text) if a < place.end and place.start < b]
        start = min([place.start, *(a for a, _ in around)])
        end = max([place.end, *(b for _, b in around)])
        text = show.marked(article.text[start:end], place.start - start, place.end - start)
        return f"{_place(number, place)}\n\n{text}"

    def _export(self, name: str) -> str:
        from askvisit import transcript

        path = Path(name)
        suffix = path.suffix.lower()
        if suffix not in (".md", ".json"):
            raise DataError("give a file name that ends in .md or .json: /export conversation.md")
        if not self.answers:
            raise DataError("there is nothing to export yet; ask a question first")
        write = transcript.to_json if suffix == ".json" else transcript.to_markdown
        text = write(self.answers)
        try:
            target = path.expanduser()
            with target.open("x", encoding="utf-8") as file:
                try:
                    file.write(text)
                    file.flush()
                except Exception:  # such as a full disk; the same name can be given again
                    target.unlink()
                    raise
        except FileExistsError as error:
            raise DataError(f"{path} already exists; give another file name") from error
        except (OSError, ValueError, RuntimeError) as error:  # a null character; "~nobody"
            raise DataError(f"{path} cannot be written ({reason_of(error)})") from error
        return f"{counted(len(self.answers), 'answer')} written to {path}"


def _in_terminal(chat: _Chat) -> int:
    """Chat at a terminal; errors and Ctrl-C end a line, not the conversation."""
    with suppress(ImportError):  # Python may be built without it
        import readline  # noqa: F401 - gives `input` editing and history
    count = len(chat.assistant.articles)
    about = f"{count:,} articles" if count > 1 else "the article"
    print(f"Ask about {about}. Type /help for the commands, Ctrl-D to quit.")
    interrupted = False
    while True:
        try:
            line = input("\n> ").strip()
            if not line:
                continue
            response = chat.respond(line)
            if response is None:
                return 0
            print(response)
            interrupted = False
        except EOFError:
            print()
            return 0
        except KeyboardInterrupt:
            print()
            if interrupted:
                return options.INTERRUPTED
            interrupted = True
            print("Press Ctrl-C again to quit.")
        except AskvisitError as error:
            print(one_line(show.plain(str(error))))


def _from_input(chat: _Chat) -> int:
    """Handle each line of standard input; returns 1 if one could not be handled."""
    status = 0
    for line in filter(None, map(str.strip, sys.stdin)):
        try:
            response = chat.respond(line)
        except AskvisitError as error:
            show.tell(str(error))
            status = 1
            continue
        if response is None:
            break
        print(response, end="\n\n", flush=True)
    return status


def _place(number: int, place: Citation | Hit) -> str:
    if isinstance(place, Citation):
        return show.source(place)
    where = f"{show.plain(place.article_id)} {place.start}-{place.end}"
    return f"[{number}] close, but not an answer ({where})"
