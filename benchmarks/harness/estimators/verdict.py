"""Passes → a verdict on each test: how much slower head is than base, bounded at one error rate for the whole run.

Owns the comparison's statistics. Pure functions: runs nothing, reads no clock, knows neither pytest nor Ray.

The unit is the pass, never the round: the layout of memory and the state of the machine stay for the life of a process,
so the rounds of one pass agree with each other better than with the next pass's (Kalibera & Jones 2013, "Rigorous
benchmarking in reasonable time"). How much passes differ is `spread`'s matter. All sums are on logs, on which a
slowdown of x is log(1 + x).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import NamedTuple

from scipy import special

from benchmarks.harness.estimators.limits import RUN_ERROR, Limits, Word
from benchmarks.harness.estimators.pass_estimate import PassEstimate
from benchmarks.harness.estimators.spread import LEAST_LENDERS, Spread, moderate, prior, spread

LOOK_SHARES = (0.5, 0.5)
"""What each planned look at the passes may spend of it (Bonferroni over looks)."""
POWER = 0.9
"""How often the `visible` slowdown is called regressed."""

LEAST_TO_ALARM = 3
"""Passes without which nothing is called regressed: of two, one that went astray can be either."""


@dataclass(frozen=True)
class Verdict:
    """The answer to one question about one test.

    Attributes:
        word: regressed if `low` > tolerance, else improved if `high` < −tolerance, else ok if `high` < must-see.
        slowdown: by how much head takes longer, as a share; None without a pass.
        low, high: its bounds, each one-sided; None with fewer than two passes.
        visible: the smallest true slowdown that this many passes call regressed nine times in ten; None as above.
        passes, pairs: what it rests on.
    """

    word: Word
    slowdown: float | None
    low: float | None
    high: float | None
    visible: float | None
    passes: int
    pairs: int


class Settled(NamedTuple):
    """How many tests of the run have been called regressed, and how many ok or improved, at earlier looks."""

    regressed: int = 0
    good: int = 0


NONE_SETTLED = Settled()


def judge(
    passes: Mapping[str, Sequence[PassEstimate]],
    limits: Mapping[str, Limits],
    look: int,
    tests: int,
    settled: Settled = NONE_SETTLED,
    error: float = RUN_ERROR,
    skipped: int = 0,
) -> dict[str, Verdict]:
    """A verdict on each test of `limits`.

    Over the tests the error is split by Holm's rule (1979, "A simple sequentially rejective multiple test procedure"),
    once for slowdowns above the tolerance and once for those of must-see and more: the clearest test is held against
    the error of all, the next one against that of one test less. What an earlier look has settled leaves its share to
    the others (Maurer & Bretz 2013, "Multiple testing in group sequential trials using graphical approaches").
    *Improved* says more than the second family asks, and is held against the error of all tests (Bonferroni).

    Args:
        passes: every test's so far. Those of a test without limits only lend their spread.
        limits: of the tests to judge.
        look: which of the planned looks this is, from 0.
        tests: how many tests the run compares, those decided at an earlier look included.
        settled: how many of them earlier looks have decided.
        error: what all looks may spend.
        skipped: how many looks just before this one were not taken. When there is a look follows from costs alone, so
            what they would have spent is this one's (Lan & DeMets 1983, "Discrete sequential boundaries for clinical
            trials").

    Raises:
        ValueError: `tests` is less than there are limits, or no such look is planned.
    """
    if tests < len(limits):
        raise ValueError(f"{tests} tests in a run that judges {len(limits)}: count all that it compares")
    if look not in range(len(LOOK_SHARES)) or skipped not in range(look + 1):
        raise ValueError(f"look {look} is not planned: looks are 0 to {len(LOOK_SHARES) - 1}")
    spreads = {test: spread(its) for test, its in passes.items() if len(its) > 1}
    common, pooled = prior(list(spreads.values())), sum(each.freedom for each in spreads.values())
    measured = {
        test: _measured(passes[test], moderate(own, common, pooled)) for test, own in spreads.items() if test in limits
    }
    spends = error * sum(LOOK_SHARES[look - skipped : look + 1])
    above = {test: one.chance(one.centre - math.log1p(limits[test].tolerance)) for test, one in measured.items()}
    below = {test: one.chance(math.log1p(limits[test].must_see) - one.centre) for test, one in measured.items()}
    lower, upper = holm(above, spends, tests - settled.regressed), holm(below, spends, tests - settled.good)
    return {
        test: _verdict(measured[test], its, lower[test], upper[test], spends / tests)
        if test in measured
        else _too_few(passes.get(test, ()))
        for test, its in limits.items()
    }


def holm(chances: Mapping[str, float], spends: float, hypotheses: int) -> dict[str, float]:
    """The error that each of some hypotheses is held against, of `hypotheses` that share `spends`.

    Args:
        chances: p-values of those that are tested now.
        hypotheses: how many are still to be rejected, with those that are not tested now.
    """
    found: dict[str, float] = {}
    for test in sorted(chances, key=lambda test: chances[test]):
        error = spends / hypotheses
        found[test] = error
        if chances[test] >= error:
            return dict.fromkeys(chances, error) | found
        hypotheses = max(hypotheses - 1, 1)
    return found


class _Measured(NamedTuple):
    """A test's mean over passes, on logs, with its standard error and that one's degrees of freedom."""

    centre: float
    standard_error: float
    freedom: float
    passes: int
    pairs: int

    def chance(self, distance: float) -> float:
        """Of a mean so far beyond a limit, if the truth were at it."""
        return float(special.stdtr(self.freedom, -distance / self.standard_error))


def _measured(passes: Sequence[PassEstimate], moderated: Spread) -> _Measured:
    standard_error = math.sqrt(moderated.ratio * moderated.within / len(passes))
    pairs = sum(each.pairs for each in passes)
    return _Measured(fmean(each.log_ratio for each in passes), standard_error, moderated.freedom, len(passes), pairs)


def _too_few(passes: Sequence[PassEstimate]) -> Verdict:
    slowdown = _share(passes[0].log_ratio) if passes else None
    return Verdict("undecided", slowdown, None, None, None, len(passes), sum(each.pairs for each in passes))


def _verdict(found: _Measured, limits: Limits, lower: float, upper: float, alone: float) -> Verdict:
    """The word, and the bounds that decide it: `improved` needs the upper one at the error `alone`."""
    low, _ = interval(found.centre, found.standard_error, found.freedom, lower)
    _, high = interval(found.centre, found.standard_error, found.freedom, upper)
    _, strict = interval(found.centre, found.standard_error, found.freedom, alone)
    word: Word = "undecided"
    if _share(low) > limits.tolerance and found.passes >= LEAST_TO_ALARM:
        word = "regressed"
    elif _share(strict) < -limits.tolerance:
        word, high = "improved", strict
    elif _share(high) < limits.must_see:
        word = "ok"
    visible = _share(math.log1p(limits.tolerance) + detectable(found.standard_error, found.freedom, lower))
    return Verdict(word, _share(found.centre), _share(low), _share(high), visible, found.passes, found.pairs)


def outlook(
    first: Mapping[str, PassEstimate], limits: Mapping[str, Limits], passes: int, between: float, error: float
) -> float | None:
    """The smallest slowdown that a run is likely to see in every test, as its first pass looks.

    Args:
        first: of each test what its first pass said.
        passes: how many there will be.
        between: variance that passes are expected to add of their own.
        error: what all looks may spend.

    Returns:
        None where there is no second pass.
    """
    if passes < 2 or not first:
        return None
    freedom = float((passes - 1) * (len(first) if len(first) >= LEAST_LENDERS else 1))
    share = LOOK_SHARES[-1] if passes > LEAST_TO_ALARM else 1.0  # there is no look before the third pass
    part = error * share / len(limits)
    return max(
        _share(
            math.log1p(limits[test].tolerance) + detectable(math.sqrt((one.variance + between) / passes), freedom, part)
        )
        for test, one in first.items()
    )


def interval(centre: float, standard_error: float, freedom: float, error: float) -> tuple[float, float]:
    """Student's t bounds of a mean, each missing the truth with probability `error`."""
    reach = -float(special.stdtrit(freedom, error)) * standard_error
    return centre - reach, centre + reach


def detectable(standard_error: float, freedom: float, error: float) -> float:
    """How far above a limit the truth has to lie for the lower bound to clear it with probability `POWER`.

    The non-centrality at which the noncentral t exceeds t's quantile, in standard errors; an exact inverse.
    """
    critical = -float(special.stdtrit(freedom, error))
    return float(special.nctdtrinc(freedom, 1 - POWER, critical)) * standard_error


def _share(log: float) -> float:
    return math.expm1(min(log, 700))  # above, a float overflows
