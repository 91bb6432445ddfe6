"""What taking turns costs: the hand-over itself, and whether a side's rounds take longer for it.

    python -m benchmarks.experiments.turn_cost --blocks 40
    python -m benchmarks.experiments.turn_cost --blocks 40 --plain

In one pass, stretches in which base and head alternate round by round, as in every comparison, take turns with
stretches in which each runs its rounds one after the other while the other side only waits. A side's times in
neighbouring stretches are compared; both have the other side's idle Ray beside them. With `--plain` they are rounds of
pytest-benchmark's own fixture, of functions from 1 µs to 30 ms (those of `scale`), in a copy of the last commit's tree.
"""

import argparse
import itertools
import math
import shlex
import statistics
import sys
from collections.abc import Sequence
from typing import ClassVar

from scipy import stats

from benchmarks.experiments import scale
from benchmarks.harness.sides import side
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.pass_run import Pass
from benchmarks.harness.sides.process import Process
from benchmarks.harness.sides.timing import Timing
from benchmarks.harness.text import seconds, short
from benchmarks.harness.tree import ROOT

STRETCH = 4
"""Rounds of each side in a stretch."""


class Stretches(Timing):
    """A test whose rounds alternate in every other stretch only."""

    blocks = 40
    ratios: ClassVar[dict[str, list[float]]] = {}
    gaps: ClassVar[list[float]] = []
    within: ClassVar[list[float]] = []

    def run_rounds(self, pairs: int, patience: float) -> None:
        first, second = both = self.exchange.sides
        for process in both:
            self.exchange.go(process, {"rounds": pairs}, patience)
        for block in range(self.blocks):
            times = {}
            for kind in ("alone", "alternating") if block % 2 else ("alternating", "alone"):
                begun = {process.name: len(process.rounds) for process in both}
                order = [first, second] * STRETCH if kind == "alternating" else [first] * STRETCH + [second] * STRETCH
                for one in order:
                    self.exchange.go(one, {}, patience)
                    self.within.append(one.turns[-1][1] - one.turns[-1][0] - one.rounds[-1]["seconds"])
                for process in both:
                    times[kind, process.name] = [r["seconds"] for r in process.rounds[begun[process.name] :]]
            for process in both:
                ratio = [statistics.median(times[kind, process.name]) for kind in ("alternating", "alone")]
                self.ratios.setdefault(short(self.test), []).append(math.log(ratio[0] / ratio[1]))
        self.gaps.extend(gaps(first, second))


def gaps(first: Process, second: Process) -> list[float]:
    """Seconds from the end of each turn to the begin of the other side's next one, where it follows at once."""
    turns = sorted([(*turn, 0) for turn in first.turns] + [(*turn, 1) for turn in second.turns])
    return [after[0] - before[1] for before, after in itertools.pairwise(turns) if before[2] != after[2]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--blocks", type=int, default=40)
    parser.add_argument("-k", default="fibonacci or monte")
    parser.add_argument("--plain", action="store_true", help="functions of 1 µs to 30 ms instead")
    parser.add_argument("--pytest", default="benchmarks", help="arguments for pytest, in one string")
    asked = parser.parse_args()
    versions = side.versions_of(sys.executable)
    arguments = (*shlex.split(asked.pytest), "--workload-size", "small", "-k", "plain" if asked.plain else asked.k)
    Stretches.blocks, pairs = asked.blocks, 2 * STRETCH * asked.blocks
    with Keeper() as keeper:
        trees = dict.fromkeys(("base", "head"), ROOT)
        if asked.plain:
            trees = {name: scale.tree_with(10, keeper.folder / name) for name in trees}
        both = [side.Side(name, name, name, it, it, sys.executable, arguments, versions) for name, it in trees.items()]
        one = Pass(0, both, keeper, 300, lambda _: None)
        one.timing = Stretches
        one.run(
            lambda found: [name for name, test in found.found["head"].items() if not test.why],
            lambda *_: pairs,
        )
    print(f"hand-over, from one side's message to the other's turn: {quartiles(Stretches.gaps)}")
    print(f"in a turn, beside its round: {quartiles(Stretches.within)}")
    for test, logs in Stretches.ratios.items():
        reach = float(stats.sem(logs) * stats.t.ppf(0.975, len(logs) - 1))
        middle = statistics.fmean(logs)
        low, high = (math.expm1(bound) for bound in (middle - reach, middle + reach))
        print(f"{test}: alternating, a round takes {math.expm1(middle):+.1%} [{low:+.1%} {high:+.1%}] longer")


def quartiles(values: Sequence[float]) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{seconds(middle)} [{seconds(low)} {seconds(high)}]"


if __name__ == "__main__":
    main()
