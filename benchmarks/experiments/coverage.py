"""How often the 95 % interval of a speedup holds the truth, over many short runs of known speedup.

The partner runs every item twice, so the true speedup is 2, overheads included. Tasks wait 5 ms without a CPU.

    python -m benchmarks.experiments.coverage [RUNS [PAIRS]]
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.harness.estimators.speedup import Speedup, speedup
from benchmarks.harness.measuring.pace import Alone
from benchmarks.harness.measuring.pairing import Pairing
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.runners.variant import ALL
from benchmarks.harness.settings import Plan
from workloads import SIZES, Workload

TRUTH = 2
ITEMS = [0, 1]


class Twice(Serial):
    """A serial loop that takes exactly twice as long."""

    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:
        first, second = super().run(), super().run()
        return replace(second, seconds=first.seconds + second.seconds)


def wait(item: int) -> int:
    time.sleep(0.005)
    return item


def one_run(pairs: int) -> Speedup:
    def check(items: Sequence[Any], results: Sequence[Any]) -> str:
        return ""

    variant, partner = Serial(1), Twice(1)
    workload = Workload(task=wait, items=lambda size, tasks: ITEMS, check=check, sizes={size: {} for size in SIZES})
    for runner in (variant, partner):
        runner.prepare(wait, ITEMS, ITEMS)
        runner.warm_up()
    pairing = Pairing(Subject("wait", "small", workload, ITEMS, variant, partner), pairs, Alone(Plan(pairs, 0, False)))
    for _ in range(pairs):
        pairing.before()
        pairing.run()
        pairing.after()
    return speedup(pairing.pairs)


def main(runs: int = 200, pairs: int = 20) -> None:
    found = [(one["low"], one["high"]) for one in (one_run(pairs) for _ in range(runs))]
    held = sum(low is not None and high is not None and low <= TRUTH <= high for low, high in found)
    print(f"{held} of {runs} intervals of {pairs} pairs hold the truth: {held / runs:.1%}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
