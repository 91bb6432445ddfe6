"""What a pass says of total time, of single values, and of how much rounds scatter."""

import math
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.estimators.pairs import Pair, leads
from benchmarks.harness.estimators.pass_estimate import LEAST_SCATTERED, single, total, typical, wider

seconds = st.floats(0.01, 1)


def rounds(base: list[float], head: list[float]) -> list[Pair]:
    return [Pair(one, other, leads(index)) for index, (one, other) in enumerate(zip(base, head, strict=True))]


@given(st.lists(seconds, min_size=8, max_size=40).filter(lambda found: len(found) % 4 == 0), st.floats(0.5, 3))
def test_rounds_that_all_take_longer_are_so_much_slower(base: list[float], factor: float) -> None:
    pairs = rounds(base, [factor * one for one in base])
    for estimate in (typical(pairs), total(pairs)):
        assert estimate is not None
        assert estimate.log_ratio == pytest.approx(math.log(factor), abs=1e-9)
        assert estimate.pairs == len(base)


def test_total_time_is_the_ratio_of_means_in_either_order() -> None:
    base, head = [0.1, 0.1, 0.2, 0.2] * 2, [0.1, 0.3, 0.2, 0.6] * 2
    pairs = rounds(base, head)
    by_order = [[pair for pair in pairs if pair.reference_first == first] for first in (True, False)]
    expected = fmean(
        math.log(fmean(p.candidate_s for p in order) / fmean(p.reference_s for p in order)) for order in by_order
    )
    found = total(pairs)
    assert found is not None
    assert found.log_ratio == pytest.approx(expected)


def test_rounds_of_which_some_are_slower_show_in_total_time_only() -> None:
    base = [0.1] * 40
    head = [0.1 if index % 5 else 0.2 for index in range(40)]
    quick, whole = typical(rounds(base, head)), total(rounds(base, head))
    assert quick is not None
    assert whole is not None
    assert quick.log_ratio == pytest.approx(0)
    assert whole.log_ratio == pytest.approx(math.log(1.2), rel=0.05)
    assert whole.variance > quick.variance


def test_pieces_of_different_length_scatter_no_more_for_it() -> None:
    lengths = [0.1 * (1 + index / 100) for index in range(20)]
    wide = [1 + 3 * (length / 0.1 - 1) for length in lengths]
    one = [Pair(length, 0.1 * factor, True) for length, factor in zip(lengths, wide, strict=True)]
    both = [*one, *(Pair(10 * pair.reference_s, 10 * pair.candidate_s, True, 1) for pair in one)]
    assert wider(both) == pytest.approx(wider(one), rel=0.1)


def test_a_machine_that_changes_its_speed_hides_no_scatter() -> None:
    shapes = [(1.6 if index % 32 < 16 else 1.0, math.sin(7 * index)) for index in range(64)]
    base, head = ([speed * math.exp(size * log) for speed, log in shapes] for size in (0.2, 0.4))
    assert wider(rounds(base, head)) == pytest.approx(2, rel=0.2)


def test_too_few_pairs_of_an_order_say_nothing() -> None:
    one_order = [Pair(0.1, 0.1, True)] * 20
    assert total(one_order) is None
    assert typical(one_order) is None


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0, 10))
def test_a_difference_below_the_least_counts_for_nothing(base: float, head: float, least: float) -> None:
    found = single(base, head, least)
    if abs(head - base) <= least:
        assert found.log_ratio == 0
    else:
        assert math.copysign(1, found.log_ratio) == math.copysign(1, head - base)
        assert abs(found.log_ratio) <= abs(math.log(head / base)) + 1e-9
    assert single(head, base, least).log_ratio == pytest.approx(-found.log_ratio)


def test_without_a_least_a_single_value_is_a_plain_ratio() -> None:
    assert single(1.0, 1.5, 0.0).log_ratio == pytest.approx(math.log(1.5))
    assert single(1.0, 1.5, 0.1).log_ratio == pytest.approx(math.log(1.4))


def test_rounds_that_scatter_twice_as_much_are_twice_as_wide() -> None:
    logs = [math.sin(7 * index) for index in range(64)]
    pairs = rounds([math.exp(0.1 * log) for log in logs], [math.exp(0.2 * log) for log in logs])
    assert wider(pairs) == pytest.approx(2)
    assert wider(pairs[: LEAST_SCATTERED - 1]) is None
    assert wider(rounds([1.0] * 32, [1.0] * 32)) is None
