"""`python -m benchmarks.calibrate` as a user meets it: its refusals, and a run on passes that were recorded before."""

import math
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.calibrate import recording
from benchmarks.harness.comparison.lock import alone
from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.sides import pass_run

pytestmark = pytest.mark.usefixtures("no_leftovers")

QUIET, LOUD = "test_workload[quiet-small-serial]", "test_workload[loud-small-ray]"
ORDERS = (True, False, False, True)


def calibrate(suite: pytest.Pytester, *options: str | Path) -> pytest.RunResult:
    return suite.run(sys.executable, "-m", "benchmarks.calibrate", *options, timeout=60)


def recorded(file: Path, noise: Sequence[float], tests: Sequence[str] = (QUIET,), reason: str = "") -> Path:
    """A pass of ten seconds for each of `noise`, by which the second test's log ratio is off; the first one's is 0."""
    for log in noise:
        found = {}
        for test, off in zip(tests, (0.0, log), strict=False):
            pairs = [Pair(0.05, 0.05 * math.exp(off), ORDERS[i % 4]) for i in range(0 if reason else 16)]
            found[test] = pass_run.TestPass(pairs, setup_s=1.0, rounds_s=3.0, reason=reason)
        recording.append(file, recording.facts(pass_run.PassRecord(tests=found, seconds=10.0)))
    return file


def test_a_file_that_is_no_recording_stays_as_it_is(suite: pytest.Pytester) -> None:
    notes = suite.path / "notes.txt"
    notes.write_text("what I measured\n")
    result = calibrate(suite, "--recording", "notes.txt")
    assert result.errlines == ["ERROR: notes.txt is no recording of passes: name one, or a new file"]
    assert result.ret == 3
    assert notes.read_text() == "what I measured\n"


def test_passes_in_which_nothing_was_timed_say_why(suite: pytest.Pytester) -> None:
    recorded(suite.path / "p.jsonl", [0.0] * 8, reason="fails on base: ValueError: out of luck")
    result = calibrate(suite, "--passes", "8", "--recording", "p.jsonl")
    assert "ERROR: no test was timed in every pass: fails on base: ValueError: out of luck" in result.errlines
    assert result.ret == 3


def test_beside_a_comparison_nothing_is_recorded(suite: pytest.Pytester) -> None:
    with alone(suite.path):
        result = calibrate(suite)
    (said,) = result.errlines
    assert said.startswith(f"ERROR: another comparison runs in {suite.path}, and the two would time each other: ")
    assert result.ret == 4


def test_enough_passes_are_simulated_at_once(suite: pytest.Pytester) -> None:
    """Quiet ones: each figure is known. Runs end at their first look, after five passes of ten seconds."""
    file = recorded(suite.path / "p.jsonl", [0.0] * 9)
    before = file.read_bytes()
    options = ("--passes", "8", "--runs", "40", "--tolerance", "3", "--recording", file, "--report", "power.svg")
    result = calibrate(suite, *options)
    assert result.ret == 0
    assert [re.sub(r" {2,}", "  ", line).rstrip() for line in result.outlines] == [
        "9 passes of identical code, 40 simulated runs with a budget of 300 s; conditional on this recording:",
        "false alarms: 0 % [0.0 8.8] of runs; half of them end within 50 s",
        "  seen in 90 %  5 % is seen in  10 % is seen in",
        # Between 3 %, which is accepted, and 4 %, of which each run is sure: nine tenths of the way.
        "quiet-small-serial  3.9%  100 % [91.2 100.0]  100 % [91.2 100.0]",
        "Wrote power.svg",
        "",
        "a change in one test (8 runs a test): called regressed, not called ok or improved; others called so",
        "all rounds + 5 %  100 % [63.1 100.0]  100 % [63.1 100.0]  0 % [0.0 36.9]",
        "half of the rounds + 30 %  100 % [63.1 100.0]  100 % [63.1 100.0]  0 % [0.0 36.9]",
        "a fifth of the rounds × 2  100 % [63.1 100.0]  100 % [63.1 100.0]  0 % [0.0 36.9]",
        "one round in twenty × 4  62 % [24.5 91.5]  100 % [63.1 100.0]  0 % [0.0 36.9]",
        "same mean, more spread (20 %)  0 % [0.0 36.9]  0 % [0.0 36.9]  0 % [0.0 36.9]",
    ]
    shown = re.findall(r"<!-- (.*?) -->", (suite.path / "power.svg").read_text(encoding="utf-8"), re.DOTALL)
    assert {"quiet-small-serial", "9 recorded passes, budget 300 s, bands: 95 % of 40 simulated runs"} <= set(shown)
    assert file.read_bytes() == before


def test_a_noisy_machine_is_told_that_it_sees_little(suite: pytest.Pytester) -> None:
    recorded(suite.path / "p.jsonl", [-0.5, -0.3, -0.15, -0.05, 0.05, 0.15, 0.3, 0.5], (QUIET, LOUD))
    options = ("--passes", "8", "--runs", "30", "--budget", "90", "--recording", "p.jsonl", "--report", "power.png")
    result = calibrate(suite, *options)
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "8 passes of identical code, 30 simulated runs with a budget of 90 s; *",
            "false alarms: * of runs; half of them end within * s",
            "quiet-small-serial * 2.9% *",
            "loud-small-ray * > 20 % *",
            "Wrote power.png",
        ]
    )
    ends = re.search(r"end within (\d+) s", result.stdout.str())
    assert ends is not None
    assert 60 < int(ends[1]) <= 90
    assert (suite.path / "power.png").read_bytes().startswith(b"\x89PNG")
