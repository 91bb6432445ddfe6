"""Paired rounds → speedup with its interval.

Owns the estimator. Pure functions: runs nothing, reads no clock, knows neither pytest nor Ray.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import stats

LEAST_BLOCKS = 6
"""Fewer values than this bound no median at 95 %: 2 · 0.5⁵ = 6.25 % lie outside the range of five."""


@dataclass(frozen=True)
class Pair:
    """Two valid rounds next to each other in time.

    Attributes:
        partner_s: seconds of the partner's round.
        variant_s: seconds of the variant's round.
        partner_first: whether the partner's round came first.
    """

    partner_s: float
    variant_s: float
    partner_first: bool


@dataclass(frozen=True)
class Speedup:
    """How many times faster the variant is than its partner; it describes this run.

    Attributes:
        median: median over blocks of the paired ratio partner / variant.
        low, high: 95 % interval of that median; None where there are too few pairs for one.
        pairs: how many pairs it is made of.
    """

    median: float
    low: float | None
    high: float | None
    pairs: int

    def record(self) -> dict[str, Any]:
        """The `speedup` entry of a benchmark's `extra_info`."""
        return asdict(self)


def neighbours(pairs: Sequence[Pair]) -> list[tuple[int, int]]:
    """Indices of neighbouring pairs of opposite order, two by two.

    The second of two rounds runs up to a fifth slower or faster than the first. Averaged over a block of both orders,
    that effect and a steady drift of the machine cancel. A pair without a neighbour of the other order is left out.
    """
    found: list[tuple[int, int]] = []
    waiting: int | None = None
    for index, pair in enumerate(pairs):
        if waiting is not None and pairs[waiting].partner_first != pair.partner_first:
            found.append((waiting, index))
            waiting = None
        else:
            waiting = index
    return found


def blocks(pairs: Sequence[Pair]) -> list[float]:
    """Log ratios partner / variant, averaged over each block of `neighbours`."""
    logs = [float(np.log(pair.partner_s / pair.variant_s)) for pair in pairs]
    return [(logs[one] + logs[other]) / 2 for one, other in neighbours(pairs)]


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
        logs = [np.log(pair.partner_s / pair.variant_s) for pair in pairs]
        return Speedup(float(np.exp(np.median(logs))), None, None, len(pairs))
    median = float(np.exp(np.median(values)))
    if len(values) < LEAST_BLOCKS:
        return Speedup(median, None, None, 2 * len(values))
    low, high = median_interval(values)
    return Speedup(median, float(np.exp(low)), float(np.exp(high)), 2 * len(values))


def median_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a median from interpolated order statistics (Hettmansperger & Sheather 1986).

    Order statistics alone (Conover 1999, ch. 3.2) offer few levels: 97.9 % is the nearest that ten values have. Of 200
    runs of 20 pairs with a known speedup they held the truth in 98 %, these in 94 %, a quarter narrower.

    Args:
        values: at least `LEAST_BLOCKS`.
        confidence: probability that the interval holds the median.
    """
    x, n = np.sort(values), len(values)
    outside = stats.binom.cdf(np.arange(n // 2), n, 0.5)  # P(fewer than d values lie below the median), d = 1, 2, …
    depth = int(np.count_nonzero(1 - 2 * outside >= confidence))
    wide, narrow = 1 - 2 * outside[depth - 1], 1 - 2 * outside[depth]
    part = (wide - confidence) / (wide - narrow)
    inwards = (n - depth) * part / (depth + (n - 2 * depth) * part)
    low = (1 - inwards) * x[depth - 1] + inwards * x[depth]
    high = (1 - inwards) * x[n - depth] + inwards * x[n - depth - 1]
    return float(low), float(high)
