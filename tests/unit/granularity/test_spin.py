from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.granularity.spin import spin, steps_per_second, truth


@given(st.integers(0, 3_000))
def test_spinning_ends_where_the_closed_form_says(steps: int) -> None:
    assert spin(steps) == truth(steps)


def test_the_calibration_is_a_speed() -> None:
    assert 1e5 < steps_per_second() < 1e9
