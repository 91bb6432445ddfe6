import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.text import duration, percent, seconds, size


@pytest.mark.parametrize(
    ("value", "text"),
    [(83.1, "83.1 s"), (1.25, "1.25 s"), (0.0831, "83.1 ms"), (0.34, "340 ms"), (3.4e-4, "340 µs"), (2e-8, "0.02 µs")],
)
def test_seconds_have_three_digits_in_the_unit_that_suits(value: float, text: str) -> None:
    assert seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "–"), (17, "17 B"), (3_100, "3.1 kB"), (400_000, "0.4 MB"), (12_400_000, "12.4 MB")]
)
def test_sizes(value: int, text: str) -> None:
    assert size(value) == text


@given(st.floats(1e-6, 1e4))
def test_seconds_are_never_far_off(value: float) -> None:
    number, unit = seconds(value).split()
    assert float(number) * {"s": 1, "ms": 1e-3, "µs": 1e-6}[unit] == pytest.approx(value, rel=0.006)


def test_a_share_is_a_whole_percentage() -> None:
    assert percent(0.943) == "94 %"


@pytest.mark.parametrize(
    ("value", "text"),
    [(41.4, "41 s"), (59.6, "1 min 0 s"), (281, "4 min 41 s"), (3840, "1 h 4 min")],
)
def test_durations(value: float, text: str) -> None:
    assert duration(value) == text
