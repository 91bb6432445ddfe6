import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.granularity.crossing import crossing, crossing_of, curve

LENGTHS = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]


def logs_of(cost_s: float, noise: float = 0.0, blocks: int = 10, best: float = 1.0, seed: int = 1) -> np.ndarray:
    ideal = np.log([best * length / (length + cost_s) for length in LENGTHS])
    return ideal + noise * np.random.default_rng(seed).standard_t(3, (blocks, len(LENGTHS)))


def test_a_cost_of_one_task_crosses_half_at_that_length() -> None:
    found = crossing(LENGTHS, logs_of(0.001), 0.5)
    assert (found["length_s"], found["low"], found["high"]) == pytest.approx((0.001, 0.001, 0.001))
    # 90 % is at nine costs: 9 ms, on the straight line between 3 and 10 ms
    assert crossing(LENGTHS, logs_of(0.001), 0.9)["length_s"] == pytest.approx(0.009, rel=0.1)


def test_a_share_that_is_never_reached_is_not_extrapolated() -> None:
    found = crossing(LENGTHS, logs_of(0.001, noise=0.02, best=0.8), 0.9)
    assert (found["length_s"], found["low"], found["high"]) == (None, LENGTHS[-1], None)


def test_an_interval_may_end_beyond_what_was_measured() -> None:
    found = crossing(LENGTHS, logs_of(0.001, noise=0.05, best=0.91), 0.9)
    assert found["high"] is None


def test_a_share_that_is_always_reached_is_the_shortest_length() -> None:
    found = crossing(LENGTHS, logs_of(1e-6), 0.5)
    assert (found["length_s"], found["low"], found["high"]) == (0.0001, None, 0.0001)


def test_the_interval_holds_the_truth_in_most_runs() -> None:
    held = 0
    for seed in range(100):
        found = crossing(LENGTHS, logs_of(0.001, noise=0.1, seed=seed), 0.5)
        assert found["low"] is not None
        assert found["high"] is not None
        held += found["low"] <= 0.001 <= found["high"]
    assert held >= 90


@given(st.lists(st.floats(-5, 0.2), min_size=7, max_size=7))
def test_the_curve_never_falls(row: list[float]) -> None:
    risen = curve(np.array([row]))
    assert (np.diff(risen) >= -1e-12).all()
    assert risen.mean() == pytest.approx(np.exp(row).mean())


@given(st.floats(1e-5, 1e-2), st.floats(0.05, 0.95))
def test_longer_costs_cross_later(cost_s: float, share: float) -> None:
    one, other = (crossing_of(LENGTHS, curve(logs_of(cost)), share) for cost in (cost_s, 2 * cost_s))
    assert (one or math.inf) <= (other or math.inf)
