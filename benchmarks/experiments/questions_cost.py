"""What asking four questions costs typical time, beside asking that one alone: wider intervals, and seconds.

    python -m benchmarks.experiments.questions_cost runs.jsonl

The file is one that `evidence` keeps. Each run's passes of identical code are judged twice, with the error that typical
time has of four questions and with all of it; so are those of three runs after each other, as one of more passes. All
four are answered from the same rounds; beside them only peaks of memory are read, once a test and side, which is timed
here on this process.
"""

import argparse
import json
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.calibrate.recording import pairs_of
from benchmarks.experiments.rules import NOTHING
from benchmarks.harness.comparison.results import estimates_of
from benchmarks.harness.estimators.limits import RUN_ERROR, Limits
from benchmarks.harness.estimators.pass_estimate import PassEstimate
from benchmarks.harness.estimators.questions import QUESTIONS, error_of
from benchmarks.harness.estimators.verdict import LOOK_SHARES, judge
from benchmarks.harness.sides.memory import peak_of, reset_peaks
from benchmarks.harness.sides.pass_record import TestPass

Passes = Mapping[str, Sequence[PassEstimate]]


def typical_time(run: Mapping[str, Any]) -> Passes:
    """Of each test what its passes say."""
    found: dict[str, list[PassEstimate]] = {}
    for one in run["recording"]:
        for test, its in one["tests"].items():
            pairs = pairs_of(its["pairs"])
            if "typical time" in (estimates := estimates_of(TestPass(pairs=pairs))):
                found.setdefault(test, []).append(estimates["typical time"])
    return found


def _joined(runs: Sequence[Passes]) -> Passes:
    return {test: [one for run in runs for one in run.get(test, ())] for test in runs[0]}


def widths(passes: Passes, error: float) -> list[float]:
    """Of the intervals at the last look, in percentage points."""
    limits = dict.fromkeys(passes, Limits())
    found = judge(passes, limits, len(LOOK_SHARES) - 1, len(passes), error=error).values()
    return [100 * (its.high - its.low) for its in found if its.low is not None and its.high is not None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    runs = [json.loads(line) for line in parser.parse_args().file.read_text(encoding="utf-8").splitlines()]
    same = [typical_time(run) for run in runs if run["kind"] == NOTHING]
    for joined in (1, 3):
        longer = [_joined(same[start : start + joined]) for start in range(0, len(same) - joined + 1, joined)]
        four = [width for passes in longer for width in widths(passes, error_of("typical time", list(QUESTIONS)))]
        alone = [width for passes in longer for width in widths(passes, RUN_ERROR)]
        ratios = [one / other for one, other in zip(four, alone, strict=True)]
        passes = statistics.median(len(its) for run in longer for its in run.values())
        print(f"{len(longer)} runs of {passes:g} passes: intervals {statistics.median(ratios):.2f} times as wide")
    start = time.perf_counter()
    for _ in range(100):
        reset_peaks([os.getpid()])
        peak_of([os.getpid()])
    print(f"peak memory of a process, reset and read: {1e6 * (time.perf_counter() - start) / 100:.0f} µs")


if __name__ == "__main__":
    main()
