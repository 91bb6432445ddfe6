import math
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.comparison.allocation import (
    ENOUGH_PAIRS,
    FIRST_PAIRS,
    LEAST_PAIRS,
    MOST_PAIRS,
    MOST_SHARES,
    PASSES_WANTED,
    Allocation,
)
from benchmarks.harness.estimators.pass_estimate import PassEstimate

ROOMY_S = 1e6
"""A share of the budget that never limits."""

seconds = st.floats(1e-4, 100)
variances = st.floats(0, 1e-2)
estimates = st.lists(
    st.builds(PassEstimate, st.floats(-0.1, 0.1), variances, st.integers(LEAST_PAIRS, MOST_PAIRS)), max_size=8
)


def pairs(test: str, pair_s: float, setup_s: float, known: Mapping[str, Sequence[PassEstimate]], share_s: float) -> int:
    """What a test gets where each has `share_s` seconds of the budget, and pairs of `pair_s` seconds."""
    each = {name: pair_s for name, its in known.items() if its}
    return Allocation(known, setup_s, share_s * max(len(known), 1), pair_s=each).pairs(test, pair_s)


def first_pairs(pair_s: float, share_s: float) -> int:
    return pairs("new", pair_s, 0.0, {"new": []}, share_s)


def passes(spread: float, variance: float = 1e-5, count: int = 8, of: int = 40) -> list[PassEstimate]:
    return [PassEstimate(spread * (-1) ** number, variance, of) for number in range(count)]


@given(st.dictionaries(st.sampled_from("abc"), estimates, min_size=1), seconds, seconds, seconds)
def test_any_plan_is_whole_blocks_of_four_within_limits(
    known: dict[str, list[PassEstimate]], pair_s: float, setup_s: float, share_s: float
) -> None:
    for count in (pairs("a", pair_s, setup_s, known, share_s), first_pairs(pair_s, share_s)):
        assert count % 4 == 0
        assert LEAST_PAIRS <= count <= MOST_PAIRS


def test_without_knowledge_there_are_the_first_pairs() -> None:
    assert first_pairs(0.1, ROOMY_S) == FIRST_PAIRS
    assert pairs("new", 0.1, 1.0, {"new": [], "old": passes(0.01)}, ROOMY_S) == FIRST_PAIRS


@given(st.floats(0.01, 20), st.floats(1, 1000))
def test_rounds_leave_time_for_the_passes_that_are_wanted(pair_s: float, share_s: float) -> None:
    count = first_pairs(pair_s, share_s)
    assert count == LEAST_PAIRS or (count - 4) * pair_s * PASSES_WANTED <= share_s


def test_the_budget_is_shared_by_all_tests_also_by_those_that_are_only_expected() -> None:
    assert Allocation({"a": []}, 0.0, 80.0).pairs("a", 0.5) == 20
    assert Allocation({"a": [], "b": []}, 0.0, 160.0).pairs("a", 0.5) == 20
    assert Allocation({}, 0.0, 160.0, tests=2).pairs("a", 0.5) == 20


def test_slow_rounds_are_few() -> None:
    """A function of ten seconds takes 80 in a pass, not 320."""
    assert first_pairs(pair_s=1.0, share_s=60.0) == 8
    for pair_s in (2.0, 20.0):
        assert first_pairs(pair_s, share_s=60.0) == LEAST_PAIRS
        assert pairs("a", pair_s, 10.0, {"a": passes(0.0, 1e-3)}, share_s=30.0) == LEAST_PAIRS


def test_where_the_room_is_too_small_each_test_has_fewer_by_the_same_share() -> None:
    known, each = {"a": passes(0.01, 1e-4), "b": passes(0.01, 8e-5)}, {"a": 0.1, "b": 0.05}
    roomy = Allocation(known, 10.0, ROOMY_S, pair_s=each, room_s=ROOMY_S)
    wanted = {test: roomy.pairs(test, each[test]) for test in known}
    seconds = sum(wanted[test] * each[test] for test in known)
    tight = Allocation(known, 10.0, ROOMY_S, pair_s=each, room_s=seconds / 2)
    given_ = {test: tight.pairs(test, each[test]) for test in known}
    assert min(wanted.values()) > ENOUGH_PAIRS
    for test in known:
        assert wanted[test] / 2 - 4 < given_[test] <= wanted[test] / 2
        assert given_[test] % 4 == 0


@given(st.dictionaries(st.sampled_from("abc"), estimates, min_size=1), seconds, seconds, seconds, st.floats(-10, 1e4))
def test_in_its_room_a_pass_fits_unless_it_has_the_fewest_pairs(
    known: dict[str, list[PassEstimate]], pair_s: float, setup_s: float, share_s: float, room_s: float
) -> None:
    each = dict.fromkeys(known, pair_s)
    plan = Allocation(known, setup_s, share_s * len(known), pair_s=each, room_s=room_s)
    counts = [plan.pairs(test, pair_s) for test in known]
    over = [count for count in counts if count > LEAST_PAIRS]
    assert sum(over) * pair_s <= max(room_s, 0) * (1 + 1e-9)
    assert all(count % 4 == 0 and LEAST_PAIRS <= count <= MOST_PAIRS for count in counts)


def test_the_best_number_is_that_of_kalibera_and_jones() -> None:
    """√(set-up / pair × within / between), of one test: √(9 / 0.01 × 400e-6 / 100e-6) = 60."""
    spread = (100e-6 + 10e-6) ** 0.5  # passes differ by what their pairs leave open, and by 100e-6 of their own
    known = [PassEstimate(sign * spread * (7 / 8) ** 0.5, 10e-6, 40) for sign in (1, -1) * 4]
    assert pairs("a", 0.01, 9.0, {"a": known}, ROOMY_S) == 60


def test_a_set_up_that_several_tests_share_is_worth_fewer_pairs_of_each() -> None:
    """Of four such tests each gets half as many."""
    spread = (100e-6 + 10e-6) ** 0.5
    known = [PassEstimate(sign * spread * (7 / 8) ** 0.5, 10e-6, 40) for sign in (1, -1) * 4]
    assert pairs("a", 0.0025, 9.0, dict.fromkeys("abcd", known), ROOMY_S) == 60


def test_noisy_rounds_get_more_of_the_time_than_quiet_ones() -> None:
    known = {"quiet": passes(0.01, 1e-7), "noisy": passes(0.01, 1e-4)}
    assert pairs("noisy", 0.1, 10.0, known, ROOMY_S) > pairs("quiet", 0.1, 10.0, known, ROOMY_S)


def test_time_goes_to_tests_by_the_root_of_their_noise_and_cost() -> None:
    known = {"quiet": passes(0.01, 2e-4), "noisy": passes(0.01, 4e-4), "slow": passes(0.01, 2e-4)}
    each = {"quiet": 0.05, "noisy": 0.05, "slow": 0.1}
    plan = Allocation(known, 60.0, 200.0, pair_s=each)
    counts = {test: plan.pairs(test, each[test]) for test in known}
    assert min(counts.values()) > ENOUGH_PAIRS
    assert counts["noisy"] / counts["quiet"] == pytest.approx(2**0.5, rel=0.05)
    assert counts["quiet"] / counts["slow"] == pytest.approx(2**0.5, rel=0.05)
    assert sum(counts[test] * each[test] for test in known) <= 200 / PASSES_WANTED + 3 * 4 * 0.1


def test_one_test_does_not_take_all_of_the_time() -> None:
    known = {"wild": passes(0.1, 1e-1), **{f"calm {number}": passes(0.01, 1e-5) for number in range(5)}}
    plan = Allocation(known, 60.0, 300.0, pair_s=dict.fromkeys(known, 0.2))
    assert plan.pairs("wild", 0.2) * 0.2 <= MOST_SHARES * 300 / 6 / PASSES_WANTED + 4 * 0.2
    assert plan.pairs("calm 0", 0.2) >= ENOUGH_PAIRS


def test_time_that_no_further_pass_could_use_goes_to_rounds() -> None:
    """Set-up takes 60 s: there are three passes of 100 s, and 40 s of rounds in each fit as well as 25."""
    known, each = {"a": passes(0.01, 1e-3), "b": passes(0.01, 1e-3)}, {"a": 0.5, "b": 0.5}
    free, filled = (Allocation(known, 60.0, 200.0, pair_s=each, room_s=room) for room in (math.inf, 40.0))
    assert sum(free.pairs(test, 0.5) * 0.5 for test in known) <= 25 + 2 * 4 * 0.5
    assert 36 <= sum(filled.pairs(test, 0.5) * 0.5 for test in known) <= 40
    cheap = Allocation(known, 10.0, 200.0, pair_s=each, room_s=80.0)
    assert sum(cheap.pairs(test, 0.5) * 0.5 for test in known) <= 25 + 2 * 4 * 0.5


def test_short_rounds_are_more() -> None:
    known = {"a": passes(0.01, 3e-5)}
    assert pairs("a", 0.05, 10.0, known, ROOMY_S) > pairs("a", 0.5, 10.0, known, ROOMY_S)


def test_passes_that_differ_much_make_pairs_pointless() -> None:
    assert pairs("a", 0.1, 1.0, {"a": passes(0.3)}, ROOMY_S) == ENOUGH_PAIRS


def test_passes_that_add_nothing_make_pairs_worth_their_time() -> None:
    assert pairs("a", 0.01, 10.0, {"a": passes(0.0, 1e-4)}, ROOMY_S) == MOST_PAIRS


def test_a_dear_set_up_is_worth_more_pairs() -> None:
    known = {"a": passes(0.01)}
    assert pairs("a", 0.1, 60.0, known, ROOMY_S) > pairs("a", 0.1, 2.0, known, ROOMY_S)


def test_few_passes_do_not_make_the_plan_jump() -> None:
    """Two passes that happen to agree, or not, are no reason for another number."""
    agreeing, apart = passes(0.0, count=2), passes(0.05, count=2)
    assert pairs("a", 0.1, 10.0, {"a": agreeing}, ROOMY_S) == pairs("a", 0.1, 10.0, {"a": apart}, ROOMY_S)


def test_the_second_pass_plans_with_what_the_first_one_shows_already() -> None:
    """A test whose rounds are quiet need not have forty pairs again."""
    assert pairs("a", 0.1, 2.0, {"a": passes(0.0, 1e-7, count=1)}, ROOMY_S) == ENOUGH_PAIRS
