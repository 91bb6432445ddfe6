"""Runs that find each other: real processes, real locks."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.harness.plugin.other_runs import OtherRuns

ROOT = Path(__file__).resolve().parents[2]
RUN = """
import sys
from benchmarks.harness.plugin.other_runs import OtherRuns
with OtherRuns("theirs"):
    print("here", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def start() -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", RUN]
    run = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert run.stdout is not None
    assert run.stdout.readline() == "here\n"
    return run


def test_who_came_first_and_who_came_second_know_of_each_other() -> None:
    with OtherRuns("ours") as ours:
        ours.begin()
        assert ours.beside() == []
        theirs = start()
        named = f"theirs (process {theirs.pid})"
        try:
            ours.begin()
            assert ours.beside() == [named]
            with OtherRuns("second") as second:
                assert named in second.at_start
        finally:
            theirs.communicate("")
        ours.begin()
        assert ours.beside() == []


def test_a_run_that_came_and_went_during_a_test_is_known_and_a_killed_one_forgotten(folder: Path) -> None:
    with OtherRuns("ours") as ours:
        ours.begin()
        brief = start()
        brief.communicate("")
        assert ours.beside() == [f"theirs (process {brief.pid})"]
        killed = start()
        killed.kill()
        killed.communicate()
        ours.begin()
        assert ours.beside() == []
    assert [path.name for path in folder.rglob("*") if path.is_file()] == []
