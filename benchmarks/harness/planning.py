"""How many pairs of a test a pass has, from costs and variances. Pure functions.

Passes and looks are `trial`'s.
"""

from collections.abc import Sequence

from benchmarks.harness.verdict import PassEstimate, best_pairs, components

FIRST_PAIRS = 40
"""Pairs of a test in passes whose variance is not known yet."""

LEAST_PAIRS, MOST_PAIRS = 16, 160

BUDGET_OF_A_TEST = 8
"""One pass's rounds of a test may take this part of its share of the budget, so that several passes fit."""


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
