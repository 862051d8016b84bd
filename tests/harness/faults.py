"""Faults on purpose: failing file operations and kills in the middle of a change of an index.

A `Change` is made to a copy of an index, something goes wrong in it, and `survived` says whether
the old index or the new one is there, whole, and whether the next build finds nothing in its way.
"""

from __future__ import annotations

import errno
import io
import json
import multiprocessing
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from askvisit.index import build_index, open_index, verify_index
from askvisit.index import manifest as manifests
from askvisit.index.build import PARTIAL
from askvisit.index.edit import add_article, remove_article
from harness.fakes import BRIDGE, TARIFFS, WordCounts, indexed, write_articles

LONG = "The Long Text\n\n" + "\n\n".join(
    f"The mayor saw bridge number {n} and the minister raised the tariff by {n} percent."
    for n in range(400)
)
"""An article of several pieces (`index.build`), each of which is encoded and stored by itself."""

THIRD = "A Third Text\n\nThe mayor spoke about a new bridge for trains. It will be of wood.\n"


def rebuild(folder: Path) -> None:
    """Bring the index up to date: `first_index` leaves an article added, changed and removed."""
    build_index(index=folder, encoder=WordCounts())


def add(folder: Path) -> None:
    add_article(folder, "third.txt", ADDED.encode(), encoder=WordCounts())


def remove(folder: Path) -> None:
    remove_article(folder, "bridge.txt", encoder=WordCounts())


ADDED = "A Text to Add\n\nThe minister took the tariff on bread away. Nobody was against it.\n"

CHANGES: dict[str, Callable[[Path], None]] = {"rebuild": rebuild, "add": add, "remove": remove}


def first_index(folder: Path) -> Path:
    """Build the index that the changes are made to, and edit its articles after that."""
    indexed(folder, {"bridge.txt": BRIDGE, "tariffs.txt": TARIFFS})
    write_articles(folder / "articles", {"long.txt": LONG, "bridge.txt": BRIDGE + THIRD})
    (folder / "articles" / "tariffs.txt").unlink()
    return folder


def content(folder: Path) -> tuple[Any, ...]:
    """Return all that an index says, read through what its manifest names."""
    index = open_index(folder)
    return (
        tuple(index.article(name) for name in index.article_ids()),
        tuple(tuple(index.sentences(name)) for name in index.article_ids()),
        tuple(index.passages(range(len(index))).items()),
        tuple(index.bm25("bridge mayor tariff", 50)),
        tuple(map(tuple, index.rows(range(len(index))).round(4))),  # copied or made anew
    )


@dataclass(frozen=True)
class Ends:
    """What an index says before a change and after it."""

    before: tuple[Any, ...]
    after: tuple[Any, ...]

    @classmethod
    def of(cls, change: Callable[[Path], None], start: Path, scratch: Path) -> Ends:
        """Make the change to a copy with nothing going wrong."""
        copy = Path(shutil.copytree(start, scratch))
        before = content(copy)
        change(copy)
        return cls(before, content(copy))


def wrong_with(folder: Path, ends: Ends) -> str:
    """Say what did not survive, in words; nothing where all did.

    The old index or the new one is there; no half article lies among the articles; the next
    build is not locked out, mends what is left to mend, and leaves nothing lying about.
    """
    if content(folder) not in (ends.before, ends.after):
        return "the index is neither the old one nor the new one"
    damage = verify_index(folder).damage
    if damage:
        return f"damage: {damage}"
    whole = {BRIDGE + THIRD, LONG, ADDED}
    for path in (folder / "articles").glob("*.txt"):
        if path.read_text("utf-8") not in whole:
            return f"{path.name} is half an article"
    build_index(index=folder, encoder=WordCounts())
    if not verify_index(folder).intact:
        return "the next build does not mend it"
    named = {built.name for built in manifests.read(folder).files()}
    there = {path.name for path in folder.iterdir()} - {"articles", manifests.NAME, *named}
    return f"left lying about: {sorted(there)}" if there else ""


class Fault:
    """Counts the file operations of a block, and makes one of them fail.

    Operations are those of Python: open, write, close, fsync, rename, remove, mkdir. SQLite
    writes by itself; full disks and `strace` reach it.
    """

    def __init__(self, folder: Path, fails: int | None = None, code: int = errno.EIO) -> None:
        self.operations: list[str] = []
        self._folder = str(folder)
        self._fails = fails
        self._code = code

    @contextmanager
    def injected(self) -> Iterator[Fault]:
        """Watch the block."""
        kept = {name: getattr(os, name) for name in _OPERATIONS}
        kept_open = io.open
        for name, function in kept.items():
            setattr(os, name, partial(self._do, name, function))
        io.open = self._open  # type: ignore[assignment]
        try:
            yield self
        finally:
            for name, function in kept.items():
                setattr(os, name, function)
            io.open = kept_open

    def _count(self, name: str) -> None:
        self.operations.append(name)
        if len(self.operations) - 1 == self._fails:
            raise OSError(self._code, os.strerror(self._code))

    def _do(self, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if isinstance(args[0], int) or self._folder in str(args[0]):
            self._count(name)
        return function(*args, **kwargs)

    def _open(self, file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        opened = _REAL_OPEN
        if not isinstance(file, int) and self._folder not in str(file):
            return opened(file, mode, *args, **kwargs)
        if mode in ("r", "rb") and Path(file).parent.name == "articles":
            return opened(file, mode, *args, **kwargs)  # such an article is left out and named
        self._count(f"open {mode}")
        found = opened(file, mode, *args, **kwargs)
        return found if mode in ("r", "rb") else _Watched(found, self._count)


_REAL_OPEN = io.open
_OPERATIONS = ("fsync", "replace", "rename", "unlink", "mkdir", "open")


class _Watched:
    """A file whose writes may fail."""

    def __init__(self, file: Any, count: Callable[[str], None]) -> None:
        self._file = file
        self._count = count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __enter__(self) -> _Watched:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: Any) -> int:
        self._count("write")
        written: int = self._file.write(data)
        return written


def count_operations(change: Callable[[Path], None], folder: Path) -> int:
    """Make a change; return how many operations it took."""
    with Fault(folder).injected() as watched:
        change(folder)
    return len(watched.operations)


@dataclass
class Table:
    """How many faults were injected, and what went wrong with those that were not survived."""

    injected: int = 0
    failures: list[str] = field(default_factory=list)

    def add(self, fault: str, wrong: str) -> None:
        self.injected += 1
        if wrong:
            self.failures.append(f"{fault}: {wrong}")

    @property
    def survived(self) -> int:
        return self.injected - len(self.failures)


def failing_operations(name: str, start: Path, scratch: Path, every: int = 1) -> Table:
    """Let each file operation of a change fail in turn: broken, out of room, read-only."""
    change, table = CHANGES[name], Table()
    ends = Ends.of(change, start, scratch / "good")
    total = count_operations(change, Path(shutil.copytree(start, scratch / "counted")))
    for number in range(0, total, every):
        code = (errno.EIO, errno.ENOSPC, errno.EROFS)[number % 3]
        folder = Path(shutil.copytree(start, scratch / f"{name}-{number}"))
        fault = Fault(folder, number, code)
        try:
            with fault.injected():
                change(folder)
        except Exception as error:
            raised = f"{type(error).__name__}: {error}"
        else:
            raised = "nothing raised"
        what = f"{name}, operation {number} ({fault.operations[number]}, {os.strerror(code)})"
        wrong = wrong_with(folder, ends)
        if raised.startswith(("OSError", "AttributeError", "TypeError")):
            wrong = wrong or f"not told in words: {raised}"
        table.add(what, wrong)
        shutil.rmtree(folder)
    return table


def _change_there(name: str, folder: str) -> None:
    CHANGES[name](Path(folder))


def killed(name: str, start: Path, scratch: Path, moments: list[float]) -> Table:
    """Kill a change (SIGKILL) at moments, each a share (0 to 1) of the time that it takes."""
    change, table = CHANGES[name], Table()
    ends = Ends.of(change, start, scratch / "good")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["faults", "faiss", "askvisit.formats.plain"])
    took = 0.0
    for number, moment in enumerate([1.0, 1.0, *moments]):
        folder = Path(shutil.copytree(start, scratch / f"{name}-{number}"))
        process = context.Process(target=_change_there, args=(name, str(folder)))
        began = time.perf_counter()
        process.start()
        if number < 2:  # these are timed; the first one starts the server too
            process.join()
            took = time.perf_counter() - began
            shutil.rmtree(folder)
            continue
        time.sleep(max(0.0, moment * took - (time.perf_counter() - began)))
        process.kill()
        process.join()
        table.add(f"{name}, killed at {moment:.2f} of {took:.3f} s", wrong_with(folder, ends))
        shutil.rmtree(folder)
    return table


class Slow(WordCounts):
    """An encoder that gives those who wait for it time to look, also on a busy machine."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        time.sleep(0.05)
        return super().encode(texts)


def _rebuild_slowly(folder: str) -> None:
    build_index(index=folder, encoder=Slow())


def killed_after(folder: Path, passages: int) -> int:
    """Kill a rebuild (SIGKILL) once it has encoded so many more passages; return how many it did.

    They are those that the next build need not encode again.
    """
    before = _kept(folder)
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=_rebuild_slowly, args=(str(folder),))
    process.start()
    while _kept(folder) < before + passages and process.is_alive():
        time.sleep(0.05)
    process.kill()
    process.join()
    return _kept(folder) - before


def _kept(folder: Path) -> int:
    """Return how many passages an interrupted build has encoded."""
    found = 0
    with suppress(OSError), (folder / PARTIAL).open("rb") as file:
        for line in file:
            with suppress(ValueError):  # an empty line, or one that is not whole yet
                words = json.loads(line)[0].split()  # an article has its file's hash and name
                found += int(words[3]) if len(words) == 4 else 0
    return found
