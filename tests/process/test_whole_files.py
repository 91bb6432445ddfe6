"""Saving runs, with what may happen meanwhile: a kill, a full disk, another run that saves at the same time."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from benchmarks.harness.records.whole_files import PART
from benchmarks.harness.tree import ROOT

SAVES = """
import resource, sys
from pytest_benchmark.logger import Logger
from pytest_benchmark.storage.file import FileStorage
from benchmarks.harness.records import whole_files

folder, name, times, most = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
storage = whole_files.of(FileStorage(folder, Logger(Logger.QUIET), "here"))
if most:
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
print("ready", flush=True)
for _ in range(times):
    storage.save({"benchmarks": [{"data": list(range(200_000))}]}, name)
    print(storage.failure.strerror if storage.failure else "saved", flush=True)
"""


def start(folder: Path, name: str, times: int, most: int = 0) -> "subprocess.Popen[str]":
    """A process that saves so many runs; no file of its may have more than so many bytes."""
    command = [sys.executable, "-c", SAVES, str(folder), name, str(times), str(most)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "PYTHONPATH": "."})


def saved(folder: Path) -> list[str]:
    """The runs' names; each can be read."""
    files = sorted((folder / "here").glob("*.json"))
    for file in files:
        assert len(json.loads(file.read_text())["benchmarks"][0]["data"]) == 200_000
    return [file.name for file in files]


def test_two_runs_that_save_at_once_have_numbers_of_their_own(tmp_path: Path) -> None:
    processes = [start(tmp_path, name, 8) for name in ("one", "other")]
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert out.split() == ["ready", *["saved"] * 8]
    assert [name[:4] for name in saved(tmp_path)] == [f"{number:04}" for number in range(1, 17)]


def test_a_kill_leaves_no_part_of_a_run_under_a_runs_name(tmp_path: Path) -> None:
    """Each one a little later than the one before; what it has left is gone after the next run."""
    for index in range(12):
        process = start(tmp_path, "killed", 1000)
        assert process.stdout is not None
        for _ in range(1 + index // 4):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        saved(tmp_path)
    assert start(tmp_path, "last", 1).communicate(timeout=60)[0].split() == ["ready", "saved"]
    assert saved(tmp_path)[-1].endswith("_last.json")
    assert not list((tmp_path / "here").glob(f".*{PART}"))


def test_a_disk_that_is_full_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    out, _ = start(tmp_path, "large", 1, most=100_000).communicate(timeout=60)
    assert out.splitlines() == ["ready", "File too large"]
    assert not list((tmp_path / "here").iterdir())


def test_a_folder_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("a file")
    assert start(tmp_path, "any", 1).communicate(timeout=60)[0].splitlines() == ["ready", "Not a directory"]
