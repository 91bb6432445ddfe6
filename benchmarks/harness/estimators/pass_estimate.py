"""The pairs of one pass → how much slower head is than base in it, and how sure its own pairs are of that.

Owns the estimate of one pass. Pure functions: runs nothing, reads no clock. What several passes say together is
`verdict`'s.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median, variance

import numpy as np
import numpy.typing as npt

from benchmarks.harness.estimators.pairs import Pair

CUT = 0.25
"""Share of the pairs of one order that is cut at either end."""
LEAST_OF_AN_ORDER = 2
"""Pairs of either order without which a pass estimates nothing."""
LEAST_SCATTERED = 16
"""Pairs without which a spread says nothing."""
SINGLE_VARIANCE = 0.05**2
"""What a single value of a pass is taken to vary by within it: a unit that passes' own spread is a multiple of."""
RESAMPLES = 1000
"""The bootstrap's own error in a variance is then 4 %, a small part of what 20 to 80 pairs of an order leave."""


@dataclass(frozen=True)
class PassEstimate:
    """What one pass says: log(head / base), how uncertain its own pairs leave that, and how many they are."""

    log_ratio: float
    variance: float
    pairs: int


def typical(pairs: Sequence[Pair]) -> PassEstimate | None:
    """Interquartile mean of the pairs' log(head / base), the mean over both orders; None with too few of an order.

    A pair's two rounds follow each other on the same CPU (`sides.placement`), so what comes and goes more slowly than
    that cancels in its ratio; what hits one round of a pair makes it one of those that are cut. In return, what slows
    fewer than a quarter of the rounds goes unseen: that is `total`'s matter. It differed least from pass to pass, or as
    little as the least (8 passes of four workload tests, 16 of six plain ones, identical code; standard deviation, root
    mean square over tests): 0.9 and 3.2 %; medians of the ratios 1.0 and 3.3, their means 1.7 and 3.9, ratios of the
    quickest quarters 3.2 and 5.5 (`python -m benchmarks.experiments.estimators`). The second of two rounds runs up to a
    fifth slower or faster than the first: that effect has opposite signs in the two orders.

    Where rounds are cut, each piece is estimated by itself, and what they say is put together by their share of base's
    time: a piece that is as short as others are long counts for so much less.

    Args:
        pairs: valid pairs of one pass; seconds above 0.
    """
    return _over_pieces([_over_both_orders(its, _middle_half) for its in _pieces(pairs)], _base_times(pairs))


def total(pairs: Sequence[Pair]) -> PassEstimate | None:
    """Log ratio of the plain means of all rounds, the mean over both orders; None with too few pairs of an order.

    Whatever slows any of the rounds is in it, the machine's noise included.
    """
    return _over_both_orders(pairs, _means)


def single(base: float, head: float, least: float) -> PassEstimate:
    """Log ratio of two values of which a pass has one a side, as far as they differ by more than `least`.

    Args:
        base, head: above 0, in one unit.
        least: a difference in that unit that is nobody's concern.
    """
    beyond = max(abs(head - base) - least, 0.0)
    ratio = math.log1p(beyond / base) if head > base else -math.log1p(beyond / head)
    return PassEstimate(ratio, SINGLE_VARIANCE, 1)


def wider(pairs: Sequence[Pair]) -> float | None:
    """By how much more head's rounds scatter than base's in one pass; None with too few pairs.

    Ratio of the mean absolute differences of successive rounds' logs (von Neumann, Kent, Bellinson & Hart 1941, with
    absolute values for squares). A machine that changes its speed every few seconds widens both sides' distributions
    alike and hides head's: with half of the tasks 54 % longer, base 30 % in all, the ratio of the middle halves was 0.9
    to 4.2 in nine passes, this one 1.4 to 2.6. Of 60 passes of identical code, this one is above 1.3 in two
    (`python -m benchmarks.experiments.evidence --identical 0 --changed 2 --budget 60 --variants serial --workloads
    fibonacci --kinds "same mean, more spread" --file FILE` and `python -m benchmarks.calibrate --passes 10 --recording
    FILE`).
    """
    if len(pairs) < LEAST_SCATTERED:
        return None
    logs = [np.log(np.array([pair[:2] for pair in its])) for its in _pieces(pairs)]
    base, head = np.abs(np.concatenate([np.diff(piece, axis=0) for piece in logs])).mean(axis=0)
    return float(head / base) if base > 0 else None


Times = npt.NDArray[np.float64]
Statistic = Callable[[Times, Times], Times]
"""Log ratio of head's times to base's, of pairs along the last axis."""


def _pieces(pairs: Sequence[Pair]) -> list[list[Pair]]:
    """The pairs of each piece of a round."""
    return [[pair for pair in pairs if pair.piece == piece] for piece in sorted({pair.piece for pair in pairs})]


def _base_times(pairs: Sequence[Pair]) -> list[float]:
    """Base's median seconds of each piece."""
    return [median(pair.reference_s for pair in its) for its in _pieces(pairs)]


def _over_pieces(found: Sequence[PassEstimate | None], base_s: Sequence[float]) -> PassEstimate | None:
    """Log ratio of the sums over all pieces, which take `base_s` on base; None where a piece has too few pairs."""
    pieces = [one for one in found if one is not None]
    if len(pieces) < len(found) or not pieces:
        return None
    if len(pieces) == 1:
        return pieces[0]
    head_s = [seconds * math.exp(one.log_ratio) for one, seconds in zip(pieces, base_s, strict=True)]
    variance = sum((seconds / sum(head_s)) ** 2 * one.variance for one, seconds in zip(pieces, head_s, strict=True))
    return PassEstimate(math.log(sum(head_s) / sum(base_s)), variance, sum(one.pairs for one in pieces))


def _over_both_orders(pairs: Sequence[Pair], statistic: Statistic) -> PassEstimate | None:
    orders = [[pair for pair in pairs if pair.reference_first == first] for first in (True, False)]
    if min(map(len, orders)) < LEAST_OF_AN_ORDER:
        return None
    ratios, variances = zip(*(_order(order, statistic) for order in orders), strict=True)
    return PassEstimate(fmean(ratios), sum(variances) / 4, len(pairs))


def _order(pairs: Sequence[Pair], statistic: Statistic) -> tuple[float, float]:
    """One order's log ratio, and its variance by the bootstrap: whole pairs, and the same draws for the same pairs.

    numpy's, in three lines: `scipy.stats.bootstrap` would compute an interval that nobody asks for, and takes `rng`
    only from 1.15 on.
    """
    base, head = np.array([pair[:2] for pair in pairs]).T
    draws = np.random.default_rng(0).integers(len(pairs), size=(RESAMPLES, len(pairs)))
    return float(statistic(base, head)), float(statistic(base[draws], head[draws]).var(ddof=1))


def _middle_half(base: Times, head: Times) -> Times:
    logs = np.sort(np.log(head / base), axis=-1)
    cut = int(CUT * logs.shape[-1])
    means: Times = logs[..., cut : logs.shape[-1] - cut].mean(axis=-1)
    return means


def _means(base: Times, head: Times) -> Times:
    ratios: Times = np.log(head.mean(axis=-1) / base.mean(axis=-1))
    return ratios


def components(passes: Sequence[PassEstimate]) -> tuple[float, float]:
    """Variance that one pair contributes within a pass, and what passes add of their own, 0 at least.

    Args:
        passes: of one test, at least two. A few passes give the second with a large error: pool it over tests.
    """
    between = variance([each.log_ratio for each in passes]) - fmean(each.variance for each in passes)
    return fmean(each.variance * each.pairs for each in passes), max(0.0, between)
