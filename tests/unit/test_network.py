"""Nothing leaves the machine: where it would be seen (strace), and where nothing can."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from harness import network
from harness.fakes import ROOT
from harness.system_faults import environment

pytestmark = pytest.mark.slow

LOCAL = (
    *(
        "aliases",
        "authoring",
        "faults",
        "index_damage",
        "mentions",
        "metrics",
        "passages",
        "proofs",
    ),
    *("question_forms", "ranking", "records", "scoring", "spelling", "store", "text", "vectors"),
)
"""Modules of tests that load no model and open no socket, nor do the processes that they start.

They are about texts, numbers and files, so that no network changes what they find.
"""

CALL = "import socket; socket.create_connection(({!r}, 9), 5)"


@pytest.fixture
def index(tmp_path):
    folder = shutil.copytree(ROOT / "index", tmp_path / "index")
    (folder / "articles" / "mill.txt").write_text("A Mill Burns\n\nThe old mill burned down.\n")
    return folder


@pytest.mark.parametrize("name", ["ask", "index", "ui"])
def test_nobody_else_is_called(name, index, tmp_path):
    if not network.may_trace():
        pytest.skip("no strace that may trace: apt-get install strace")
    called = network.addresses(
        network.use_of_askvisit(index, tmp_path)[name], tmp_path / "strace.log"
    )
    assert network.elsewhere(called) == []
    assert ("127.0.0.1" in called) == (name == "ui")


def test_a_call_would_be_seen(tmp_path):
    if not network.may_trace():
        pytest.skip("no strace that may trace: apt-get install strace")
    code = f"try: {CALL.format('192.0.2.1')}\nexcept OSError: pass"
    called = network.addresses([sys.executable, "-c", code], tmp_path / "strace.log")
    assert network.elsewhere(called) == ["192.0.2.1"]


def test_the_suite_passes_where_no_route_leads_away():
    if not network.may_be_alone():
        pytest.skip("unshare -n is not permitted here (it needs root, or user namespaces)")
    python = [sys.executable, "-c"]
    away = run_alone([*python, CALL.format("192.0.2.1")])
    assert "Network is unreachable" in away.stderr
    assert "Connection refused" in run_alone([*python, CALL.format("127.0.0.1")]).stderr
    modules = [ROOT / "tests" / "unit" / f"test_{name}.py" for name in LOCAL]
    assert all(module.is_file() for module in modules)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    suite = run_alone([*command, *(f"--ignore={module}" for module in modules)])
    assert suite.returncode == 0, suite.stdout[-5000:]


def run_alone(command):
    return subprocess.run(
        network.alone(command), cwd=ROOT, env=environment(), capture_output=True, text=True
    )
