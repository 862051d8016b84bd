"""Nothing leaves the machine: where it would be seen (strace), and where nothing can."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from harness import network
from harness.fakes import ROOT

CALL = "import socket; socket.create_connection(({!r}, 9), 5)"


@pytest.fixture
def index(tmp_path):
    folder = shutil.copytree(ROOT / "index", tmp_path / "index")
    (folder / "articles" / "mill.txt").write_text("A Mill Burns\n\nThe old mill burned down.\n")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ask", "index", "ui"])
def test_nobody_else_is_called(name, index, tmp_path):
    if not network.may_trace():
        pytest.skip("no strace that may trace: apt-get install strace")
    called = network.addresses(
        network.use_of_askvisit(index, tmp_path)[name], tmp_path / "strace.log"
    )
    assert network.elsewhere(called) == []
    assert ("127.0.0.1" in called) == (name == "ui")


@pytest.mark.slow
def test_a_call_would_be_seen(tmp_path):
    if not network.may_trace():
        pytest.skip("no strace that may trace: apt-get install strace")
    code = f"try: {CALL.format('192.0.2.1')}\nexcept OSError: pass"
    called = network.addresses([sys.executable, "-c", code], tmp_path / "strace.log")
    assert network.elsewhere(called) == ["192.0.2.1"]


def test_the_suite_runs_where_no_route_leads_away(pytestconfig):
    if not pytestconfig.stash[network.ALONE]:
        pytest.skip("a network of its own needs Linux and root: run the suite as root")
    for address, error in (("192.0.2.1", "Network is unreachable"), ("127.0.0.1", "refused")):
        called = subprocess.run(
            [sys.executable, "-c", CALL.format(address)], capture_output=True, text=True
        )
        assert error in called.stderr
