import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.estimators.pairs import Pair, blocks
from benchmarks.harness.estimators.speedup import median_interval, speedup

ORDERS = (True, False, False, True)


def pairs_of(ratios: list[float], orders: tuple[bool, ...] = ORDERS) -> list[Pair]:
    return [Pair(ratio, 1.0, orders[i % len(orders)]) for i, ratio in enumerate(ratios)]


def test_the_median_of_known_ratios() -> None:
    result = speedup(pairs_of([1.5] * 20))
    assert result["median"] == pytest.approx(1.5)
    assert (result["low"], result["high"]) == (pytest.approx(1.5), pytest.approx(1.5))
    assert result["pairs"] == 20


def test_the_interval_lies_between_the_order_statistics_around_95_percent() -> None:
    # Ten blocks: the second and ninth value bound the median at 97.85 %, the third and eighth at 89.06 %. Of the way
    # from 97.85 to 95 % it is I = 0.3244, so of the way between the values 8 I / (2 + 6 I) = 0.6577.
    values = [math.exp(0.01 * i) for i in range(10)]
    result = speedup(pairs_of([value for value in values for _ in range(2)]))
    assert result["median"] == pytest.approx(math.exp(0.045))
    assert (result["low"], result["high"]) == pytest.approx((math.exp(0.016577), math.exp(0.073423)), rel=1e-6)


def test_where_the_level_is_met_exactly_nothing_is_interpolated() -> None:
    values = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]
    assert median_interval(values, 1 - 22 / 1024) == (1.0, 8.0)


def test_an_effect_of_the_order_cancels() -> None:
    pairs = [Pair(2.0 * (1.2 if first else 1 / 1.2), 1.0, first) for first in ORDERS * 5]
    assert speedup(pairs)["median"] == pytest.approx(2.0)


def test_a_steady_drift_cancels() -> None:
    pairs = []
    for i in range(40):
        first, second = math.exp(0.01 * 2 * i), math.exp(0.01 * (2 * i + 1))
        partner_first = ORDERS[i % 4]
        pairs.append(
            Pair(1.8 * (first if partner_first else second), second if partner_first else first, partner_first)
        )
    assert speedup(pairs)["median"] == pytest.approx(1.8)


def test_few_pairs_have_no_interval() -> None:
    assert speedup(pairs_of([1.1, 1.2]))["low"] is None
    assert speedup(pairs_of([1.1] * 10))["high"] is None
    assert speedup(pairs_of([1.1] * 12))["low"] is not None


def test_a_single_pair_is_a_plain_ratio() -> None:
    result = speedup([Pair(3.0, 2.0, True)])
    assert (result["median"], result["low"], result["pairs"]) == (1.5, None, 1)


def test_no_pair_is_an_error() -> None:
    with pytest.raises(ValueError, match="no valid pair"):
        speedup([])


def test_a_lost_pair_leaves_both_orders_equal() -> None:
    kept = pairs_of([1.0] * 8)
    del kept[3]
    assert len(blocks(kept)) == 3
    assert speedup(kept)["pairs"] == 6


@given(st.lists(st.floats(0.01, 100), min_size=12, max_size=200), st.floats(0.01, 100))
def test_slower_partners_scale_everything(ratios: list[float], factor: float) -> None:
    one, other = speedup(pairs_of(ratios)), speedup(pairs_of([ratio * factor for ratio in ratios]))
    assert one["low"] is not None
    assert one["high"] is not None
    assert one["low"] <= one["median"] * (1 + 1e-9)
    assert one["median"] <= one["high"] * (1 + 1e-9)
    assert other["median"] == pytest.approx(one["median"] * factor)


@given(st.lists(st.tuples(st.floats(0.1, 10), st.booleans()), min_size=2, max_size=60))
def test_blocks_use_each_pair_once_and_both_orders_equally(cases: list[tuple[float, bool]]) -> None:
    found = blocks([Pair(ratio, 1.0, first) for ratio, first in cases])
    assert len(found) <= min(sum(first for _, first in cases), sum(not first for _, first in cases))


def test_the_interval_holds_the_truth_in_95_of_100_runs() -> None:
    random = np.random.default_rng(1)
    runs = 2000
    held = 0
    for _ in range(runs):
        logs = np.log(1.7) + 0.12 * random.standard_t(3, 40) + np.where(np.resize(ORDERS, 40), 0.05, -0.05)
        result = speedup(pairs_of(list(np.exp(logs))))
        assert result["low"] is not None
        assert result["high"] is not None
        held += result["low"] <= 1.7 <= result["high"]
    assert held / runs == pytest.approx(0.95, abs=3 * math.sqrt(0.95 * 0.05 / runs))
