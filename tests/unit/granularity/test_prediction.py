import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.granularity.prediction import shortest_task


def test_predictions_that_can_be_worked_out() -> None:
    # 1 ms a task: half is gone at 1 ms, a tenth at 9 ms. At 1 000 tasks a second 100 CPUs want 50 ms for half.
    assert shortest_task(0.5, 1, 0.001, 1_000, computation=1.0) == pytest.approx(0.001)
    assert shortest_task(0.9, 1, 0.001, 1_000, computation=1.0) == pytest.approx(0.009)
    assert shortest_task(0.5, 100, 0.001, 1_000, computation=1.0) == pytest.approx(0.05)


def test_tasks_that_slow_each_other_down_have_to_be_longer() -> None:
    # Each takes 1 / 0.95 times as long beside the others, so that 90 % leave 1 - 0.9 / 0.95 = 1 / 19 for the cost.
    assert shortest_task(0.9, 2, 0.001, 1e6, computation=0.95) == pytest.approx(0.9 * 19 * 0.001)
    # What a driver can feed does not depend on how long tasks take: it is bound by what they take alone.
    assert shortest_task(0.5, 100, 0.001, 1_000, computation=0.95) == pytest.approx(0.05)


@pytest.mark.parametrize("share", [0.8, 0.9])
def test_what_tasks_lose_to_each_other_no_length_brings_back(share: float) -> None:
    assert shortest_task(share, 2, 0.001, 1e6, computation=0.8) is None
    assert shortest_task(0.79, 2, 0.001, 1e6, computation=0.8) is not None


@given(
    st.floats(0.01, 0.99),
    st.integers(1, 10_000),
    st.floats(1e-6, 1),
    st.floats(1, 1e6),
    st.floats(0.02, 1.2),
)
def test_the_predicted_length_reaches_the_share_exactly(
    share: float, cpus: int, cost_s: float, rate: float, computation: float
) -> None:
    length = shortest_task(share, cpus, cost_s, rate, computation)
    assert (length is None) == (share >= computation)
    if length is not None:
        assert min(length / (length / computation + cost_s), length * rate / cpus) == pytest.approx(share)
