import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from benchmarks.harness.reporting.progress import Progress

ROOT = Path(__file__).resolve().parents[2]
ID = "benchmarks/test_workloads.py::test_workload[tiny-small-ray]"

SESSION = f"""
from benchmarks.harness.reporting.progress import Progress
with Progress(60) as progress:
    progress.write("base main · head working tree")
    progress.starts(0)
    progress.turn("starting")
    progress.turn({ID!r})
    progress.passed(1, 4, "")
    progress.starts(1)
    progress.turn({ID!r})
    progress.passed(2, 0, "1 ok")
    progress.turn("benchmarks/test_own.py::test_own")
"""


def test_each_pass_is_a_line_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(60) as progress:
        progress.write("base main · head working tree")
        progress.starts(0)
        progress.turn(ID)
        progress.passed(1, 4, "")
        progress.starts(1)
        progress.passed(2, 0, "1 regressed, 2 ok")
    out, err = capsys.readouterr()
    first, second, third = out.splitlines()
    assert first == "base main · head working tree"
    assert re.fullmatch(r"pass 1 after \d+ s, at most 4 more in \d+ s", second)
    assert re.fullmatch(r"pass 2 after \d+ s, the last · 1 regressed, 2 ok", third)
    assert err == ""


def test_a_budget_that_is_spent_leaves_no_time_below_zero(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(1e-9) as progress:
        progress.passed(1, 1, "")
    assert "at most 1 more in 0 s" in capsys.readouterr().out


def test_a_terminal_has_a_bar_that_says_what_runs_and_goes_away() -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 160))
    process = subprocess.Popen(
        [sys.executable, "-c", SESSION], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, text=True
    )
    try:
        os.close(theirs)
        seen = b""
        while data := read(ours):
            seen += data
        out, _ = process.communicate(timeout=30)
    finally:
        process.kill()
        os.close(ours)
    assert process.returncode == 0, seen.decode()
    shown = seen.decode().split("\r")
    assert any(re.fullmatch(r"pass 1: starting \|.{20}\| \d+ of at most 60 s *", text) for text in shown), shown
    assert any(text.startswith("pass 1: tiny-small-ray |") for text in shown)
    assert any(text.startswith("pass 2 of about 5: tiny-small-ray |") for text in shown)
    assert any(text.startswith("pass 2 of about 2: benchmarks/test_own.py::test_own · 1 ok |") for text in shown)
    assert shown[-1].strip() == ""
    assert [line.partition(" after")[0] for line in out.splitlines()] == [
        "base main · head working tree", "pass 1", "pass 2",
    ]  # fmt: skip


def read(terminal: int) -> bytes:
    """What a process has written to it; nothing once all have closed it."""
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux says so
        return b""
