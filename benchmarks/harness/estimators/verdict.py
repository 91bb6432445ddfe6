"""Passes → a verdict on each test: how much slower head is than base, bounded at one error rate for the whole run.

Owns the comparison's statistics. Pure functions: runs nothing, reads no clock, knows neither pytest nor Ray.

The unit is the pass, never the round: the layout of memory and the state of the machine stay for the life of a process,
so the rounds of one pass agree with each other better than with the next pass's (Kalibera & Jones 2013, "Rigorous
benchmarking in reasonable time"). A few passes say little about how much passes differ, so tests lend each other what
theirs say: the moderated t of Smyth 2004, "Linear models and empirical Bayes methods for assessing differential
expression in microarray experiments". Tests differ in noise, so what is lent is no variance but a ratio: between passes
over within them. All sums are on logs, on which a slowdown of x is log(1 + x).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, variance
from typing import Literal, NamedTuple

import numpy as np
from scipy import optimize, special

from benchmarks.harness.estimators.pass_estimate import PassEstimate

Word = Literal["regressed", "improved", "ok", "undecided"]

RUN_ERROR = 0.05
"""Chance that a run bounds any test's slowdown wrongly, for lower and for upper bounds each."""
LOOK_SHARES = (0.5, 0.5)
"""What each planned look at the passes may spend of it (Bonferroni over looks and tests)."""
POWER = 0.9
"""How often the `visible` slowdown is called regressed."""

LEAST_LENDERS = 3
"""Tests without which nothing is lent: two ratios do not say how much ratios differ."""
LEAST_VARIANCE = 1e-8
"""Floor of the variance within passes: a ten-thousandth of a round, more than a median of rounds is ever sure of."""
LEAST_RATIO = 1e-5
"""Floor of the ratio, as limma's `fitFDist` has one: passes that agree to the last digit did so by chance."""
LEAST_EXCESS = 0.2
"""Least true variance of log ratios from test to test: ratios of 1 to 4 make log(4)² / 12 = 0.16, and four passes'
bootstrapped variances, each off by 41 %, the rest. Few tests can look more alike than that, but only by chance."""


@dataclass(frozen=True)
class Limits:
    """Shares. Slowdowns up to `tolerance` are accepted; those from `must_see` on have to be ruled out."""

    tolerance: float = 0.02
    must_see: float = 0.05


@dataclass(frozen=True)
class Verdict:
    """One test's.

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


class Spread(NamedTuple):
    """How much a test's passes differ: the mean variance within them, the variance between them as a multiple of it (1
    where passes add nothing of their own), and that multiple's degrees of freedom."""

    within: float
    ratio: float
    freedom: float


def judge(
    passes: Mapping[str, Sequence[PassEstimate]], limits: Mapping[str, Limits], look: int, tests: int
) -> dict[str, Verdict]:
    """A verdict on each test of `limits`.

    Args:
        passes: every test's so far. Those of a test without limits only lend their spread.
        limits: of the tests to judge.
        look: which of the planned looks this is, from 0.
        tests: how many tests the run compares, those decided at an earlier look included.

    Raises:
        ValueError: `tests` is less than there are limits, or no such look is planned.
    """
    if tests < len(limits):
        raise ValueError(f"{tests} tests in a run that judges {len(limits)}: count all that it compares")
    if look not in range(len(LOOK_SHARES)):
        raise ValueError(f"look {look} is not planned: looks are 0 to {len(LOOK_SHARES) - 1}")
    spreads = {test: spread(its) for test, its in passes.items() if len(its) > 1}
    common, pooled = prior(list(spreads.values())), sum(each.freedom for each in spreads.values())
    error = RUN_ERROR * LOOK_SHARES[look] / tests
    moderated = {test: moderate(own, common, pooled) for test, own in spreads.items()}
    return {test: _verdict(passes.get(test, ()), moderated.get(test), its, error) for test, its in limits.items()}


def _verdict(passes: Sequence[PassEstimate], moderated: Spread | None, limits: Limits, error: float) -> Verdict:
    count, pairs = len(passes), sum(each.pairs for each in passes)
    if moderated is None:
        slowdown = _share(passes[0].log_ratio) if passes else None
        return Verdict("undecided", slowdown, None, None, None, count, pairs)
    centre = fmean(each.log_ratio for each in passes)
    standard_error = math.sqrt(moderated.ratio * moderated.within / count)
    low, high = (_share(bound) for bound in interval(centre, standard_error, moderated.freedom, error))
    visible = _share(math.log1p(limits.tolerance) + detectable(standard_error, moderated.freedom, error))
    return Verdict(_word(low, high, limits), _share(centre), low, high, visible, count, pairs)


def _word(low: float, high: float, limits: Limits) -> Word:
    if low > limits.tolerance:
        return "regressed"
    if high < -limits.tolerance:
        return "improved"
    return "ok" if high < limits.must_see else "undecided"


def spread(passes: Sequence[PassEstimate]) -> Spread:
    """How much at least two passes of a test differ."""
    within = max(fmean(each.variance for each in passes), LEAST_VARIANCE)
    between = variance([each.log_ratio for each in passes])
    return Spread(within, max(between / within, LEAST_RATIO), len(passes) - 1)


def prior(spreads: Sequence[Spread]) -> tuple[float, float]:
    """What the tests have in common: the ratio s₀², and the degrees of freedom d₀ that it is worth to each of them.

    d₀ from the moments of log ratios (Smyth 2004, section 6.2), s₀² pooled; worth 0 with too few tests. As in limma
    (s₀² from the logs too, d₀ unlimited), 3 to 6 tests would raise 1.2 to 2 times the false alarms that they may.
    """
    if len(spreads) < LEAST_LENDERS:
        return 1.0, 0.0
    ratio, half = np.array([each.ratio for each in spreads]), np.array([each.freedom for each in spreads]) / 2
    centred = np.log(ratio) - special.digamma(half) + np.log(half)
    excess = float(centred.var(ddof=1) - special.polygamma(1, half).mean())
    return float(np.average(ratio, weights=half)), 2 * _inverse_trigamma(max(excess, LEAST_EXCESS))


def _inverse_trigamma(y: float) -> float:
    """The x > 0 with ψ′(x) = y; as 1 / x < ψ′(x) < 1 / x + 1 / x², the bracket has a factor of 2 to spare."""
    low, high = 0.5 / y, 2 / y + 2 / math.sqrt(y)
    return float(optimize.brentq(lambda x: float(special.polygamma(1, x)) - y, low, high))


def moderate(own: Spread, common: tuple[float, float], pooled: float) -> Spread:
    """A test's spread drawn towards the `prior`; its degrees of freedom at most `pooled`, those of all tests."""
    ratio, freedom = common
    weight = freedom / (freedom + own.freedom)
    return Spread(own.within, weight * ratio + (1 - weight) * own.ratio, min(freedom + own.freedom, pooled))


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
