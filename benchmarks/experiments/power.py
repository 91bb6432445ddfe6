"""What comparisons can see, from a recording of `benchmarks.experiments.injected`, beside what other rules would say.

    python -m benchmarks.experiments.power recording.jsonl --report power.svg

Whole passes are drawn with replacement into whole runs, so every figure is conditional on this recording. Slowdowns are
the injected ones: a run at 5 % of a workload draws from the passes in which that workload was slowed by 5 %.
"""

import argparse
import itertools
import math
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.calibrate import power_chart, recording, simulation
from benchmarks.calibrate.simulation import Sampled, Share, share
from benchmarks.experiments.rules import RULES, Rule, asv
from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.spread import spread
from benchmarks.harness.settings import BUDGET_S

LIMITS = Limits()
Line = Mapping[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="+")
    parser.add_argument("--budget", type=float, default=BUDGET_S)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--report", type=Path)
    asked = parser.parse_args()
    lines = [line for file in asked.file for line in recording.read(file)]
    lines = [line for line in lines if len(line["tests"]) == len(lines[0]["tests"])]  # later, some were decided
    same = [line for line in lines if not line["injected"]]
    print(f"{len(same)} passes of identical code, {len(lines) - len(same)} injected; budget {asked.budget:.0f} s")
    spreads(lines)
    curves = ours(lines, same, asked.budget, asked.runs)
    rules(lines, same)
    coverage(lines)
    if asked.report:
        title = f"injected slowdowns, budget {asked.budget:.0f} s, conditional on one recording of {len(lines)} passes"
        power_chart.draw(curves, [0, *injections(lines)], LIMITS, title, asked.report)


def injections(lines: Sequence[Line]) -> list[float]:
    return sorted({value for line in lines for value in line["injected"].values()})


def workload_of(test: str) -> str:
    return test.rsplit("-", 2)[0]


def at(lines: Sequence[Line], workload: str, slowdown: float) -> list[Line]:
    """The passes in which a workload was slowed by so much; for 0 those of identical code."""
    return [line for line in lines if line["injected"].get(workload, 0 if not line["injected"] else None) == slowdown]


def spreads(lines: Sequence[Line]) -> None:
    """How much passes differ, and how much of it their own pairs explain."""
    print("\ntest, injected: passes, mean, SD between passes, standard error within one")
    for test in lines[0]["tests"]:
        for slowdown in [0.0, *injections(lines)]:
            passes = [simulation.sampled(line) for line in at(lines, workload_of(test), slowdown)]
            found = [one.estimates[test]["typical time"] for one in passes if test in one.estimates]
            if len(found) < 2:
                continue
            own = spread(found)
            mean = math.expm1(statistics.fmean(one.log_ratio for one in found))
            between = math.sqrt(own.ratio * own.within)
            print(f"{test:30} {slowdown:4.0%}: {len(found)}, {mean:+.1%}, {between:.1%}, {math.sqrt(own.within):.1%}")


def ours(lines: Sequence[Line], same: Sequence[Line], budget: float, runs: int) -> dict[str, list[Share]]:
    """False alarms, power, and whether the smallest visible slowdown that a run prints is seen."""
    identical = [simulation.sampled(line) for line in same]
    many = list(simulation.runs(identical, budget, LIMITS, runs))
    words = [verdict.word for one in many for verdict in one.verdicts.values()]
    print(f"\nidentical code: alarm in {told(share([one.alarm for one in many]))} of runs")
    print(f"  verdicts: { {word: f'{words.count(word) / len(words):.1%}' for word in sorted(set(words))} }")
    print(f"  passes {quartiles([one.passes for one in many])}, seconds {quartiles([one.seconds for one in many])}")
    curves = {
        test: [share([one.verdicts[test].word == "regressed" for one in many])] for test in identical[0].estimates
    }
    promised: list[bool] = []
    print("\ninjected: test, in how many runs it is called regressed; runs that promise to see it: of them, alarms")
    for slowdown in injections(lines):
        for test in curves:
            passes = [simulation.sampled(line) for line in at(lines, workload_of(test), slowdown)]
            drawn = [mixed(one, identical, test, index) for index, one in enumerate(passes)]
            many = list(simulation.runs(drawn, budget, LIMITS, runs))
            found = [one.verdicts[test] for one in many]
            alarms = [verdict.word == "regressed" for verdict in found]
            promises = [
                alarm
                for alarm, verdict in zip(alarms, found, strict=True)
                if verdict.visible is not None and verdict.visible < slowdown
            ]
            promised += promises
            curves[test].append(share(alarms))
            kept = told(share(promises)) if promises else "none"
            print(f"{slowdown:4.0%} {test:30} {told(share(alarms)):24} {kept}")
    print(f"all runs whose printed smallest visible slowdown is below the injected one: {told(share(promised))} alarm")
    return curves


def mixed(one: Sampled, identical: Sequence[Sampled], test: str, index: int) -> Sampled:
    """An injected pass whose other workloads are as in a pass of identical code."""
    other = identical[index % len(identical)]
    name = workload_of(test)
    estimates = {its: (one if workload_of(its) == name else other).estimates[its] for its in one.estimates}
    return one._replace(estimates=estimates)


def rules(lines: Sequence[Line], same: Sequence[Line]) -> None:
    """Other tools' rules on the same rounds: false alarms of a whole run, and how often a slowdown is seen.

    Base is a pass of identical code, head the pass after it, where a tool has one run after the other.
    """
    tests = list(same[0]["tests"])

    def slower(rule: Rule, base: Line, head: Line, test: str) -> bool:
        return rule([base["tests"][test]["pairs"], head["tests"][test]["pairs"]], len(tests))

    print("\nrule: runs of identical code that raise an alarm; for each slowdown: tests that are called slower")
    for name in ("mean:10%", "min:10%", "observ"):
        rule = RULES[name]
        false = [any(slower(rule, a, b, test) for test in tests) for a, b in itertools.pairwise(same)]
        cells = [told(share(false))]
        for slowdown in injections(lines):
            hits = [
                slower(rule, before(same, line), line, test)
                for test in tests
                for line in at(lines, workload_of(test), slowdown)
            ]
            cells.append(told(share(hits)))
        print(f"{name:10}", " | ".join(cells))
    rng = np.random.default_rng(0)

    def two(among: Sequence[Line], test: str) -> bool:
        drawn = rng.choice(len(among), 2, replace=len(among) < 2)
        return asv([among[int(i)]["tests"][test]["pairs"] for i in drawn], len(tests))

    false = [any(two(same, test) for test in tests) for _ in range(200)]
    cells = [told(share(false))]
    for slowdown in injections(lines):
        cells.append(told(share([two(at(lines, workload_of(t), slowdown), t) for t in tests for _ in range(40)])))
    print(f"{'asv':10}", " | ".join(cells))


def before(same: Sequence[Line], line: Line) -> Line:
    """The last pass of identical code before this one."""
    return max((one for one in same if one["at"] < line["at"]), key=lambda one: float(one["at"]), default=same[0])


def coverage(lines: Sequence[Line], size: int = 4, level: float = 0.95) -> None:
    """Serial tests: how often a t interval over `size` passes in a row holds what was injected."""
    print(f"\nserial tests: 95 % intervals of {size} passes that hold the injected slowdown")
    every: list[bool] = []
    for slowdown in [0.0, *injections(lines)]:
        hits: list[bool] = []
        for test in (test for test in lines[0]["tests"] if test.endswith("-serial")):
            found = [
                simulation.sampled(line).estimates[test]["typical time"].log_ratio
                for line in at(lines, workload_of(test), slowdown)
            ]
            for start in range(0, len(found) - size + 1, size):
                group = found[start : start + size]
                reach = float(stats.t.ppf((1 + level) / 2, size - 1)) * statistics.stdev(group) / math.sqrt(size)
                hits.append(abs(statistics.fmean(group) - math.log1p(slowdown)) <= reach)
        if hits:
            print(f"{slowdown:4.0%} {told(share(hits))}")
        every += hits
    print(f" all {told(share(every))}")


def quartiles(values: Sequence[float]) -> str:
    low, middle, high = np.percentile(values, [25, 50, 75])
    return f"{middle:.0f} [{low:.0f} {high:.0f}]"


def told(found: Share) -> str:
    return f"{found.hits}/{found.runs} = {100 * found.value:.1f} % [{100 * found.low:.1f} {100 * found.high:.1f}]"


if __name__ == "__main__":
    main()
