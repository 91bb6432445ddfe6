"""Whole comparisons of this tree with itself, and with a tree in which one workload's task is slower.

    python -m benchmarks.experiments.end_to_end runs.jsonl --identical 5 --slower 5 --share 0.10

Prints each run's table and exit status, and appends its passes to a recording for `benchmarks.experiments.power`.
"""

import argparse
import contextlib
import fcntl
import sys
import time
from pathlib import Path

from benchmarks.calibrate import recording
from benchmarks.experiments.injected import WORKLOADS, copy_of_head, slow_down
from benchmarks.harness.comparison.conductor import Conductor
from benchmarks.harness.estimators.questions import QUESTIONS
from benchmarks.harness.plugin.comparison_options import MUST_SEE, TOLERANCE
from benchmarks.harness.records.comparison import Comparison
from benchmarks.harness.reporting import verdict_table
from benchmarks.harness.reporting.progress import Progress
from benchmarks.harness.settings import BUDGET_S, Against
from benchmarks.harness.sides import side
from benchmarks.harness.sides.keeper import Keeper


def compare(slowed: dict[str, float], budget: float, file: Path) -> Comparison:
    """One comparison, as `--against` runs it, of two copies of the last commit's tree."""
    versions = side.versions_of(sys.executable)
    asked = Against(None, None, False, TOLERANCE, MUST_SEE, budget, tuple(QUESTIONS), explain=False)
    with Keeper() as keeper, Progress(budget) as progress:
        trees = {name: copy_of_head(keeper.folder / f"{name}-tree") for name in ("base", "head")}
        slow_down(trees["head"], slowed)
        arguments = ("--workload-size", "small", "benchmarks")
        both = [
            side.Side(name, name, name, tree, tree, sys.executable, arguments, versions) for name, tree in trees.items()
        ]
        conductor = Conductor(both, asked, keeper, progress)
        at = time.time()
        conductor.run()
        for number, one in enumerate(conductor.passes):
            recording.append(file, {"number": number, "at": at, "injected": slowed, **recording.facts(one)})
        return conductor.comparison()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--identical", type=int, default=5)
    parser.add_argument("--slower", type=int, default=5)
    parser.add_argument("--share", type=float, default=0.10)
    parser.add_argument("--budget", type=float, default=BUDGET_S)
    parser.add_argument("--lock", type=Path, help="hold this file locked during each run")
    asked = parser.parse_args()
    runs: list[dict[str, float]] = []
    for index in range(max(asked.identical, asked.slower)):
        runs += [{}] if index < asked.identical else []
        runs += [{WORKLOADS[index % len(WORKLOADS)]: asked.share}] if index < asked.slower else []
    for slowed in runs:
        with contextlib.ExitStack() as stack:
            if asked.lock:
                fcntl.flock(stack.enter_context(asked.lock.open("a")), fcntl.LOCK_EX)
            found = compare(slowed, asked.budget, asked.file)
        print(f"injected: {slowed or 'nothing'}")
        print(*verdict_table.lines(found, 100), f"exit status {found.exit_status}\n", sep="\n", flush=True)


if __name__ == "__main__":
    main()
