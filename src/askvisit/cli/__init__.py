"""The command line: each command is a thin layer over a Python function.

Exit status: 0 found or done, 1 error (one line on stderr), 2 usage, 3 not found or talk,
4 `verify` found damage, 130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import suppress
from errno import ENOSPC
from importlib import import_module
from typing import Any, NoReturn

from askvisit import __version__
from askvisit.cli import show
from askvisit.cli.options import INTERRUPTED, is_interrupt
from askvisit.errors import AskvisitError
from askvisit.formats import isolated
from askvisit.text import one_line

_COMMANDS = {
    **dict.fromkeys(("ask", "compare"), "ask"),
    "chat": "chat",
    **dict.fromkeys(("search", "timeline", "names"), "lookups"),
    **dict.fromkeys(("index", "verify", "doctor"), "index"),
    **dict.fromkeys(("evaluate", "calibrate"), "evaluate"),
    **{name: name for name in ("add", "ui", "mcp")},
}
"""The commands, and the module of each."""

_EPILOG = """\
examples:
  askvisit ask "When did Xi meet Kim Jong Il?"
  askvisit chat
  askvisit search sanctions -k 3
  askvisit index --articles my-articles --index my-index
  askvisit ask "Who signed it?" --index my-index --json
  askvisit ui

Without --index, the index is $ASKVISIT_INDEX, else ./index, else the one that comes with askvisit.
Exit status: 0 found or done, 1 error, 2 usage, 3 not found, 4 damage found by verify.
"""


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program.

    After Ctrl-C it ends without Python's own shutdown: native code in other threads may still be
    loading a model, and aborts if Python ends under it.
    """
    status = main(arguments)
    if status == INTERRUPTED:
        isolated.end()
        with suppress(OSError):
            sys.stdout.flush()
        os._exit(status)
    sys.exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    _open_closed_streams()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # text that the terminal cannot show is escaped
            stream.reconfigure(errors="backslashreplace")
    if hasattr(sys.stdin, "reconfigure"):  # bytes that are no text are shown as such
        sys.stdin.reconfigure(errors="surrogateescape")
    warnings.showwarning = _warn
    options = argparse.Namespace(kept=None)
    try:
        given, parser = sys.argv[1:] if arguments is None else arguments, _parser()
        if not given:
            parser.print_help(sys.stderr)
            return 2
        options, unknown = parser.parse_known_args(given, options)
        if unknown:  # with the usage of the command, not of the program
            options.usage_error(f"unrecognized arguments: {' '.join(unknown)}")
        status: int = options.run(options)
        sys.stdout.flush()
    except AskvisitError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _interrupted(options)
    except BrokenPipeError:  # whatever read our output has closed it
        _discard_output()
        return 0
    except Exception as error:
        if is_interrupt(error):
            return _interrupted(options)
        if isinstance(error, OSError) and error.errno == ENOSPC:
            _discard_output()
            return _fail("the disk is full; free some space, and run this again")
        if os.environ.get("ASKVISIT_DEBUG"):
            raise
        reason = one_line(f"{type(error).__name__}: {error}")
        return _fail(f"this is a bug ({reason}); set ASKVISIT_DEBUG=1 to see the traceback")
    return status


def _interrupted(options: argparse.Namespace) -> int:
    """Say what a command keeps that was interrupted, if it keeps anything."""
    if options.kept is not None:
        show.tell(f"interrupted; {options.kept}")
    return INTERRUPTED


def _open_closed_streams() -> None:
    """Replace the standard streams that whoever started us has closed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode))


def _discard_output() -> None:
    """Send what is left of stdout nowhere: Python would complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="askvisit",
        description="Ask questions about news articles. "
        "Every answer is quoted word for word and cited.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"askvisit {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, module in _COMMANDS.items():
        getattr(import_module(f"askvisit.cli.{module}"), name).add_to(commands, name)
    return parser


def _warn(message: Warning | str, *_: Any, **__: Any) -> None:
    show.tell(str(message))


def _fail(message: str) -> int:
    show.tell(message)
    return 1
