"""What taking turns costs: the hand-over itself, and whether a side's rounds take longer for it.

    python -m benchmarks.experiments.turn_cost --blocks 40

In one pass, stretches in which base and head alternate round by round, as in every comparison, take turns with
stretches in which each runs its rounds one after the other while the other side only waits. A side's times in
neighbouring stretches are compared; both have the other side's idle Ray beside them, whose CPU time is printed.
"""

import argparse
import itertools
import math
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

from scipy import stats

from benchmarks.harness.sides import side as sides
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.pass_run import Pass
from benchmarks.harness.sides.process import Process
from benchmarks.harness.text import seconds, short

ROOT = Path(__file__).resolve().parents[2]
STRETCH = 4
"""Rounds of each side in a stretch."""


class Stretches(Pass):
    """A pass whose rounds alternate in every other stretch only."""

    def __init__(self, keeper: Keeper, both: Sequence[sides.Side], blocks: int) -> None:
        super().__init__(0, both, keeper, 300, lambda _: None)
        self._blocks = blocks
        self.ratios: dict[str, list[float]] = {}
        self.gaps: list[float] = []
        self.within: list[float] = []

    def _pairs(self, pairs: int, patience: float) -> None:
        first, second = self._running
        test = short(first.test)
        for running in self._running:
            self._go(running, {"rounds": pairs}, patience)
        for block in range(self._blocks):
            times = {}
            for kind in ("alone", "alternating") if block % 2 else ("alternating", "alone"):
                begun = {running.name: len(running.rounds) for running in self._running}
                order = [first, second] * STRETCH if kind == "alternating" else [first] * STRETCH + [second] * STRETCH
                for one in order:
                    self._go(one, {}, patience)
                    self.within.append(one.turns[-1][1] - one.turns[-1][0] - one.rounds[-1]["seconds"])
                for running in self._running:
                    times[kind, running.name] = [r["seconds"] for r in running.rounds[begun[running.name] :]]
            for running in self._running:
                ratio = [statistics.median(times[kind, running.name]) for kind in ("alternating", "alone")]
                self.ratios.setdefault(test, []).append(math.log(ratio[0] / ratio[1]))
        self.gaps += gaps(first, second)


def gaps(first: Process, second: Process) -> list[float]:
    """Seconds from the end of each turn to the begin of the other side's next one, where it follows at once."""
    turns = sorted([(*turn, 0) for turn in first.turns] + [(*turn, 1) for turn in second.turns])
    return [after[0] - before[1] for before, after in itertools.pairwise(turns) if before[2] != after[2]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--blocks", type=int, default=40)
    parser.add_argument("-k", default="fibonacci or monte")
    asked = parser.parse_args()
    versions = sides.versions_of(sys.executable)
    arguments = ("benchmarks", "--workload-size", "small", "-k", asked.k)
    both = [sides.Side(name, name, name, ROOT, ROOT, sys.executable, arguments, versions) for name in ("base", "head")]
    with Keeper() as keeper:
        one = Stretches(keeper, both, asked.blocks)
        record = one.run(lambda found: found.found["head"], lambda *_: 2 * STRETCH * asked.blocks)
    print(f"hand-over, from one side's message to the other's turn: {quartiles(one.gaps)}")
    print(f"in a turn, beside its round: {quartiles(one.within)}")
    if record.idle_share is not None:
        print(f"the waiting side used {record.idle_share:.1%} of a core")
    for test, logs in one.ratios.items():
        reach = float(stats.sem(logs) * stats.t.ppf(0.975, len(logs) - 1))
        middle = statistics.fmean(logs)
        low, high = (math.expm1(bound) for bound in (middle - reach, middle + reach))
        print(f"{test}: alternating, a round takes {math.expm1(middle):+.1%} [{low:+.1%} {high:+.1%}] longer")


def quartiles(values: Sequence[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{seconds(middle)} [{seconds(low)} {seconds(high)}]"


if __name__ == "__main__":
    main()
