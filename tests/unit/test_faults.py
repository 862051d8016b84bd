"""A change of an index that is stopped anywhere leaves the old index or the new one, whole."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness import faults, system_faults
from harness.fakes import ROOT, WordCounts

from askvisit.errors import AskvisitError
from askvisit.index import build_index, verify_index

EVERY_MOMENT = [0.05, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0]


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    return faults.first_index(tmp_path_factory.mktemp("start") / "index")


def assert_survived(table, at_least):
    assert table.injected >= at_least
    assert table.failures == []


@pytest.mark.parametrize("name", faults.CHANGES)
def test_file_operations_that_fail(name, start, tmp_path):
    assert_survived(faults.failing_operations(name, start, tmp_path, every=4), 7)


@pytest.mark.slow
@pytest.mark.parametrize("name", faults.CHANGES)
def test_every_file_operation_that_fails(name, start, tmp_path):
    assert_survived(faults.failing_operations(name, start, tmp_path), 28)


@pytest.mark.parametrize("name", faults.CHANGES)
def test_a_killed_process(name, start, tmp_path):
    moments = EVERY_MOMENT[::2]
    assert_survived(faults.killed(name, start, tmp_path, moments), len(moments))


@pytest.mark.slow
def test_a_large_article_is_encoded_once_however_often_its_build_is_killed(start, tmp_path):
    folder = Path(shutil.copytree(start, tmp_path / "index"))
    before = faults.content(folder)
    text = faults.LONG + faults.LONG.partition("\n")[2] * 59
    assert len(text) > 2_000_000
    (folder / "articles" / "large.txt").write_text(text)
    kept = sum(faults.killed_after(folder, passages) for passages in (300, 3000, 1))
    assert faults.content(folder) == before
    encoder = WordCounts()
    report = build_index(index=folder, encoder=encoder)
    assert kept > 3300
    assert report.encoded == len(encoder.encoded) == report.passages - kept > 0
    assert verify_index(folder).intact
    assert not (folder / "partial.tmp").exists()


@pytest.mark.parametrize(("fault", "amounts"), [
    ("full", [0, 8, 40, 90, 130, 200]), ("read-only", [0.1, 0.5, 0.8]),
])  # fmt: skip
def test_a_disk_that_is_full_or_turns_read_only(fault, amounts, start):
    if not system_faults.may_mount():
        pytest.skip("unshare -m is not permitted here (it needs root, as in CI)")
    assert_survived(system_faults.on_a_disk(fault, "rebuild", start, amounts), len(amounts))


def test_the_harness_sees_a_mixture(start, tmp_path):
    """A fault that is not survived would be told: here the commit comes before its files."""
    ends = faults.Ends.of(faults.rebuild, start, tmp_path / "good")
    folder = shutil.copytree(start, tmp_path / "index")
    shutil.copy(tmp_path / "good" / "manifest.json", folder)
    with pytest.raises(AskvisitError):
        faults.wrong_with(folder, ends)
    folder = shutil.copytree(start, tmp_path / "another")
    (folder / "articles" / "new.txt").write_text("A bridge of which half a sent")
    assert "half an article" in faults.wrong_with(folder, ends)


def test_everything_is_synced_before_the_manifest_is_replaced(start, tmp_path):
    folder = shutil.copytree(start, tmp_path / "index")
    if shutil.which("strace") is None:
        with faults.Fault(folder).injected() as watched:
            faults.rebuild(folder)
        calls = [(name, 0, name) for name in watched.operations]
    else:
        calls = system_faults.system_calls("rebuild", folder, tmp_path / "log")
        if not calls:
            pytest.skip("strace may trace nothing here")
    order = [call for call, _, _ in calls if call in ("fsync", "rename", "replace", "unlink")]
    lines = [line for _, _, line in calls]
    last_rename = max(n for n, call in enumerate(order) if call in ("rename", "replace"))
    before = order[:last_rename]
    assert before.count("fsync") >= 4  # store, vectors, manifest, and the folder with their names
    assert order[last_rename - 1] == "fsync"
    assert "fsync" in order[last_rename + 1 :]
    if shutil.which("strace") is not None:
        commit = next(n for n, line in enumerate(lines) if "rename" in line and "manifest" in line)
        written = [n for n, line in enumerate(lines) if line.startswith(("write(", "pwrite64("))]
        synced = [n for n, line in enumerate(lines) if line.startswith("fsync(")]
        assert max(written) < max(n for n in synced if n < commit)
        old = [built.name for built in faults.manifests.read(start).files()]
        unlinked = [n for n, line in enumerate(lines) if line.startswith("unlink(")]
        gone = [n for n in unlinked if any(name in lines[n] for name in old)]
        assert gone
        assert min(gone) > commit


HOLD = """
import sys, time
from pathlib import Path
from askvisit.index.location import only_writer
with only_writer(Path({folder!r})):
    print("locked", flush=True)
    time.sleep(600)
"""


def test_a_dead_process_holds_no_lock(start, tmp_path):
    folder = shutil.copytree(start, tmp_path / "index")
    code = HOLD.format(folder=str(folder))
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"locked\n"
        holder.kill()
    build_index(index=folder, encoder=WordCounts())


TABLES = ("faults", "bits", "stores", "verdicts", "hostile")
"""Those of the chat under load and of calls are what test_crowd and test_network assert.

test_hostile tries most hostile input, so that few will do here.
"""


@pytest.mark.slow
def test_the_benchmark_of_trust_finds_nothing():
    benchmark = ROOT / "benchmarks" / "trust.py"
    done = subprocess.run(
        [sys.executable, str(benchmark), "--short", "--count", "60", "--only", *TABLES],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
