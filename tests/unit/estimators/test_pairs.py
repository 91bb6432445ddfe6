import math

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.estimators.pairs import Pair, blocks, leads, neighbours


def test_the_order_is_a_b_b_a() -> None:
    assert [leads(index) for index in range(8)] == [True, False, False, True] * 2


@given(st.integers(0, 50), st.floats(-1, 1), st.floats(-0.1, 0.1))
def test_over_four_pairs_in_that_order_a_steady_drift_and_an_effect_of_the_order_cancel(
    start: int, ratio: float, drift: float
) -> None:
    pairs = []
    for index in range(4 * start, 4 * start + 4):
        first = leads(index)
        times = [math.exp(drift * (2 * index + second) + (0.2 if second else 0.0)) for second in (False, True)]
        reference, candidate = times if first else reversed(times)
        pairs.append(Pair(reference * math.exp(ratio), candidate, first))
    assert abs(sum(blocks(pairs)) / 2 - ratio) < 1e-9


def test_neighbours_are_of_opposite_order_and_who_has_none_is_left_out() -> None:
    pairs = [Pair(1.0, 1.0, first) for first in (True, True, False, False, True, True)]
    assert neighbours(pairs) == [(1, 2), (3, 4)]
    assert neighbours(pairs[:2]) == neighbours([]) == []


def test_a_block_is_the_mean_of_its_logs() -> None:
    assert blocks([Pair(math.e, 1.0, True), Pair(math.e**3, 1.0, False)]) == [2.0]
