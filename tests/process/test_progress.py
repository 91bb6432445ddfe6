"""Progress on a terminal; `tests/unit` has it where there is none."""

import os
import pty
import re
import subprocess
import sys
import termios

from benchmarks.harness.tree import ROOT

ID = "benchmarks/test_workloads.py::test_workload[tiny-small-ray]"

SESSION = f"""
from benchmarks.harness.reporting.progress import Progress
from tests.unit.outcomes import outcome
with Progress(60) as progress:
    progress.write("base main · head working tree")
    progress.starts(0)
    progress.turn("starting")
    progress.turn({ID!r})
    progress.passed(1, 4, [])
    progress.starts(1)
    progress.turn({ID!r})
    progress.passed(2, 0, [outcome("a", "ok")])
    progress.turn("benchmarks/test_own.py::test_own")
"""


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
    assert any(text.startswith("pass 2 of about 2: test_own · 1 ok |") for text in shown)
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
