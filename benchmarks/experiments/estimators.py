"""Which estimate of a pass differs least from pass to pass: several of them on the rounds of one recording.

    python -m benchmarks.experiments.estimators recording.jsonl

Printed for each test: the standard deviation between passes, in per cent, of what is left after the injected slowdown.
On Ray only the task is slowed, not the hand-over, so there the part of the injected slowdown that arrives is fitted.
"""

import argparse
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import stats

from benchmarks.calibrate import recording
from benchmarks.experiments.power import workload_of
from benchmarks.harness.estimators.pairs import Pair

Times = npt.NDArray[np.float64]
Of = Callable[[Times], float]
Estimate = Callable[[Times, Times], float]


def quick(share: float) -> Of:
    """Mean of the fastest rounds."""
    return lambda times: float(np.sort(times)[: max(1, round(share * len(times)))].mean())


def ratio(of: Of) -> Estimate:
    return lambda base, head: math.log(of(head) / of(base))


ESTIMATES: dict[str, Estimate] = {
    "median of ratios": lambda base, head: float(np.median(np.log(head / base))),
    "middle half of ratios": lambda base, head: float(stats.trim_mean(np.log(head / base), 0.25)),
    "mean of ratios": lambda base, head: float(np.log(head / base).mean()),
    "ratio of medians": ratio(lambda times: float(np.median(times))),
    "ratio of means": ratio(lambda times: float(times.mean())),
    "minimum": ratio(lambda times: float(times.min())),
    "fastest 10 %": ratio(quick(0.1)),
    "fastest 25 %": ratio(quick(0.25)),
    "fastest 35 %": ratio(quick(0.35)),
    "fastest 50 %": ratio(quick(0.5)),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, nargs="+")
    asked = parser.parse_args()
    lines = [line for file in asked.file for line in recording.read(file)]
    tests = list(lines[0]["tests"])
    print(f"{len(lines)} passes; columns: {', '.join(tests)}; root mean square")
    for name, estimate in ESTIMATES.items():
        deviations: list[float] = []
        for test in tests:
            having = [line for line in lines if test in line["tests"] and line["tests"][test]["pairs"]]
            found = np.array([both_orders(estimate, line["tests"][test]["pairs"]) for line in having])
            injected = np.array([math.log1p(line["injected"].get(workload_of(test), 0.0)) for line in having])
            arrives = 1.0
            if not test.endswith("-serial") and injected.any():
                arrives = float(found @ injected / (injected @ injected))
            deviations.append(float(np.std(found - arrives * injected, ddof=1)))
        together = math.sqrt(np.mean(np.square(deviations)))
        print(f"{name:22}", *(f"{100 * deviation:6.2f}" for deviation in deviations), f" {100 * together:6.2f}")


def both_orders(estimate: Estimate, pairs: list[Pair]) -> float:
    """The mean of an estimate over the pairs in which base, and in which head, was first."""
    found = []
    for first in (True, False):
        its = [pair for pair in pairs if pair.reference_first == first]
        found.append(
            estimate(np.array([pair.reference_s for pair in its]), np.array([pair.candidate_s for pair in its]))
        )
    return float(np.mean(found))


if __name__ == "__main__":
    main()
