"""How many pairs of a test a pass has, from costs and variances. Pure functions.

Passes and looks are `stopping`'s.
"""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from benchmarks.harness.comparison.stopping import LEAST_PASSES, SLACK
from benchmarks.harness.estimators.pass_estimate import LEAST_OF_AN_ORDER, PassEstimate, components

FIRST_PAIRS = 40
"""Pairs of a test in the first pass, when nothing is known of its noise."""

LEAST_PAIRS, MOST_PAIRS = 2 * LEAST_OF_AN_ORDER, 320

ENOUGH_PAIRS = 16
"""A test gets no fewer, unless its share of the budget has no room for `PASSES_WANTED` passes of so many."""

PASSES_WANTED = 8
"""All rounds of a pass may take so much of the budget that this many of them would fit; more, where set-up is so dear
that there is no time for more than `LEAST_PASSES` anyway."""

MOST_SHARES = 1.5
"""A noisy test may have so many times the time that it had if all tests had the same."""

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
        pair_s: for each test that has estimates, the seconds of its pairs.
        room_s: seconds that the rounds of all tests together may take in this pass, so that all passes fit that a run
            has to have; infinite, where they are had.
    """

    def __init__(
        self,
        known: Mapping[str, Sequence[PassEstimate]],
        setup_s: float,
        budget: float,
        tests: int | None = None,
        pair_s: Mapping[str, float] | None = None,
        room_s: float = math.inf,
    ) -> None:
        self._known, self._setup_s = known, setup_s
        measured = [components(its)[1] for its in known.values() if len(its) >= LEAST_KNOWN]
        self._between = max(fmean(measured), BETWEEN / 10) if measured else BETWEEN
        self._rounds_s = budget / PASSES_WANTED
        if math.isfinite(room_s) and (LEAST_PASSES + 1) * SLACK * (setup_s + self._rounds_s) > budget:
            self._rounds_s = max(self._rounds_s, room_s)
        self._tests = max(tests or len(known), 1)
        pair_s = pair_s or {}
        self._within = {test: fmean(one.variance * one.pairs for one in own) for test, own in known.items() if own}
        self._noise_of = {test: math.sqrt(its * pair_s[test]) for test, its in self._within.items() if test in pair_s}
        self._noise = sum(self._noise_of.values())
        planned_s = sum(self._wanted(test, seconds) * seconds for test, seconds in pair_s.items())
        self._fitting = min(1.0, room_s / planned_s) if planned_s > 0 else 1.0

    def pairs(self, test: str, pair_s: float) -> int:
        """Pairs of a test: those that are best for all tests together, and fewer of each where the room is too small.

        Args:
            test: its id; one without estimates gets as many pairs as in a first pass.
            pair_s: seconds of a pair.
        """
        wanted = self._wanted(test, pair_s)
        if self._fitting < 1.0:
            return max(LEAST_PAIRS, int(wanted * self._fitting) // 4 * 4)
        return wanted

    def _wanted(self, test: str, pair_s: float) -> int:
        """Pairs with the smallest sum of variances × cost, over all tests; a multiple of four for both orders' sake.

        Kalibera & Jones 2013 ("Rigorous benchmarking in reasonable time") for one test have √(set-up / pair × within /
        between); with a set-up that several tests share, by Cauchy and Schwarz, `between` is the sum of theirs. Where
        there is less time, each gets as much less. So noisy tests, as most on Ray are, get more of the time than quiet
        ones. Pairs in proportion to `within` would leave all equally uncertain, but where some vary by nature, little
        time for the others.
        """
        share = self._rounds_s / self._tests / pair_s
        least = max(LEAST_PAIRS, min(ENOUGH_PAIRS, share))
        if test not in self._within:
            return _whole(max(least, min(FIRST_PAIRS, share)))
        own = math.sqrt(self._within[test] * pair_s)
        noise = self._noise - self._noise_of.get(test, 0.0) + own or math.inf
        rounds_s = min(math.sqrt(self._setup_s / (self._between * len(self._known))) * noise, self._rounds_s)
        best = own / pair_s * rounds_s / noise
        return _whole(max(least, min(best, MOST_SHARES * share, MOST_PAIRS)))


def _whole(pairs: float) -> int:
    """So many, or up to three more."""
    return int(pairs) + -int(pairs) % 4
