"""Measurements that need a process of their own."""

from __future__ import annotations

import multiprocessing
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


def alone(work: Callable[..., Result], *arguments: object) -> Result:
    """Run a function in a new process, so that its memory and its models are its own."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(work, *arguments).result()


def peak_mb() -> float:
    """Return the most memory that this process has had, in MB.

    Linux gives it here; what `getrusage` gives for a new process may be its parent's.
    """
    status = Path("/proc/self/status").read_text("utf-8")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1000
