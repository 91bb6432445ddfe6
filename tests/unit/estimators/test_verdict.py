"""Words and bounds from passes, by hand and over whole runs with a known truth."""

import math
import statistics
from collections.abc import Sequence

import numpy as np
import pytest
from scipy import stats

from benchmarks.harness.estimators.pass_estimate import PassEstimate
from benchmarks.harness.estimators.verdict import (
    LOOK_SHARES,
    RUN_ERROR,
    Limits,
    Settled,
    Verdict,
    detectable,
    interval,
    judge,
)

NOMINAL = RUN_ERROR * LOOK_SHARES[0]


def passes_of(logs: Sequence[float], variance: float = 1e-4, pairs: int = 60) -> list[PassEstimate]:
    return [PassEstimate(float(log), variance, pairs) for log in logs]


def alone(logs: Sequence[float], limits: Limits | None = None) -> Verdict:
    return judge({"it": passes_of(logs)}, {"it": limits or Limits()}, 0, 1)["it"]


# The verdict


@pytest.mark.parametrize("number", [1, 2])
def test_one_or_two_tests_have_a_plain_t(number: int) -> None:
    logs = [0.01, 0.03, 0.02, 0.05]
    passes = {str(i): passes_of(np.array(logs) * (1 + i)) for i in range(number)}
    result = judge(passes, {"0": Limits()}, 0, number)["0"]
    expected = stats.t(3, statistics.fmean(logs), statistics.stdev(logs) / 2).interval(1 - 2 * NOMINAL / number)
    assert result.low is not None
    assert result.high is not None
    assert (math.log1p(result.low), math.log1p(result.high)) == pytest.approx(expected)
    assert result.slowdown == pytest.approx(math.expm1(0.0275))
    assert (result.passes, result.pairs) == (4, 240)


def test_a_moderated_t_by_hand() -> None:
    # Passes at ±x around a mean have s² = 4x²/3: ratios 1, 2 and 3 to variances within of 1e-4, the noisy test's 4e-4.
    def around(mean: float, ratio: float, within: float) -> list[PassEstimate]:
        x = math.sqrt(ratio * within * 3 / 4)
        return passes_of([mean - x, mean + x, mean - x, mean + x], within)

    passes = {"a": around(0.0, 3, 1e-4), "b": around(0.1, 2, 1e-4), "noisy": around(0.2, 1, 4e-4)}
    # The ratios' mean is 2; logs of 1, 2, 3 vary by 0.31, less than trigamma(1.5) = 0.93, so d₀ is at its limit, 10.95.
    # 9 degrees of freedom in all tests cap d₀ + 3.
    freedom = 10.947
    ratio = (freedom * 2 + 3 * 1) / (freedom + 3)
    reach = stats.t.isf(NOMINAL / 3, 9) * math.sqrt(ratio * 4e-4 / 4)
    result = judge(passes, {"noisy": Limits()}, 0, 3)["noisy"]
    assert result.low == pytest.approx(math.expm1(0.2 - reach), rel=1e-4)
    assert result.high == pytest.approx(math.expm1(0.2 + reach), rel=1e-4)


def test_who_is_not_judged_still_lends() -> None:
    random = np.random.default_rng(5)
    passes = {str(i): passes_of(random.normal(0, 0.1, 3)) for i in range(6)}  # too noisy for any verdict
    everyone = judge(passes, dict.fromkeys(passes, Limits()), 1, 6)
    assert judge(passes, {"4": Limits()}, 1, 6) == {"4": everyone["4"]}
    unlent = judge({"4": passes["4"]}, {"4": Limits()}, 1, 6)["4"]
    assert everyone["4"].visible is not None
    assert unlent.visible is not None
    assert everyone["4"].visible < unlent.visible


@pytest.mark.parametrize(
    ("low", "high", "word"),
    [
        (0.021, 0.20, "regressed"),
        (0.021, 0.04, "regressed"),  # though must-see is ruled out
        (0.019, 0.20, "undecided"),
        (0.019, 0.051, "undecided"),
        (0.019, 0.049, "ok"),
        (-0.10, 0.049, "ok"),
        (-0.10, -0.019, "ok"),
        (-0.10, -0.021, "improved"),
        (-0.10, 0.051, "undecided"),
    ],
)
def test_the_word_follows_from_the_bounds(low: float, high: float, word: str) -> None:
    # Three passes at mean − x, mean and mean + x have a standard error of x / √3.
    centre, reach = (math.log1p(high) + math.log1p(low)) / 2, (math.log1p(high) - math.log1p(low)) / 2
    x = math.sqrt(3) * reach / stats.t.isf(NOMINAL, 2)
    result = alone([centre - x, centre, centre + x])
    assert (result.low, result.high) == (pytest.approx(low), pytest.approx(high))
    assert result.word == word


def test_the_limits_are_the_callers() -> None:
    logs = [0.080, 0.081, 0.080, 0.081]
    assert alone(logs).word == "regressed"
    assert alone(logs, Limits(tolerance=0.1, must_see=0.2)).word == "ok"


def test_one_pass_decides_nothing() -> None:
    assert alone([0.5]) == Verdict("undecided", pytest.approx(math.expm1(0.5)), None, None, None, 1, 60)


def test_one_pass_decides_nothing_beside_others_with_more() -> None:
    passes = {str(i): passes_of([0.0, 0.01, 0.02]) for i in range(4)} | {"it": passes_of([0.5])}
    assert judge(passes, {"it": Limits()}, 0, 5)["it"].low is None


def test_no_pass_has_not_even_a_slowdown() -> None:
    assert judge({}, {"it": Limits()}, 0, 1) == {"it": Verdict("undecided", None, None, None, None, 0, 0)}


def test_passes_that_agree_exactly_have_finite_bounds() -> None:
    one = alone([0.1, 0.1, 0.1])
    assert one.word == "regressed"
    passes = {str(i): passes_of([0.1 * i] * 3, 0.0) for i in range(4)}
    for i, result in enumerate(judge(passes, dict.fromkeys(passes, Limits()), 0, 4).values()):
        assert None not in (result.low, result.high, result.visible)
        assert result.slowdown == pytest.approx(math.expm1(0.1 * i))
        assert result.word == ("ok" if i == 0 else "regressed")


def test_wild_passes_overflow_nothing() -> None:
    result = alone([-100.0, 100.0])
    assert result.word == "undecided"
    assert result.high is not None
    assert math.isfinite(result.high)


def test_tests_and_looks_share_the_error() -> None:
    def width(tests: int) -> float:
        result = judge({"it": passes_of([0.0, 0.01, 0.02])}, {"it": Limits()}, 1, tests)["it"]
        assert result.low is not None
        assert result.high is not None
        return math.log1p(result.high) - math.log1p(result.low)

    assert sum(LOOK_SHARES) == pytest.approx(1)
    assert width(12) / width(1) == pytest.approx(stats.t.isf(NOMINAL / 12, 2) / stats.t.isf(NOMINAL, 2))


def test_wrong_counts_are_errors() -> None:
    passes = {"a": passes_of([0.0, 0.1]), "b": passes_of([0.0, 0.1])}
    with pytest.raises(ValueError, match="1 tests in a run that judges 2"):
        judge(passes, dict.fromkeys(passes, Limits()), 0, 1)
    with pytest.raises(ValueError, match="look 2 is not planned"):
        judge(passes, {"a": Limits()}, 2, 2)
    with pytest.raises(ValueError, match="look -1"):
        judge(passes, {"a": Limits()}, -1, 2)
    with pytest.raises(ValueError, match="look 0"):
        judge(passes, {"a": Limits()}, 0, 2, skipped=1)


def test_a_look_that_is_not_taken_leaves_its_share_to_the_next_one() -> None:
    passes = {"it": passes_of([0.0, 0.01, 0.02])}
    only = judge(passes, {"it": Limits()}, 1, 3, skipped=1)["it"]
    last = judge(passes, {"it": Limits()}, 1, 3)["it"]
    assert only == judge(passes, {"it": Limits()}, 1, 3, error=2 * RUN_ERROR)["it"]
    assert only.low is not None
    assert last.low is not None
    assert last.low < only.low


def test_what_an_earlier_look_has_settled_leaves_its_share_to_the_others() -> None:
    """Of six tests four are decided: two share the error, each of a family by itself."""

    def bounds(settled: Settled) -> tuple[float, float]:
        passes = {str(i): passes_of([-0.3, 0.0, 0.3]) for i in range(2)}  # too noisy for any verdict
        result = judge(passes, dict.fromkeys(passes, Limits()), 1, 6, settled)["0"]
        assert result.low is not None
        assert result.high is not None
        centre = statistics.fmean(one.log_ratio for one in passes["0"])
        return centre - math.log1p(result.low), math.log1p(result.high) - centre

    none_low, none_high = bounds(Settled())
    assert none_low == pytest.approx(none_high)
    good_low, good_high = bounds(Settled(good=4))
    assert good_low == pytest.approx(none_low)
    assert good_high / none_high == pytest.approx(stats.t.isf(NOMINAL / 2, 2) / stats.t.isf(NOMINAL / 6, 2))
    bad_low, bad_high = bounds(Settled(regressed=4))
    assert bad_high == pytest.approx(none_high)
    assert bad_low / none_low == pytest.approx(stats.t.isf(NOMINAL / 2, 2) / stats.t.isf(NOMINAL / 6, 2))


# What could be seen


@pytest.mark.parametrize("freedom", [1, 1.5, 2, 3, 5.5, 9, 13.9, 40, 132])
@pytest.mark.parametrize("error", [NOMINAL, NOMINAL / 3, NOMINAL / 12])
def test_the_visible_is_exceeded_nine_times_in_ten(freedom: float, error: float) -> None:
    critical = stats.t.isf(error, freedom)
    away = detectable(0.01, freedom, error) / 0.01
    assert stats.nct.sf(critical, freedom, away) == pytest.approx(0.9, abs=1e-4)
    # The same without the noncentral t: over quantiles of χ, how often a normal estimate clears that many errors.
    chi = np.sqrt(stats.chi2.ppf((np.arange(4000) + 0.5) / 4000, freedom) / freedom)
    assert stats.norm.cdf(away - critical * chi).mean() == pytest.approx(0.9, abs=1e-3)


def test_interval_is_symmetric_around_its_centre() -> None:
    assert interval(0.1, 0.02, 3, 0.025) == pytest.approx((0.1 - 3.1824463 * 0.02, 0.1 + 3.1824463 * 0.02))


# Whole runs with a known truth


def run(random: np.random.Generator, logs: np.ndarray, ratios: np.ndarray, count: int) -> list[Verdict]:
    """Tests alternately quiet and noisy, with normal passes and each pass's variance known to 41 %."""
    within = np.where(np.arange(len(logs)) % 2, 0.010, 0.004) ** 2
    centres = logs[:, None] + np.sqrt(ratios * within)[:, None] * random.standard_normal((len(logs), count))
    variances = within[:, None] * random.gamma(1 / 0.41**2, 0.41**2, centres.shape)
    passes = {
        str(i): [PassEstimate(log, variance, 60) for log, variance in zip(centres[i], variances[i], strict=True)]
        for i in range(len(logs))
    }
    return list(judge(passes, dict.fromkeys(passes, Limits()), 0, len(logs)).values())


FAR = {"regressed": 0.3, "ok": -0.3, "improved": -0.3}
"""Slowdowns that every run calls so, or better."""


@pytest.mark.parametrize(
    ("differ", "truth", "wrong", "settled", "runs"),
    [
        (False, 0.02, "regressed", 0, 4000),
        (True, 0.02, "regressed", 0, 4000),
        (False, 0.05, "ok", 0, 2000),
        (True, 0.05, "ok", 0, 2000),
        (False, -0.02, "improved", 0, 2000),
        (False, 0.02, "regressed", 3, 2000),
        (False, 0.05, "ok", 3, 2000),
        (False, -0.02, "improved", 3, 2000),
    ],
)
def test_false_words_stay_at_their_rate(differ: bool, truth: float, wrong: str, settled: int, runs: int) -> None:
    """4 passes of 6 tests at a limit, the most that is not beyond it; or of 3, beside others that are clearly beyond.

    By Holm's rule those leave their share to the others, whose rate stays what all may have together; *improved* is
    held against the error of all tests. Ratios all 2, or 1 to 4.
    """
    random = np.random.default_rng(7)
    logs = np.log1p(np.array([truth] * (6 - settled) + [FAR[wrong]] * settled))
    wrongly = each = 0
    for _ in range(runs):
        ratios = np.exp(random.uniform(0, math.log(4), 6)) if differ else np.full(6, 2.0)
        results = run(random, logs, ratios, 4)
        assert {result.word for result in results[6 - settled :]} <= {
            "regressed" if wrong == "regressed" else "improved"
        }
        # For *ok* the bound itself: where the other one is above the tolerance, the word would be *regressed*.
        found = sum(
            result.high is not None and result.high < truth if wrong == "ok" else result.word == wrong
            for result in results[: 6 - settled]
        )
        wrongly, each = wrongly + (found > 0), each + found
    assert wrongly / runs <= NOMINAL + 2 * math.sqrt(NOMINAL * (1 - NOMINAL) / runs)
    share = NOMINAL / 6 if wrong == "improved" else NOMINAL / (6 - settled)
    assert 0.4 < each / runs / (6 - settled) / share < 1.3  # not far off on the safe side either


def test_the_visible_slowdown_is_seen_nine_times_in_ten() -> None:
    # A test on its own, whose standard error is known: 0.01 / √4.
    random, runs = np.random.default_rng(8), 4000
    visible = math.log1p(0.02) + detectable(0.005, 3, NOMINAL)
    seen = sum(alone(random.normal(visible, 0.01, 4)).word == "regressed" for _ in range(runs))
    assert seen / runs == pytest.approx(0.9, abs=3 * math.sqrt(0.9 * 0.1 / runs))


def test_the_visible_slowdown_that_runs_tell_is_seen_about_as_often() -> None:
    # Noisy tests that borrow: a slowdown of the median that such runs tell. Standard errors are estimates, so the share
    # is not exactly 0.9: 0.85 of 3000.
    # One of six: where all are slower, the first that are called so make it easier for the others.
    random, ratios, runs = np.random.default_rng(8), np.full(6, 2.0), 1000
    told = [result.visible for _ in range(300) for result in run(random, np.zeros(6), ratios, 4)[1::2]]
    logs = np.zeros(6)
    logs[1] = math.log1p(statistics.median([each for each in told if each is not None]))
    seen = [run(random, logs, ratios, 4)[1].word == "regressed" for _ in range(runs)]
    assert statistics.fmean(seen) == pytest.approx(0.9, abs=0.07)
