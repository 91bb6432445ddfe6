import math
import statistics
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.estimators.pass_estimate import PassEstimate, components, typical
from benchmarks.harness.sides.rounds import begins

ORDERS = (True, False, False, True)

seconds = st.floats(1e-3, 1e3)
passes_of_pairs = st.lists(st.tuples(seconds, seconds), min_size=8, max_size=60).map(
    lambda times: [Pair(base, head, ORDERS[i % 4]) for i, (base, head) in enumerate(times)]
)


def estimated(pairs: Sequence[Pair]) -> PassEstimate:
    result = typical(pairs)
    assert result is not None
    return result


def test_the_mean_of_both_orders_middle_halves() -> None:
    ratios = (9.0, 0.1, 1.2, 0.5, 1.5, 1.1, 1.3, 2.5)  # the middle half: 1.1, 1.2, 1.3 and 1.5
    first = [Pair(2.0, 2.0 * ratio, True) for ratio in ratios]
    second = [Pair(2.0, 2.2, False)] * 8
    result = estimated(first + second)
    middle = statistics.fmean(map(math.log, (1.1, 1.2, 1.3, 1.5)))
    assert result.log_ratio == pytest.approx((middle + math.log(1.1)) / 2)
    assert result.pairs == 16


@given(passes_of_pairs)
def test_a_disturbed_round_changes_nothing(pairs: list[Pair]) -> None:
    """The pair in which head was slowest beside base may have met ten times as much of whatever it was."""
    disturbed = list(pairs)
    for order in (True, False):
        its = [index for index, pair in enumerate(pairs) if pair.reference_first == order]
        slow = max(its, key=lambda index: pairs[index].candidate_s / pairs[index].reference_s)
        disturbed[slow] = disturbed[slow]._replace(candidate_s=10 * pairs[slow].candidate_s)
    assert estimated(disturbed).log_ratio == pytest.approx(estimated(pairs).log_ratio, abs=1e-12)


@given(passes_of_pairs)
def test_swapped_sides_have_the_opposite_sign(pairs: list[Pair]) -> None:
    one = estimated(pairs)
    other = estimated([Pair(head, base, not base_first, piece) for base, head, base_first, piece in pairs])
    assert other.log_ratio == pytest.approx(-one.log_ratio, abs=1e-12)
    assert other.variance == pytest.approx(one.variance, rel=1e-6, abs=1e-12)


@given(passes_of_pairs, st.floats(0.01, 100))
def test_another_unit_of_time_changes_nothing(pairs: list[Pair], unit: float) -> None:
    one = estimated(pairs)
    other = estimated([Pair(base * unit, head * unit, *its) for base, head, *its in pairs])
    assert other.log_ratio == pytest.approx(one.log_ratio, abs=1e-12)
    assert other.variance == pytest.approx(one.variance, rel=1e-6, abs=1e-12)


@given(passes_of_pairs, st.floats(0.1, 10))
def test_a_slower_head_shifts_the_estimate_and_nothing_else(pairs: list[Pair], factor: float) -> None:
    one = estimated(pairs)
    other = estimated([Pair(base, head * factor, *its) for base, head, *its in pairs])
    assert other.log_ratio == pytest.approx(one.log_ratio + math.log(factor), abs=1e-12)
    assert other.variance == pytest.approx(one.variance, rel=1e-6, abs=1e-12)


@given(passes_of_pairs, st.floats(0.5, 2))
def test_an_effect_of_the_order_cancels(pairs: list[Pair], effect: float) -> None:
    one = estimated(pairs)
    other = estimated(
        [Pair(base, head * effect, True) if first else Pair(base * effect, head, False)
         for base, head, first, _ in pairs]
    )  # fmt: skip
    assert other.log_ratio == pytest.approx(one.log_ratio, abs=1e-12)
    assert other.variance == pytest.approx(one.variance, rel=1e-6, abs=1e-12)


@given(passes_of_pairs)
def test_the_same_pairs_estimate_the_same(pairs: list[Pair]) -> None:
    assert typical(pairs) == typical(pairs)


def in_pieces(rounds: Sequence[Sequence[tuple[float, float]]]) -> list[Pair]:
    """Pairs of rounds that are given as base's and head's seconds of each piece, in balanced order."""
    return [
        Pair(base, head, begins(number * len(pieces) + piece, len(pieces)), piece)
        for number, pieces in enumerate(rounds)
        for piece, (base, head) in enumerate(pieces)
    ]


@given(st.lists(st.tuples(seconds, seconds), min_size=1, max_size=4), st.integers(4, 20))
def test_pieces_count_by_the_time_they_take(pieces: list[tuple[float, float]], rounds: int) -> None:
    base, head = (sum(its) for its in zip(*pieces, strict=True))
    found = estimated(in_pieces([pieces] * rounds))
    assert found.log_ratio == pytest.approx(math.log(head / base), abs=1e-9)
    assert found.pairs == rounds * len(pieces)


def test_a_change_in_one_of_many_pieces_is_not_cut_away() -> None:
    """As a fifth of the pairs it would be."""
    rounds = [[(0.02, 0.02)] * 3 + [(0.02, 0.028)]] * 20
    assert math.exp(estimated(in_pieces(rounds)).log_ratio) == pytest.approx(1.1)


@pytest.mark.parametrize("shares", [(1.0,), (0.5, 0.5), (0.1, 0.9), (0.25, 0.25, 0.25, 0.25)])
def test_the_variance_of_pieces_is_that_of_repeated_passes(shares: tuple[float, ...]) -> None:
    random = np.random.default_rng(3)
    found = []
    for _ in range(150):
        noise = np.exp(0.05 * random.standard_normal((40, len(shares))))
        found.append(estimated(in_pieces([[*zip(shares, shares * each, strict=True)] for each in noise])))
    repeated = statistics.variance([each.log_ratio for each in found])
    assert repeated * 0.7 < statistics.fmean(each.variance for each in found) < repeated * 1.6


def test_too_few_pairs_of_a_piece_estimate_nothing() -> None:
    pairs = in_pieces([[(0.1, 0.1), (0.1, 0.1)]] * 4)
    assert typical(pairs) is not None
    assert typical([pair for pair in pairs if pair.piece == 0 or not pair.reference_first]) is None


def test_too_few_pairs_of_an_order_estimate_nothing() -> None:
    def of(first: int, second: int) -> list[Pair]:
        return [Pair(1.0, 1.0, True)] * first + [Pair(1.0, 1.0, False)] * second

    assert typical([]) is None
    assert typical(of(20, 1)) is None
    assert typical(of(1, 20)) is None
    assert estimated(of(2, 2)) == PassEstimate(0.0, 0.0, 4)


def test_the_variance_is_that_of_repeated_passes() -> None:
    random = np.random.default_rng(2)
    found = []
    for _ in range(300):
        logs = 0.05 * random.standard_normal(60) + np.where(np.resize(ORDERS, 60), 0.1, -0.1)
        found.append(estimated([Pair(1.0, math.exp(log), ORDERS[i % 4]) for i, log in enumerate(logs)]))
    repeated = statistics.variance([each.log_ratio for each in found])
    assert repeated * 0.8 < statistics.fmean(each.variance for each in found) < repeated * 1.5


# Components of variance


def test_components_by_hand() -> None:
    passes = [PassEstimate(0.0, 1e-4, 50), PassEstimate(0.04, 3e-4, 30)]
    within, between = components(passes)
    assert within == pytest.approx((50e-4 + 90e-4) / 2)
    assert between == pytest.approx(8e-4 - 2e-4)
    assert components([PassEstimate(0.01, 1e-4, 60)] * 2)[1] == 0.0
