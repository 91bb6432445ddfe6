"""How much the passes of each test differ, and what tests lend each other of it.

Owns the moderated variance. Pure functions.

A few passes say little about how much passes differ, so tests lend each other what theirs say: the moderated t of Smyth
2004, "Linear models and empirical Bayes methods for assessing differential expression in microarray experiments". Tests
differ in noise, so what is lent is no variance but a ratio: between passes over within them.
"""

import math
from collections.abc import Sequence
from statistics import fmean, variance
from typing import NamedTuple

import numpy as np
from scipy import optimize, special

from benchmarks.harness.estimators.pass_estimate import PassEstimate

LEAST_LENDERS = 3
"""Tests without which nothing is lent: two ratios do not say how much ratios differ."""
LEAST_VARIANCE = 1e-8
"""Floor of the variance within passes: a ten-thousandth of a round, more than a median of rounds is ever sure of."""
LEAST_RATIO = 1e-5
"""Floor of the ratio, as limma's `fitFDist` has one: passes that agree to the last digit did so by chance."""
LEAST_EXCESS = 0.2
"""Least true variance of log ratios from test to test: ratios of 1 to 4 make log(4)² / 12 = 0.16, and four passes'
bootstrapped variances, each off by 41 %, the rest. Few tests can look more alike than that, but only by chance."""


class Spread(NamedTuple):
    """How much a test's passes differ: the mean variance within them, the variance between them as a multiple of it (1
    where passes add nothing of their own), and that multiple's degrees of freedom."""

    within: float
    ratio: float
    freedom: float


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
    """A test's spread drawn towards the `prior`; its degrees of freedom at most `pooled`, those of all tests.

    Never below its own: of a test whose passes differ thirty times as much as the others', the mean of both would say
    too little, and up to 8.6 % of alarms at the tolerance were false where 2.5 were due; with the larger of the two, up
    to 5.2 % (simulated, two and three passes).
    """
    ratio, freedom = common
    weight = freedom / (freedom + own.freedom)
    drawn = weight * ratio + (1 - weight) * own.ratio
    return Spread(own.within, max(drawn, own.ratio), min(freedom + own.freedom, pooled))
