"""How many pairs of a test a pass has, from costs and variances. Pure functions.

Passes and looks are `stopping`'s.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from benchmarks.harness.estimators.pass_estimate import LEAST_OF_AN_ORDER, PassEstimate, components

FIRST_PAIRS = 40
"""Pairs of a test in the first pass, when nothing is known of its noise."""

LEAST_PAIRS, MOST_PAIRS = 16, 160

LONG_PAIR_S = 2.0
"""From here on a pair is an average of much, and `LEAST_PAIRS` would take half a minute: the estimate's own least will
do."""

PASSES_WANTED = 8
"""A test's rounds may take so much of its share of the budget in one pass that this many passes would fit."""

LEAST_KNOWN = 4
"""Passes from which on their variance is taken from what they bring; until then it is taken to be `BETWEEN`."""

BETWEEN = 0.008**2
"""Variance that a pass adds to what its pairs explain; measured were 0 for serial tests and 0.01² to 0.02² on Ray."""


class Allocation:
    """The pairs of one pass.

    Args:
        known: for each test of the pass its estimates so far.
        setup_s: seconds of a pass without its rounds.
        budget: seconds that these tests share.
        tests: how many they are; where that is not known yet, how many are expected.
    """

    def __init__(
        self, known: Mapping[str, Sequence[PassEstimate]], setup_s: float, budget: float, tests: int | None = None
    ) -> None:
        self._known, self._setup_s = known, setup_s
        self._share_s = budget / max(tests or len(known), 1)
        measured = [components(its)[1] for its in known.values() if len(its) >= LEAST_KNOWN]
        self._between = max(fmean(measured), BETWEEN / 10) if measured else BETWEEN

    def pairs(self, test: str, pair_s: float) -> int:
        """Pairs of a test: those with the smallest sum of variances × cost, over all tests.

        Kalibera & Jones 2013 ("Rigorous benchmarking in reasonable time") for one test have √(set-up / pair × within /
        between); with a set-up that several tests share, by Cauchy and Schwarz, `between` is the sum of theirs. So
        noisy and short rounds get more of the time, and serial tests, which are quiet, leave theirs to Ray's.

        Args:
            test: its id; one without estimates gets as many pairs as in a first pass.
            pair_s: seconds of a pair.
        """
        own = self._known.get(test, ())
        affordable = self._share_s / PASSES_WANTED / pair_s
        if not own:
            return _rounded(min(FIRST_PAIRS, affordable), pair_s)
        within = fmean(one.variance * one.pairs for one in own)
        best = math.sqrt(self._setup_s / (self._between * len(self._known)) * within / pair_s)
        return _rounded(min(best, affordable), pair_s)


def _rounded(count: float, pair_s: float) -> int:
    """To a multiple of four, so that both orders come equally often."""
    least = LEAST_PAIRS if pair_s < LONG_PAIR_S else 2 * LEAST_OF_AN_ORDER
    whole = int(max(least, min(count, MOST_PAIRS)))
    return whole + -whole % 4
