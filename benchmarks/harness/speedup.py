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


def blocks(pairs: Sequence[Pair]) -> list[float]:
    """Log ratios of neighbouring pairs of opposite order, averaged two by two.

    The second of two rounds runs up to a fifth slower or faster than the first. Within a block of both orders that
    effect, and a steady drift of the machine, cancel. A pair without a neighbour of the other order is left out.
    """
    values: list[float] = []
    waiting: Pair | None = None
    for pair in pairs:
        if waiting is not None and waiting.partner_first != pair.partner_first:
            logs = [np.log(p.partner_s / p.variant_s) for p in (waiting, pair)]
            values.append(float(np.mean(logs)))
            waiting = None
        else:
            waiting = pair
    return values


def speedup(pairs: Sequence[Pair]) -> Speedup:
    """Median of the paired ratios, with the exact 95 % interval of a median (order statistics, Conover 1999, ch. 3.2).

    The interval assumes nothing about the noise but that blocks are independent; it is never narrower than 95 %.

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
    interval: Any = stats.quantile_test(values, p=0.5).confidence_interval(0.95)  # scipy-stubs say float
    return Speedup(median, float(np.exp(interval.low)), float(np.exp(interval.high)), 2 * len(values))
