"""Faults of the system under a change of an index: small disks, and system calls that fail.

Disks are mounted in a namespace of our own (`unshare -m`), calls are failed by strace: both reach
what SQLite writes, and both need to be permitted.
"""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from askvisit.errors import AskvisitError
from harness.faults import CHANGES, Ends, Table, wrong_with


def may_mount() -> bool:
    """Return whether disks can be mounted here, in a namespace of our own."""
    try:
        return subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0
    except OSError:
        return False


def on_a_disk(fault: str, name: str, start: Path, amounts: list[float]) -> Table:
    """Make a change on a small disk of its own (tmpfs) that fails; needs `may_mount`.

    fault: "full", where the amounts are the kilobytes that are free; "read-only", where they are
    the shares (0 to 1) of the time after which it is remounted.
    """
    told = f"{fault!r}, {name!r}, {str(start)!r}, {amounts!r}"
    code = f"from harness import system_faults; system_faults.in_namespace({told})"
    command = ["unshare", "-m", sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=300)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Table(**json.loads(done.stdout))


def in_namespace(fault: str, name: str, start: str, amounts: list[float]) -> None:
    """Be the process that mounts; print the table."""
    with tempfile.TemporaryDirectory() as scratch:
        root, table = Path(scratch), Table()
        ends = Ends.of(CHANGES[name], Path(start), root / "good")
        began = time.perf_counter()
        CHANGES[name](Path(shutil.copytree(start, root / "timed")))
        took = time.perf_counter() - began
        disk = root / "disk"
        disk.mkdir()
        for amount in amounts:
            _mount("-t", "tmpfs", "none", str(disk))
            _mount("--bind", str(disk), str(disk))  # a bind can turn read-only with files open
            folder = Path(shutil.copytree(start, disk / "index"))
            turning = threading.Thread(target=_turn_read_only, args=(disk, amount * took))
            if fault == "full":
                used = sum(path.stat().st_blocks // 2 for path in folder.rglob("*"))
                _mount("-o", f"remount,size={used + int(amount)}k", str(disk))
            else:
                turning.start()
            told = _told_by(partial(CHANGES[name], folder))
            if fault == "full":
                _mount("-o", "remount,size=64m", str(disk))
            else:
                turning.join()
                _mount("-o", "remount,bind,rw", str(disk))
            table.add(f"{fault} {amount:.2f}, {name}", told or wrong_with(folder, ends))
            for _ in range(2):
                subprocess.run(["umount", "-l", str(disk)], check=True)
        print(json.dumps(asdict(table)))


def _told_by(change: Callable[[], None]) -> str:
    """Make a change; complain only where what went wrong was not told in words."""
    try:
        change()
    except AskvisitError:
        return ""
    except Exception as error:
        return f"not told in words: {type(error).__name__}: {error}"
    return ""


def _turn_read_only(disk: Path, seconds: float) -> None:
    time.sleep(seconds)
    command = ["mount", "-o", "remount,bind,ro", str(disk)]
    for _ in range(1000):  # it is refused while a file is open for writing
        if subprocess.run(command, capture_output=True).returncode == 0:
            return


def _mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def environment() -> dict[str, str]:
    """Return the environment in which a Python of its own finds what this one finds."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


Calls = list[tuple[str, int, str]]

PR_SET_PTRACER = 0x59616D61
"""An option of prctl(2)."""

_CALLS = "openat,write,pwrite64,fsync,fdatasync,ftruncate,rename,unlink,mkdir"


def system_calls(name: str, folder: Path, log: Path, inject: str = "") -> Calls:
    """Make a change under strace; return its calls on the folder: name, ordinal of it, line.

    inject: what strace is to inject (see `strace --inject`). Nothing is returned where strace may
    not trace.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["faults", "faiss", "askvisit.formats.plain"])
    ours, theirs = context.Pipe()
    process = context.Process(target=_when_traced, args=(theirs, name, str(folder)))
    process.start()
    ours.recv()  # it is ready
    options = ["-o", str(log), "-y", "-e", f"trace={_CALLS}", "-p", str(process.pid)]
    options += ["-e", f"inject={inject}"] if inject else []
    log.write_text("")
    with subprocess.Popen(["strace", *options], stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        strace.stderr.readline()  # that it is attached, or why it is not
        ours.send("traced")
        process.join()
    counts: Counter[str] = Counter()
    found = []
    for line in log.read_text("utf-8", "replace").splitlines():
        call = line.partition("(")[0]
        counts[call] += 1
        if str(folder) in line and "O_RDONLY" not in line:
            found.append((call, counts[call], line))
    return found


def _when_traced(harness: Any, name: str, folder: str) -> None:
    """Make a change as soon as strace is there, which need not be our parent."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ctypes.c_ulong(-1))
    harness.send("ready")
    harness.recv()
    try:
        CHANGES[name](Path(folder))
    except Exception:
        sys.exit(1)  # what it says is looked at elsewhere


def failing_calls(name: str, start: Path, scratch: Path, every: int = 1) -> Table:
    """Let each system call that writes fail in turn, or kill the process there; needs strace."""
    table = Table()
    ends = Ends.of(CHANGES[name], start, scratch / "good")
    log = scratch / "strace.log"
    # One folder for all, because its name is in the code that the calls are counted of.
    folder = scratch / "index"
    shutil.copytree(start, folder)
    calls = system_calls(name, folder, log)
    for number, (call, ordinal, _) in enumerate(calls[::every]):
        harm = ("error=EIO", "error=ENOSPC", "signal=SIGKILL")[number % 3]
        shutil.rmtree(folder)
        shutil.copytree(start, folder)
        failed = system_calls(name, folder, log, f"{call}:{harm}:when={ordinal}")
        if not any(call == one and ordinal == n for one, n, _ in failed):
            raise RuntimeError(f"{call} number {ordinal} was another call this time")
        table.add(f"{name}, {call} number {ordinal}, {harm}", wrong_with(folder, ends))
    return table
