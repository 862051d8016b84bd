"""Whom programs talk to: seen by strace, and in a network of their own that leads nowhere."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path

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

_LOOPBACK_UP = (
    "import fcntl, os, socket, struct, sys\n"
    "SIOCSIFFLAGS, IFF_UP = 0x8914, 1\n"
    "fcntl.ioctl(socket.socket(), SIOCSIFFLAGS, struct.pack('16sh14x', b'lo', IFF_UP))\n"
    "os.execvp(sys.argv[1], sys.argv[1:])"
)

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


def may_be_alone() -> bool:
    """Return whether a network of its own can be made here."""
    try:
        return subprocess.run(alone(["true"]), capture_output=True).returncode == 0
    except OSError:
        return False


def alone(command: Sequence[str]) -> list[str]:
    """Return a command that runs another one in a network that has only the loopback device."""
    unshare = ["unshare", "-n"] if os.getuid() == 0 else ["unshare", "-rn"]
    return [*unshare, sys.executable, "-c", _LOOPBACK_UP, *command]
