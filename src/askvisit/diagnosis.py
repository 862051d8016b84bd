"""What a bug report should include: versions, processor, models, the index, a test question.

Each part is examined separately, so that one failure does not hide another.
"""

from __future__ import annotations

import os
import platform
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from askvisit import __version__, store
from askvisit import encoder as encoders
from askvisit import reader as readers
from askvisit.assistant import Assistant
from askvisit.calibration import FAST
from askvisit.encoder import DEFAULT, SentenceTransformerEncoder
from askvisit.errors import AskvisitError
from askvisit.index import locate, verify_index
from askvisit.index import manifest as manifests
from askvisit.text import counted

_HASH = 12
"""Characters of a hash to show."""


@dataclass(frozen=True)
class Finding:
    """One part: what was found, or (if not `ok`) what is wrong with it."""

    part: str
    ok: bool
    detail: str


def examine(
    index: str | os.PathLike[str] | None = None, reader: str | None = None
) -> Iterator[Finding]:
    """Yield a finding for each part, without raising or changing anything.

    index: the index folder; if None, the default one (see `locate`).
    reader: a question answering model by name or folder (the bundled one if None).
    """
    parts: dict[str, Callable[[], str]] = {
        "askvisit": lambda: f"{__version__} in {Path(__file__).parent}",
        "system": _system,
        "processor": _processor,
        "libraries": _libraries,
        "encoder": _encoder,
        "reader": lambda: _reader(reader),
        "weights": _weights,
        "index": lambda: _index(locate(index)),
        "integrity": lambda: _integrity(locate(index)),
        "self-test": lambda: _self_test(Assistant.load(index, reader=reader)),
    }
    for part, look in parts.items():
        try:
            yield Finding(part, True, look())
        except AskvisitError as error:
            yield Finding(part, False, str(error))
        except Exception as error:  # the report is there to show whatever is wrong
            yield Finding(part, False, f"{type(error).__name__}: {error}")


def _system() -> str:
    python = f"Python {platform.python_version()} ({platform.python_implementation()})"
    return f"{python}, SQLite {store.VERSION}, {platform.platform()}"


def _processor() -> str:
    import numpy as np

    found = np.show_config(mode="dicts")["SIMD Extensions"]
    features = " ".join([*found.get("baseline", ()), *found.get("found", ())])
    return f"{platform.machine()}, {os.cpu_count()} cores; {features}"


def _libraries() -> str:
    """List askvisit's dependencies, without extras, with their installed versions."""
    required = metadata.requires("askvisit") or []
    names = [re.match(r"[\w.-]+", line) for line in required if "extra ==" not in line]
    return ", ".join(sorted(f"{name[0]} {_version(name[0])}" for name in names if name))


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "missing"


def _encoder() -> str:
    about = encoders.bundled_model().about  # loading it checks its files against their hashes
    return f"{about['name']}, sha256 {about['sha256'][:_HASH]} as shipped"


def _reader(name: str | None) -> str:
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        reader = readers.load(name, encoders.load())
    if name == FAST and reader.name != FAST:  # another is used instead; the last warning says why
        raise AskvisitError(str(warned[-1].message))
    return f"{reader.name}, sha256 {reader.sha256}"


def _weights() -> str:
    sha256 = SentenceTransformerEncoder(DEFAULT).sha256
    return f"{DEFAULT}, sha256 {sha256[:_HASH]} as published"


def _index(folder: Path) -> str:
    manifest = manifests.read(folder)
    counts = ", ".join(counted(n, name.removesuffix("s")) for name, n in manifest.counts.items())
    encoder = f"encoder {manifest.encoder.name} ({manifest.encoder.sha256[:_HASH]})"
    return f"{folder.resolve()}: format {manifest.format}, {counts}, {encoder}"


def _integrity(folder: Path) -> str:
    found = verify_index(folder)
    if not found.sound:
        raise AskvisitError(f"{'; '.join((*found.damage, *found.stale))}; {found.rebuild_hint}")
    if found.unindexed:
        return f"intact; not indexed yet: {', '.join(found.unindexed)}"
    return "intact"


def _self_test(assistant: Assistant) -> str:
    """Ask a question and compare the quotes with the articles, character by character."""
    title = next(iter(assistant.articles.values())).title
    question = next(iter(assistant.suggestions), title)
    trace = assistant.explain(question, min_confidence=0)
    for cited in trace.answer.citations:
        if assistant.articles[cited.article_id].text[cited.start : cited.end] != cited.quote:
            raise AskvisitError(f"a quote does not match {cited.article_id}: {cited.quote!r}")
    times = ", ".join(f"{stage} {seconds:.3f} s" for stage, seconds in trace.seconds.items())
    return f"{question!r}: {counted(len(trace.answer.citations), 'quote')}, word for word ({times})"
