"""What comparisons on this machine can see: whole runs, simulated from recorded passes.

Owns resampling and the figures that come from it. A simulated run draws whole passes with replacement and decides with
the same `trial` as a real one; so what it says is conditional on the recording, and passes have to be exchangeable:
recorded in one stretch, they are as good as the hours in it. Pure functions.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats

from benchmarks.harness.comparison.stopping import Trial
from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.pass_estimate import PassEstimate, single, total, typical
from benchmarks.harness.estimators.questions import QUESTIONS, Question
from benchmarks.harness.estimators.verdict import Verdict

POWER = 0.9

WAITED = Verdict("undecided", None, None, None, None, 0, 0)
"""On a test for which a run had no time."""

Floats = npt.NDArray[np.float64]
Change = Callable[[Floats, np.random.Generator], Floats]
"""From seconds of rounds to what they would be."""


class Sampled(NamedTuple):
    """A recorded pass: what it said of each test, what each test cost, and what all of them share (seconds)."""

    estimates: dict[str, dict[Question, PassEstimate]]
    cost_s: dict[str, float]
    shared_s: float


@dataclass(frozen=True)
class Run:
    """A simulated run: its verdicts by test, how many passes it had, and seconds that they would have taken.

    A verdict has the figures of typical time, and the word that all questions have together.
    """

    verdicts: dict[str, Verdict]
    passes: int
    seconds: float

    @property
    def alarm(self) -> bool:
        """Whether it would have exited with 1."""
        return any(verdict.word == "regressed" for verdict in self.verdicts.values())


class Share(NamedTuple):
    """A share of runs, with its 95 % interval (Clopper & Pearson 1934)."""

    hits: int
    runs: int
    low: float
    high: float

    @property
    def value(self) -> float:
        return self.hits / self.runs


def sampled(line: Mapping[str, Any]) -> Sampled:
    """A line of a recording; tests without an estimate of typical time are left out."""
    found = {}
    for test, facts in line["tests"].items():
        estimates: dict[Question, PassEstimate] = {}
        if (quick := typical(facts["pairs"])) is None or (whole := total(facts["pairs"])) is None:
            continue
        estimates |= {"typical time": quick, "total time": whole}
        singles: list[tuple[Question, str]] = [("cold start", "cold_s"), ("memory", "memory")]
        for question, name in singles:
            if len(values := facts.get(name, {})) == 2 and min(values.values()) > 0:
                estimates[question] = single(values["base"], values["head"], QUESTIONS[question].least)
        found[test] = estimates
    cost_s = {test: line["tests"][test]["setup_s"] + line["tests"][test]["rounds_s"] for test in found}
    return Sampled(found, cost_s, line["seconds"] - sum(cost_s.values()))


def shifted(passes: Sequence[Sampled], log: float) -> list[Sampled]:
    """The same passes as if all of head's rounds took exp(`log`) times as long in every test."""

    def moved(its: dict[Question, PassEstimate]) -> dict[Question, PassEstimate]:
        times: tuple[Question, ...] = ("typical time", "total time")
        return its | {name: replace(its[name], log_ratio=its[name].log_ratio + log) for name in times if name in its}

    return [one._replace(estimates={test: moved(its) for test, its in one.estimates.items()}) for one in passes]


def every(count: int, factor: float) -> Change:
    """One round in `count` takes `factor` times as long, at random."""
    return lambda times, rng: times * np.where(rng.random(len(times)) < 1 / count, factor, 1.0)


def scattered(spread: float) -> Change:
    """Rounds scatter more, by `spread` of their logs, around the same mean."""

    def change(times: Floats, rng: np.random.Generator) -> Floats:
        changed: Floats = times * np.exp(rng.normal(0.0, spread, len(times)))
        kept: Floats = changed * (times.mean() / changed.mean())
        return kept

    return change


CHANGES: dict[str, Change] = {
    "all rounds + 5 %": every(1, 1.05),
    "half of the rounds + 30 %": every(2, 1.3),
    "a fifth of the rounds × 2": every(5, 2.0),
    "one round in twenty × 4": every(20, 4.0),
    "same mean, more spread (20 %)": scattered(0.2),
}
"""What can be done to head's rounds."""


def changed(lines: Sequence[Mapping[str, Any]], test: str, change: Change, seed: int = 0) -> list[dict[str, Any]]:
    """The lines of a recording as if a test's rounds on head were changed so."""
    rng = np.random.default_rng(seed)
    found = []
    for line in lines:
        facts = line["tests"][test]
        times = change(np.array([pair.candidate_s for pair in facts["pairs"]]), rng)
        pairs = [pair._replace(candidate_s=float(seconds)) for pair, seconds in zip(facts["pairs"], times, strict=True)]
        found.append({**line, "tests": {**line["tests"], test: {**facts, "pairs": pairs}}})
    return found


def run(passes: Sequence[Sampled], budget: float, limits: Limits, rng: np.random.Generator) -> Run:
    """One whole comparison on passes drawn from `passes`; its tests are those that all of them have.

    Args:
        passes: all with the same tests.
        budget: seconds, as of a comparison.
    """
    tests = list(passes[0].estimates)
    trial = Trial(budget, dict.fromkeys(tests, limits))
    elapsed, count, more = 0.0, 0, 1
    while more:
        one = passes[int(rng.integers(len(passes)))]
        cost = _cost_of(one)
        elapsed += cost(trial.open)
        count += 1
        for test in trial.open:
            trial.add(test, one.estimates[test])
        more = trial.step(elapsed, cost)
    return Run({test: trial.verdicts.get(test, WAITED) for test in tests}, count, elapsed)


def _cost_of(one: Sampled) -> Callable[[Sequence[str]], float]:
    return lambda tests: one.shared_s + sum(one.cost_s[test] for test in tests)


def runs(passes: Sequence[Sampled], budget: float, limits: Limits, count: int, seed: int = 0) -> Iterator[Run]:
    """`count` runs, the same for the same seed."""
    rng = np.random.default_rng(seed)
    return (run(passes, budget, limits, rng) for _ in range(count))


def share(hits: Sequence[bool]) -> Share:
    """How often something happened. The interval knows nothing of runs that share passes: it is the simulation's own.

    Raises:
        ValueError: nothing was looked at.
    """
    if not hits:
        raise ValueError("a share of no runs")
    found = stats.binomtest(sum(hits), len(hits)).proportion_ci(0.95, method="exact")
    return Share(sum(hits), len(hits), float(found.low), float(found.high))


def power(
    passes: Sequence[Sampled], slowdowns: Sequence[float], budget: float, limits: Limits, count: int
) -> dict[str, list[Share]]:
    """For each test and each slowdown of all tests, in how many of `count` runs it is called regressed."""
    found: dict[str, list[Share]] = {test: [] for test in passes[0].estimates}
    for slowdown in slowdowns:
        many = list(runs(shifted(passes, float(np.log1p(slowdown))), budget, limits, count))
        for test, shares in found.items():
            shares.append(share([one.verdicts[test].word == "regressed" for one in many]))
    return found


def seen(slowdowns: Sequence[float], shares: Sequence[Share]) -> float | None:
    """The smallest slowdown seen in `POWER` of the runs, between two of the given ones by interpolation; None: none."""
    values = [share.value for share in shares]
    for index, value in enumerate(values):
        if value >= POWER:
            if index == 0:
                return slowdowns[0]
            step = (POWER - values[index - 1]) / (value - values[index - 1])
            return slowdowns[index - 1] + step * (slowdowns[index] - slowdowns[index - 1])
    return None
