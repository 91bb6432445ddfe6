"""When a comparison looks at its verdicts, and when it ends: whole runs, fed with passes by hand."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.harness.comparison.stopping import FIRST_LOOK, LEAST_PASSES, SLACK, Trial
from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.pass_estimate import PassEstimate
from benchmarks.harness.estimators.questions import Question
from benchmarks.harness.estimators.verdict import Verdict, judge

LIMITS = Limits(0.02, 0.05)
TYPICAL: tuple[Question, ...] = ("typical time",)
QUIET = 1e-6
OPEN = 0.045
"""Truth so near to must-see that noise of a percent leaves it undecided."""


class Step(NamedTuple):
    """What could be seen after a pass."""

    timed: list[str]
    looks: int
    verdicts: dict[str, Verdict]
    open: list[str]
    waiting: list[str]
    elapsed: float


def like(log_ratio: float) -> PassEstimate:
    return PassEstimate(log_ratio, QUIET, 40)


def play(
    trial: Trial,
    costs: Mapping[str, float],
    log_ratio: Callable[[str, int], float],
    shared_s: float = 0.0,
    takes: Callable[[int], float] = lambda _: 1.0,
    drops: Mapping[int, str] | None = None,
) -> list[Step]:
    """A whole run: passes cost what is expected, times `takes`; after some of them a test is dropped."""

    def expected(tests: Sequence[str]) -> float:
        return shared_s + sum(costs[test] for test in tests)

    steps: list[Step] = []
    elapsed, more = 0.0, 1
    while more:
        timed = trial.open
        elapsed += expected(timed) * takes(len(steps))
        if (dropped := (drops or {}).get(len(steps))) in timed:
            trial.drop(dropped)
        for test in timed:
            if test != dropped:
                trial.add(test, {"typical time": like(log_ratio(test, len(steps)))})
        more = trial.step(elapsed, expected)
        steps.append(Step(timed, trial.looks, dict(trial.verdicts), trial.open, trial.waiting, elapsed))
        assert len(steps) < 1000
    return steps


def wobble(test: str, number: int) -> float:
    """Too noisy for a verdict, however many passes."""
    return (-1) ** number * 0.3 + OPEN


def same(test: str, number: int) -> float:
    return 0.001 * (number % 3)


tests_costs = st.dictionaries(st.sampled_from("abcde"), st.floats(0.2, 20), min_size=1)
noises = st.lists(st.sampled_from([0.0, 0.01, -0.01, OPEN, 0.2, -0.3, 0.31]), min_size=1, max_size=12)


def drawn(noise: Sequence[float]) -> Callable[[str, int], float]:
    return lambda test, number: noise[(7 * ord(test) + number) % len(noise)]


# When it looks


def test_a_roomy_budget_looks_after_five_passes_and_at_its_end() -> None:
    steps = play(Trial(30.5, {"a": LIMITS}, TYPICAL), {"a": 1.0}, wobble)
    assert [step.looks for step in steps] == [0] * (FIRST_LOOK - 1) + [1] * (len(steps) - FIRST_LOOK) + [2]
    assert steps[-1].verdicts["a"].passes == len(steps)


def test_a_smaller_budget_looks_half_way() -> None:
    steps = play(Trial(9.0, {"a": LIMITS}, TYPICAL), {"a": 1.0}, wobble)
    looks = [step.looks for step in steps]
    assert looks.index(1) + 1 == len(steps) // 2
    assert looks[-1] == 2


def test_a_single_pass_that_fits_leaves_everything_undecided() -> None:
    (only,) = play(Trial(1.0, {"a": LIMITS, "b": LIMITS}, TYPICAL), {"a": 1.0, "b": 1.0}, same)
    assert {test: verdict.word for test, verdict in only.verdicts.items()} == {"a": "undecided", "b": "undecided"}
    assert only.looks == 1


def test_a_first_pass_that_took_too_long_is_followed_by_shorter_ones() -> None:
    """A third of the budget went to the first: two more fit only with fewer pairs."""
    for shortest_s, passes in ((30.0, 3), (32.0, 2)):
        trial = Trial(100.0, {"a": LIMITS}, TYPICAL)
        elapsed, more, count = 0.0, 1, 0
        while more:
            elapsed += max(shortest_s, min(34.0, trial.room(elapsed) if count else math.inf))
            trial.add("a", {"typical time": like(same("a", count))})
            more = trial.step(elapsed, lambda _: 34.0, lambda _, least=shortest_s: least)
            count += 1
        assert count == passes
        assert elapsed <= 100.0


def test_where_three_passes_do_not_fit_for_all_the_last_tests_wait_and_the_others_get_theirs() -> None:
    """Of 100 s, a first pass of all took 60: of the four, two more passes of two tests fit."""
    trial = Trial(100.0, dict.fromkeys("abcd", LIMITS), TYPICAL)
    steps = play(trial, dict.fromkeys("abcd", 9.0), same, takes=lambda number: 1.0 if number else 60 / 36)
    assert [step.open for step in steps][:2] == [["a", "b"]] * 2
    assert len(steps) == LEAST_PASSES
    assert {test: verdict.word for test, verdict in trial.verdicts.items()} == {"a": "ok", "b": "ok"}
    assert trial.waiting == ["c", "d"]


def test_what_is_decided_at_the_first_look_ends_the_run() -> None:
    trial = Trial(1000.0, {"a": LIMITS, "b": LIMITS}, TYPICAL)
    steps = play(trial, {"a": 1.0, "b": 1.0}, lambda test, number: same(test, number) + (0.3 if test == "b" else 0))
    assert len(steps) == FIRST_LOOK
    assert {test: verdict.word for test, verdict in trial.verdicts.items()} == {"a": "ok", "b": "regressed"}
    assert trial.open == []


@given(tests_costs, noises, noises, st.floats(1, 200))
@settings(max_examples=40, deadline=None)
def test_no_leaning_of_the_figures_brings_a_look_forward(
    costs: dict[str, float], one: list[float], other: list[float], budget: float
) -> None:
    first = [
        [step.looks > 0 for step in play(trial, costs, drawn(noise))].index(True)
        for noise in (one, other)
        for trial in [Trial(budget, dict.fromkeys(costs, LIMITS), TYPICAL)]
    ]
    assert first[0] == first[1]


# Whole runs


@given(tests_costs, noises, st.floats(0.5, 200), st.floats(0, 10))
@settings(max_examples=60, deadline=None)
def test_every_run_ends_within_its_budget_after_two_looks_at_most(
    costs: dict[str, float], noise: list[float], budget: float, shared_s: float
) -> None:
    trial = Trial(budget, dict.fromkeys(costs, LIMITS), TYPICAL)
    steps = play(trial, costs, drawn(noise), shared_s)
    assert 1 <= steps[-1].looks <= 2
    assert steps[-1].elapsed <= max(budget * (1 + 1e-9), steps[0].elapsed)
    assert set(trial.verdicts) | set(trial.waiting) == set(costs)
    assert not trial.waiting or trial.verdicts


@given(tests_costs, noises, st.floats(0.5, 200))
@example(dict(zip("abcde", (1.0, 13.0, 20.0, 20.0, 7.0), strict=True)), [0.0], 193.0)  # the last one waits
@settings(max_examples=40, deadline=None)
def test_a_decided_test_never_reopens(costs: dict[str, float], noise: list[float], budget: float) -> None:
    trial = Trial(budget, dict.fromkeys(costs, LIMITS), TYPICAL)
    steps = play(trial, costs, drawn(noise))
    for before, after in pairwise(steps):
        assert after.timed == before.open
        assert set(after.open) <= {*before.open, *before.waiting}
        for test, verdict in before.verdicts.items():
            if verdict.word != "undecided":
                assert test not in after.timed
                assert after.verdicts[test] == verdict


@given(tests_costs, noises, st.floats(5, 200), st.integers(0, 8))
@settings(max_examples=40, deadline=None)
def test_a_dropped_test_has_no_verdict_and_no_more_passes(
    costs: dict[str, float], noise: list[float], budget: float, after: int
) -> None:
    trial = Trial(budget, dict.fromkeys(costs, LIMITS), TYPICAL)
    dropped = min(costs)
    steps = play(trial, costs, drawn(noise), drops={after: dropped})
    if len(steps) <= after or dropped not in steps[after].timed or any(s.verdicts for s in steps[:after]):
        return
    assert dropped not in trial.verdicts
    assert set(trial.verdicts) | set(trial.waiting) - {dropped} == set(costs) - {dropped}
    assert not any(dropped in step.timed for step in steps[after + 1 :])
    assert len(trial.planned[dropped]) == after


def test_without_any_test_left_the_run_ends() -> None:
    trial = Trial(100.0, {"a": LIMITS}, TYPICAL)
    steps = play(trial, {"a": 1.0}, same, drops={1: "a"})
    assert len(steps) == 2
    assert trial.verdicts == {}


@given(st.floats(0.2, 20), st.floats(1, 100), st.lists(st.floats(1, 0.999 * SLACK), min_size=50, max_size=50))
@settings(max_examples=60, deadline=None)
def test_a_pass_that_takes_a_tenth_longer_still_fits(cost: float, budget: float, takes: list[float]) -> None:
    steps = play(Trial(budget, {"a": LIMITS}, TYPICAL), {"a": cost}, wobble, takes=lambda number: takes[number % 50])
    assert steps[-1].elapsed <= max(budget, cost * SLACK)


# Verdicts


def test_a_dropped_test_does_not_loosen_the_others() -> None:
    """The run's error stays split over both."""
    trial = Trial(5.0, {"a": LIMITS, "b": LIMITS}, TYPICAL)
    play(trial, {"a": 0.5, "b": 0.5}, lambda test, number: 0.01 * number, drops={0: "b"})
    passes = {"a": trial.planned["a"]}
    assert trial.verdicts == judge(passes, {"a": LIMITS}, 1, 2)
    assert trial.verdicts != judge(passes, {"a": LIMITS}, 1, 1)


@pytest.mark.parametrize(("budget", "looks"), [(3.5, 1), (20.0, 2)])
def test_the_only_look_may_spend_all_of_the_error(budget: float, looks: int) -> None:
    trial = Trial(budget, {"a": LIMITS}, TYPICAL)
    play(trial, {"a": 1.0}, lambda test, number: 0.08 * (-1) ** number)
    assert trial.looks == looks
    passes = {"a": trial.planned["a"]}
    assert trial.verdicts == judge(passes, {"a": LIMITS}, 1, 1, skipped=2 - looks)
    assert trial.verdicts != judge(passes, {"a": LIMITS}, 1, 1, skipped=looks - 1)


@pytest.mark.parametrize(("tolerance", "word"), [(0.02, "regressed"), (0.15, "ok")])
def test_each_test_is_held_against_its_own_limits(tolerance: float, word: str) -> None:
    """Also where they became known only with the first pass."""
    trial = Trial(20.0, {"a": LIMITS}, TYPICAL)
    trial.limits["a"] = Limits(tolerance, tolerance + 0.03)
    play(trial, {"a": 1.0}, lambda test, number: 0.1 + 0.0005 * (number % 2))
    assert trial.verdicts["a"].word == word
