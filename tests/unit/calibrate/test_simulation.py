import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from benchmarks.calibrate.simulation import POWER, Sampled, Share, power, run, runs, sampled, seen, share, shifted
from benchmarks.harness.comparison.stopping import Trial
from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.estimators.pass_estimate import PassEstimate
from benchmarks.harness.estimators.questions import Question

LIMITS = Limits(0.02, 0.05)
ORDERS = (True, False, False, True)
SLOWDOWNS = (0.0, 0.02, 0.04, 0.08, 0.2)


def said(log_ratio: float, variance: float = 1e-5) -> dict[Question, PassEstimate]:
    """What a pass says of a test whose rounds all moved alike."""
    one = PassEstimate(log_ratio, variance, 40)
    return {"typical time": one, "total time": one}


def noisy(count: int, sigma: float, tests: Sequence[str] = ("a", "b"), seed: int = 0) -> list[Sampled]:
    """Recorded passes of identical code that differ by `sigma`."""
    rng = np.random.default_rng(seed)
    return [
        Sampled(
            {test: said(float(rng.normal(0, sigma))) for test in tests},
            {test: float(rng.uniform(1, 2)) for test in tests},
            shared_s=3.0,
        )
        for _ in range(count)
    ]


def line(ratio: float, pairs: int = 16) -> dict[str, Any]:
    """A pass as it is recorded: two tests, one of which has too few pairs."""
    rounds = [Pair(0.1, 0.1 * ratio * (1 + 0.01 * (i % 5)), ORDERS[i % 4]) for i in range(pairs)]
    costs = {"setup_s": 1.0, "rounds_s": 2.5, "reason": "", "invalid": 0}
    return {"seconds": 10.0, "tests": {"timed": {"pairs": rounds, **costs}, "cut": {"pairs": rounds[:3], **costs}}}


# A recorded pass


def test_a_pass_has_its_estimates_and_their_costs_apart_from_what_is_shared() -> None:
    found = sampled(line(1.1))
    assert found.estimates.keys() == found.cost_s.keys() == {"timed"}
    assert found.estimates["timed"]["typical time"].log_ratio == pytest.approx(math.log(1.1), abs=0.02)
    assert found.estimates["timed"]["typical time"].pairs == 16
    assert (found.cost_s["timed"], found.shared_s) == (3.5, 6.5)


@given(st.floats(0.5, 2))
@settings(max_examples=20, deadline=None)
def test_a_shift_is_what_a_slower_head_would_have_recorded(factor: float) -> None:
    (moved,) = shifted([sampled(line(1.0))], math.log(factor))
    slower = sampled(line(factor))
    assert moved.estimates["timed"]["typical time"].log_ratio == pytest.approx(
        slower.estimates["timed"]["typical time"].log_ratio, abs=1e-12
    )
    assert moved.estimates["timed"]["typical time"].variance == pytest.approx(
        slower.estimates["timed"]["typical time"].variance, rel=1e-6
    )
    assert (moved.cost_s, moved.shared_s) == (slower.cost_s, slower.shared_s)


# Runs


@given(st.lists(st.floats(1e-9, 1e-4), min_size=1, max_size=5), st.floats(0.1, 10), st.floats(4, 50))
@settings(max_examples=30, deadline=None)
def test_identical_passes_without_noise_never_alarm_and_a_fifth_always_does(
    variances: list[float], cost: float, passes_that_fit: float
) -> None:
    budget = passes_that_fit * (1 + cost * len(variances))  # one pass alone would decide nothing
    tests = {str(index): said(0.0, variance) for index, variance in enumerate(variances)}
    passes = [Sampled(tests, dict.fromkeys(tests, cost), 1.0)] * 3
    for one in runs(passes, budget, LIMITS, 3):
        assert not one.alarm
        assert {verdict.word for verdict in one.verdicts.values()} == {"ok"}
    for one in runs(shifted(passes, math.log(1.2)), budget, LIMITS, 3):
        assert one.alarm
        assert {verdict.word for verdict in one.verdicts.values()} == {"regressed"}


def test_an_improvement_is_no_alarm() -> None:
    one = run(shifted(noisy(5, 0.001), -0.3), 100.0, LIMITS, np.random.default_rng(0))
    assert {verdict.word for verdict in one.verdicts.values()} == {"improved"}
    assert not one.alarm


@pytest.mark.parametrize("seed", range(6))
def test_a_simulated_run_is_what_a_trial_of_the_same_passes_decides(seed: int) -> None:
    passes, budget = noisy(12, 0.02 * (seed % 3), ("a", "b", "c")), 120.0
    simulated = run(passes, budget, LIMITS, np.random.default_rng(seed))
    draws = np.random.default_rng(seed)
    trial = Trial(budget, dict.fromkeys("abc", LIMITS))
    seconds, more = [0.0], 1
    while more:
        drawn = passes[int(draws.integers(12))]
        seconds.append(drawn.shared_s + sum(drawn.cost_s[test] for test in trial.open))
        for test in trial.open:
            trial.add(test, drawn.estimates[test])
        more = trial.step(
            sum(seconds),
            lambda tests, drawn=drawn: drawn.shared_s + sum(drawn.cost_s[test] for test in tests),
        )
    assert simulated.verdicts == trial.verdicts
    assert simulated.passes == len(seconds) - 1
    assert simulated.seconds == pytest.approx(sum(seconds))


def test_a_run_takes_no_more_than_its_budget() -> None:
    found = list(runs(noisy(12, 0.05), 80.0, LIMITS, 30))
    assert max(one.seconds for one in found) <= 80.0
    assert max(one.passes for one in found) > 10


def test_a_test_for_which_there_was_no_time_is_undecided() -> None:
    """Three passes of both would take 81 s, the first one and two more of one test 57 s."""
    passes = [Sampled({"a": said(0.5), "b": said(0.5)}, {"a": 12.0, "b": 12.0}, shared_s=3.0)] * 3
    one = run(passes, 70.0, LIMITS, np.random.default_rng(0))
    assert {test: verdict.word for test, verdict in one.verdicts.items()} == {"a": "regressed", "b": "undecided"}
    assert [share.value for share in power(passes, (0.0,), 70.0, LIMITS, 2)["b"]] == [0.0]


def test_the_same_seed_gives_the_same_runs() -> None:
    passes = noisy(12, 0.03)
    one, again, other = (list(runs(passes, 60.0, LIMITS, 5, seed)) for seed in (1, 1, 2))
    assert one == again
    assert one != other


# Shares of runs


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_a_share_has_the_interval_of_clopper_and_pearson(hits: list[bool]) -> None:
    found = share(hits)
    count, total = sum(hits), len(hits)
    assert (found.hits, found.runs, found.value) == (count, total, count / total)
    assert found.low == pytest.approx(stats.beta.ppf(0.025, count, total - count + 1) if count else 0.0, abs=1e-9)
    assert found.high == pytest.approx(
        stats.beta.ppf(0.975, count + 1, total - count) if count < total else 1, abs=1e-9
    )


def test_a_share_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no runs"):
        share([])


def test_more_slowdown_is_seen_more_often_and_a_noisy_test_less_often_than_a_quiet_one() -> None:
    quiet, loud = noisy(10, 0.002, ("quiet",)), noisy(10, 0.05, ("loud",))
    passes = [
        Sampled(one.estimates | other.estimates, one.cost_s | other.cost_s, 3.0)
        for one, other in zip(quiet, loud, strict=True)
    ]
    found = power(passes, SLOWDOWNS, 60.0, LIMITS, 40)
    assert list(found) == ["quiet", "loud"]
    assert all([one.runs for one in shares] == [40] * len(SLOWDOWNS) for shares in found.values())
    assert all(one.hits <= other.hits for one, other in pairwise(found["quiet"]))
    assert found["quiet"][0].hits == 0
    assert found["quiet"][-1].hits == 40
    assert found["loud"][2].hits < found["quiet"][2].hits


# The smallest slowdown that is seen


def of(*values: float) -> list[Share]:
    return [Share(round(1000 * value), 1000, 0.0, 1.0) for value in values]


def test_between_two_slowdowns_the_smallest_one_is_interpolated() -> None:
    assert seen((0.0, 0.02, 0.04), of(0.0, 0.8, 1.0)) == pytest.approx(0.03)
    assert seen((0.0, 0.02, 0.04), of(0.0, POWER, 1.0)) == pytest.approx(0.02)


def test_what_is_seen_without_any_slowdown_is_seen_at_the_first() -> None:
    assert seen((0.01, 0.02), of(0.95, 1.0)) == 0.01


def test_what_is_never_seen_has_no_smallest() -> None:
    assert seen((0.0, 0.2), of(0.0, 0.89)) is None


@given(st.lists(st.floats(0, 1), min_size=len(SLOWDOWNS), max_size=len(SLOWDOWNS)))
def test_the_smallest_lies_beside_the_first_slowdown_that_is_seen(values: list[float]) -> None:
    shares = of(*values)
    found = seen(SLOWDOWNS, shares)
    first = next((index for index, one in enumerate(shares) if one.value >= POWER), None)
    assert (found is None) == (first is None)
    if found is not None and first is not None:
        assert SLOWDOWNS[max(first - 1, 0)] <= found <= SLOWDOWNS[first]
