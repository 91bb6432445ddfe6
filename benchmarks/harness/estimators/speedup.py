"""Paired rounds → speedup with its interval.

Owns the estimator. Pure functions: runs nothing, reads no clock, knows neither pytest nor Ray.
"""

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
from scipy import special

from benchmarks.harness.estimators.pairs import Pair, blocks

LEAST_BLOCKS = 6
"""Fewer values than this bound no median at 95 %: 2 · 0.5⁵ = 6.25 % lie outside the range of five."""


class Speedup(TypedDict):
    """How many times faster the variant is than its partner; it describes this run.

    Attributes:
        median: median over blocks of the paired ratio reference / candidate.
        low, high: 95 % interval of that median; None where there are too few pairs for one.
        pairs: how many pairs it is made of.
    """

    median: float
    low: float | None
    high: float | None
    pairs: int


def speedup(pairs: Sequence[Pair]) -> Speedup:
    """Median of the paired ratios with its 95 % interval, which assumes little but that blocks are independent.

    Args:
        pairs: valid pairs in the order they ran.

    Raises:
        ValueError: `pairs` is empty.
    """
    if not pairs:
        raise ValueError("no valid pair to take a speedup from")
    values = blocks(pairs)
    if not values:  # a single pair, or one order only: a ratio without balance is all there is
        logs = [np.log(pair.reference_s / pair.candidate_s) for pair in pairs]
        return Speedup(median=float(np.exp(np.median(logs))), low=None, high=None, pairs=len(pairs))
    median = float(np.exp(np.median(values)))
    if len(values) < LEAST_BLOCKS:
        return Speedup(median=median, low=None, high=None, pairs=2 * len(values))
    low, high = median_interval(values)
    return Speedup(median=median, low=float(np.exp(low)), high=float(np.exp(high)), pairs=2 * len(values))


def median_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a median from interpolated order statistics (Hettmansperger & Sheather 1986).

    Order statistics alone (Conover 1999, ch. 3.2) offer few levels: 97.9 % is the nearest that ten values have. Of 200
    runs of 20 pairs with a known speedup they held the truth in 98 %, these in 94 %, a quarter narrower.

    Args:
        values: at least `LEAST_BLOCKS`.
        confidence: probability that the interval holds the median.
    """
    x, n = np.sort(values), len(values)
    outside = special.bdtr(np.arange(n // 2), n, 0.5)  # P(fewer than d values lie below the median), d = 1, 2, …
    depth = int(np.count_nonzero(1 - 2 * outside >= confidence))
    wide, narrow = 1 - 2 * outside[depth - 1], 1 - 2 * outside[depth]
    part = (wide - confidence) / (wide - narrow)
    inwards = (n - depth) * part / (depth + (n - 2 * depth) * part)
    low = (1 - inwards) * x[depth - 1] + inwards * x[depth]
    high = (1 - inwards) * x[n - depth] + inwards * x[n - depth - 1]
    return float(low), float(high)
