"""How much passes differ, and what tests lend each other of it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from benchmarks.harness.estimators.spread import LEAST_EXCESS, Spread, moderate, prior


def test_a_moderated_ratio_by_hand() -> None:
    # Degrees of freedom 9 and 3 weigh the common 6 and its own 2 as 3 : 1.
    assert moderate(Spread(1e-4, 2.0, 3), (6.0, 9.0), 18) == Spread(1e-4, 5.0, 12.0)
    assert moderate(Spread(1e-4, 2.0, 3), (6.0, 9.0), 10).freedom == 10
    assert moderate(Spread(1e-4, 6.0, 3), (2.0, 9.0), 18) == Spread(1e-4, 6.0, 12.0)  # never below its own
    assert moderate(Spread(1e-4, 6.0, 3), (1.0, 0.0), 3) == Spread(1e-4, 6.0, 3.0)


def test_ratios_of_two_degrees_of_freedom_by_hand() -> None:
    # log(1, e³, e⁶) has variance 9, of which trigamma(1) = π²/6 is chance; the inverse is checked by going back.
    ratio, freedom = prior([Spread(1.0, math.exp(log), 2) for log in (0, 3, 6)])
    assert ratio == pytest.approx((1 + math.exp(3) + math.exp(6)) / 3)
    assert special.polygamma(1, freedom / 2) == pytest.approx(9 - math.pi**2 / 6)


def test_tests_that_happen_to_agree_do_not_lend_without_limit() -> None:
    ratio, freedom = prior([Spread(1.0, 2.0, 3)] * 6)
    assert ratio == pytest.approx(2.0)
    assert special.polygamma(1, freedom / 2) == pytest.approx(LEAST_EXCESS)
    assert 10 < freedom < 12


def test_more_freedom_weighs_more() -> None:
    ratio, _ = prior([Spread(1.0, 1.0, 9), Spread(1.0, 1.0, 9), Spread(1.0, 4.0, 2)])
    assert ratio == pytest.approx((9 + 9 + 8) / 20)


@given(st.lists(st.tuples(st.floats(1e-5, 1e9), st.integers(1, 11)), min_size=3, max_size=12))
def test_any_ratios_have_a_prior(ratios: list[tuple[float, int]]) -> None:
    ratio, freedom = prior([Spread(1e-4, value, degrees) for value, degrees in ratios])
    assert math.isfinite(ratio)
    assert 0 < freedom < 12
