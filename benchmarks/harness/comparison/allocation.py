"""How many pairs of a test a pass has, from costs and variances. Pure functions.

Passes and looks are `stopping`'s.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from benchmarks.harness.estimators.pass_estimate import PassEstimate, components

FIRST_PAIRS = 40
"""Pairs of a test in the first pass, when nothing is known of its noise."""

LEAST_PAIRS, MOST_PAIRS = 16, 160

PASSES_WANTED = 8
"""A test's rounds may take so much of its share of the budget in one pass that this many passes would fit."""

LEAST_KNOWN = 4
"""Passes from which on their variance is taken from what they bring; until then it is taken to be `BETWEEN`."""

BETWEEN = 0.008**2
"""Variance that a pass adds to what its pairs explain; measured were 0 for serial tests and 0.01² to 0.02² on Ray."""


def first_pairs(pair_s: float, share_s: float) -> int:
    """Pairs in the first pass. `pair_s`: seconds of one; `share_s`: the test's share of the budget."""
    return _rounded(min(FIRST_PAIRS, _affordable(pair_s, share_s)))


def pairs(test: str, pair_s: float, setup_s: float, known: Mapping[str, Sequence[PassEstimate]], share_s: float) -> int:
    """Pairs of a test in a later pass: those with the smallest sum of variances × cost, over all tests.

    Kalibera & Jones 2013 ("Rigorous benchmarking in reasonable time") for one test have √(set-up / pair × within /
    between); with a set-up that several tests share, by Cauchy and Schwarz, `between` is the sum of theirs. So noisy
    and short rounds get more of the time, and serial tests, which are quiet, leave theirs to Ray's.

    Args:
        test: its id; one without estimates gets as many pairs as in a first pass.
        pair_s: seconds of a pair.
        setup_s: seconds of a pass without its rounds.
        known: for each test of the next pass its estimates so far.
        share_s: the test's share of the budget, seconds.
    """
    own = known.get(test, ())
    if not own:
        return first_pairs(pair_s, share_s)
    within = fmean(one.variance * one.pairs for one in own)
    measured = [components(its)[1] for its in known.values() if len(its) >= LEAST_KNOWN]
    between = max(fmean(measured), BETWEEN / 10) if measured else BETWEEN
    best = math.sqrt(setup_s / (between * len(known)) * within / pair_s)
    return _rounded(min(best, _affordable(pair_s, share_s)))


def _affordable(pair_s: float, share_s: float) -> float:
    return share_s / PASSES_WANTED / pair_s


def _rounded(count: float) -> int:
    """To a multiple of four, so that both orders come equally often."""
    whole = int(max(LEAST_PAIRS, min(count, MOST_PAIRS)))
    return whole + -whole % 4
