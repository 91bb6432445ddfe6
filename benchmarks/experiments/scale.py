"""How a comparison scales with the number of tests: identical code, at the default budget.

    python -m benchmarks.experiments.scale --tests 6 20 60 200
    python -m benchmarks.experiments.scale --tests 60 --workloads

Each run compares a copy of the last commit's tree with itself, with so many plain pytest-benchmark tests in it and, if
asked, the suite's own six. Prints for each: seconds, passes, how many tests have which verdict, the slowdown that was
visible, and what the conductor itself costs.
"""

import argparse
import contextlib
import fcntl
import statistics
import sys
import time
from pathlib import Path

from benchmarks.experiments.injected import copy_of_head
from benchmarks.harness.comparison.conductor import Conductor
from benchmarks.harness.estimators.questions import QUESTIONS
from benchmarks.harness.plugin.comparison_options import MUST_SEE, TOLERANCE
from benchmarks.harness.records.comparison import Comparison, counted
from benchmarks.harness.reporting.progress import Progress
from benchmarks.harness.settings import BUDGET_S, Against
from benchmarks.harness.sides import side
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.text import columns, tenths

FILE = "benchmarks/plain/test_plain.py"

PLAIN = '''"""Functions of 1 µs to 30 ms, as a library's benchmarks have them."""

import pytest


def work(steps):
    total = 0
    for number in range(steps):
        total += number & 7
    return total


@pytest.mark.parametrize("number", range({tests}))
def test_plain(benchmark, number):
    benchmark(work, 10 * 3 ** (number % 10))
'''

HEADS = ("tests", "seconds", "passes", "verdicts", "visible: median", "largest", "conductor", "of it outside passes")


def tree_with(tests: int, folder: Path) -> Path:
    """A copy of the last commit's tree, with so many plain tests."""
    tree = copy_of_head(folder)
    (tree / FILE).parent.mkdir()
    (tree / FILE).write_text(PLAIN.format(tests=tests), encoding="utf-8")
    return tree


def compare(tests: int, workloads: bool, budget: float) -> tuple[Comparison, float, float]:
    """One comparison; with it the conductor's CPU seconds, and the seconds that it took beside its passes."""
    versions = side.versions_of(sys.executable)
    asked = Against(None, None, False, TOLERANCE, MUST_SEE, budget, tuple(QUESTIONS), explain=False)
    with Keeper() as keeper, Progress(budget) as progress:
        trees = {name: tree_with(tests, keeper.folder / f"{name}-tree") for name in ("base", "head")}
        arguments = ("--workload-size", "small", FILE, *(["benchmarks/test_workloads.py"] if workloads else []))
        both = [
            side.Side(name, name, name, tree, tree, sys.executable, arguments, versions) for name, tree in trees.items()
        ]
        before, since = time.process_time(), time.monotonic()
        conductor = Conductor(both, asked, keeper, progress)
        conductor.run()
        used, took = time.process_time() - before, time.monotonic() - since
        outside = took - sum(record.seconds for record in conductor.passes)
        return conductor.comparison(), used, outside


def row(tests: int, found: Comparison, used: float, outside: float) -> tuple[str, ...]:
    seen = [o.verdict.visible for o in found.outcomes if o.verdict is not None and o.verdict.visible is not None]
    return (
        str(tests),
        f"{found.seconds:.0f}",
        str(found.passes),
        ", ".join(f"{count} {word}" for word, count in counted(found.outcomes).items()),
        tenths(statistics.median(seen)) if seen else "–",
        tenths(max(seen)) if seen else "–",
        f"{used:.1f} s of CPU",
        f"{outside:.1f} s",
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--tests", type=int, nargs="+", default=[6, 20, 60, 200], help="plain ones (default: %(default)s)"
    )
    parser.add_argument("--workloads", action="store_true", help="and the suite's own six in each run")
    parser.add_argument("--budget", type=float, default=BUDGET_S, help="seconds of each run (default: %(default)g)")
    parser.add_argument("--lock", type=Path, help="hold this file locked during each run")
    asked = parser.parse_args()
    rows = []
    for tests in asked.tests:
        with contextlib.ExitStack() as stack:
            if asked.lock:
                fcntl.flock(stack.enter_context(asked.lock.open("a")), fcntl.LOCK_EX)
            found, used, outside = compare(tests, asked.workloads, asked.budget)
        rows.append(row(tests + 6 * asked.workloads, found, used, outside))
        print(*columns(HEADS, rows[-1:], left=(3,)), sep="\n", flush=True)
    print("\nAll of them:", *columns(HEADS, rows, left=(3,)), sep="\n")


if __name__ == "__main__":
    main()
