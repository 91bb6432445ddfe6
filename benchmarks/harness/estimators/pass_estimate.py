"""The pairs of one pass → how much slower head is than base in it, and how sure its own pairs are of that.

Owns the estimate of one pass. Pure functions: runs nothing, reads no clock. What several passes say together is
`verdict`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

import numpy as np
import numpy.typing as npt

from benchmarks.harness.estimators.pairs import Pair

QUICK = 0.25
"""Share of a side's rounds in one order that count."""
LEAST_OF_AN_ORDER = 4
"""Pairs of either order without which a pass estimates nothing."""
RESAMPLES = 1000
"""The bootstrap's own error in a variance is then 4 %, a small part of what 20 to 80 pairs of an order leave."""


@dataclass(frozen=True)
class PassEstimate:
    """What one pass says: log(head / base), how uncertain its own pairs leave that, and how many they are."""

    log_ratio: float
    variance: float
    pairs: int


def estimate(pairs: Sequence[Pair]) -> PassEstimate | None:
    """Log ratio of head's quick rounds to base's, the mean over both orders; None with too few pairs of an order.

    Quick are a side's fastest `QUICK` rounds in that order. What interferes with a round only ever adds to it (Chen &
    Revels 2016, "Robust benchmarking in noisy environments", who take the minimum for that reason), and as the sides
    alternate, both meet the same of it: passes differed by 1.0 % in these, and by 1.6 % in medians of paired ratios
    (`python -m benchmarks.experiments.estimators`). In return, what slows only some of the rounds goes unseen. The
    second of two rounds runs up to a fifth slower or faster than the first: that effect has opposite signs in the two
    orders.

    Args:
        pairs: valid pairs of one pass; seconds above 0.
    """
    orders = [[pair for pair in pairs if pair.reference_first == first] for first in (True, False)]
    if min(map(len, orders)) < LEAST_OF_AN_ORDER:
        return None
    ratios, variances = zip(*(_order(order) for order in orders), strict=True)
    return PassEstimate(fmean(ratios), sum(variances) / 4, len(pairs))


def _order(pairs: Sequence[Pair]) -> tuple[float, float]:
    """One order's log ratio, and its variance by the bootstrap: whole pairs, and the same draws for the same pairs.

    numpy's, in three lines: `scipy.stats.bootstrap` would compute an interval that nobody asks for, and takes `rng`
    only from 1.15 on.
    """
    base, head = (
        np.array(times) for times in zip(*((pair.reference_s, pair.candidate_s) for pair in pairs), strict=True)
    )
    draws = np.random.default_rng(0).integers(len(pairs), size=(RESAMPLES, len(pairs)))
    return float(_quick(head) - _quick(base)), float((_quick(head[draws]) - _quick(base[draws])).var(ddof=1))


def _quick(times: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Log of the mean of the fastest `QUICK` along the last axis."""
    count = max(1, round(QUICK * times.shape[-1]))
    means: npt.NDArray[np.float64] = np.log(np.sort(times, axis=-1)[..., :count].mean(axis=-1))
    return means


def components(passes: Sequence[PassEstimate]) -> tuple[float, float]:
    """Variance that one pair contributes within a pass, and what passes add of their own, 0 at least.

    Args:
        passes: of one test, at least two. A few passes give the second with a large error: pool it over tests.
    """
    between = variance([each.log_ratio for each in passes]) - fmean(each.variance for each in passes)
    return fmean(each.variance * each.pairs for each in passes), max(0.0, between)
