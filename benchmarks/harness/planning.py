"""How many pairs a pass has, how many passes fit, and when verdicts are looked at. Pure functions.

Owns the plan, from costs and variances alone: it never sees which way a test leans.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.harness.verdict import LOOK_SHARES, PassEstimate, best_pairs, components

FIRST_PAIRS = 40
"""Pairs of a test in passes whose variance is not known yet."""

LEAST_PAIRS, MOST_PAIRS = 16, 160

BUDGET_OF_A_TEST = 8
"""One pass's rounds of a test may take this part of its share of the budget, so that several passes fit."""

SLACK = 1.1
"""A pass may take that much longer than the last one and still fit."""

FIRST_LOOK = 5
"""Passes before the first look, where the budget has room for twice as many; half of them all otherwise."""


def pairs(pair_s: float, setup_s: float, known: Sequence[Sequence[PassEstimate]], share_s: float) -> int:
    """How many pairs of a test to run in one pass; a multiple of four, so that both orders come equally often.

    Args:
        pair_s: seconds of a pair.
        setup_s: seconds that its set-up costs in each pass, with its part of what all tests share.
        known: for each test that has had some passes, their estimates. Variances are pooled: those of one test, from a
            few passes, would make the plan jump.
        share_s: the test's share of the budget, seconds.
    """
    wanted = FIRST_PAIRS
    if known:
        within, between = (sum(parts) for parts in zip(*map(components, known), strict=True))
        wanted = best_pairs(setup_s, pair_s, within, between)
    affordable = int(share_s / BUDGET_OF_A_TEST / pair_s)
    count = max(LEAST_PAIRS, min(wanted, affordable, MOST_PAIRS))
    return count + -count % 4


@dataclass
class Schedule:
    """When to look, and when to end: at most two looks, the second at the budget's end.

    Attributes:
        budget: seconds for all passes.
        looks: how many there were.
    """

    budget: float
    looks: int = 0

    def more(self, elapsed: float, expected: float) -> int:
        """How many more passes fit, if one takes `expected` seconds."""
        return max(0, int((self.budget - elapsed) / (SLACK * expected)))

    def due(self, done: int, more: int) -> int | None:
        """Which look is due after `done` passes, if `more` fit: 0, 1 or, for none, None."""
        if more == 0:
            return len(LOOK_SHARES) - 1
        first = min(FIRST_LOOK, max(3, (done + more) // 2))
        return 0 if self.looks == 0 and done >= first else None
