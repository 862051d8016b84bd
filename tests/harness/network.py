"""Whom programs talk to: seen by strace, and in a network of their own that leads nowhere."""

from __future__ import annotations

import ctypes
import fcntl
import re
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from ipaddress import ip_address
from pathlib import Path

import pytest

from harness.system_faults import environment

COMMAND = "import sys; from askvisit.cli import main; sys.exit(main())"
"""`askvisit` for `python -c`."""

CHAT = """
import asyncio, sys
from pathlib import Path
from harness import clients, crowd
with clients.Server(Path(sys.argv[1]), Path(sys.argv[2])) as server:
    assert asyncio.run(crowd.at_once(server, 1)).errors == []
    server.stop()
    assert server.faults() == []
"""
"""Starts the chat, asks it a question and stops it, for `python -c`: index and log."""

ALONE = pytest.StashKey[bool]()
"""Whether the suite runs in a network of its own, in pytest's configuration."""

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1

_ADDRESS = re.compile(r'inet_addr\("([^"]+)"\)|inet_pton\(AF_INET6, "([^"]+)"')


def use_of_askvisit(index: Path, scratch: Path) -> dict[str, list[str]]:
    """Return commands that ask, build and chat over an index, each by its name."""
    python = [sys.executable, "-c"]
    return {
        "ask": [*python, COMMAND, "ask", "When did Xi meet Kim Jong Il?", "--index", str(index)],
        "index": [*python, COMMAND, "index", "--index", str(index)],
        "ui": [*python, CHAT, str(index), str(scratch / "log")],
    }


def may_trace() -> bool:
    """Return whether strace is there and may be used."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-qq", "true"], capture_output=True).returncode == 0


def addresses(command: Sequence[str], log: Path) -> list[str]:
    """Run a command under strace; return every address that it or its children called."""
    calls = "trace=connect,sendto,sendmsg,sendmmsg"
    traced = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", str(log), "-e", calls, *command]
    # Libraries that call their makers keep quiet in continuous integration.
    env = {name: value for name, value in environment().items() if name != "CI"}
    subprocess.run(traced, check=True, capture_output=True, env=env, timeout=300)
    found = _ADDRESS.findall(log.read_text("utf-8", "replace"))
    return [four or six for four, six in found]


def elsewhere(called: Sequence[str]) -> list[str]:
    """Return the addresses that are not this machine."""
    return [address for address in called if not ip_address(address).is_loopback]


def leave() -> bool:
    """Move this process, and those that it starts, into a network with only the loopback device.

    Returns False where that is not permitted: it needs Linux and root. Call it before threads are
    started, which would stay behind.
    """
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "unshare"):
        return False
    with open("/proc/self/ns/net") as before, ExitStack() as undo:
        if libc.unshare(_CLONE_NEWNET) != 0:
            return False
        undo.callback(libc.setns, before.fileno(), _CLONE_NEWNET)
        try:
            with socket.socket() as any_socket:
                fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
        except OSError:
            return False
        undo.pop_all()
    return True
