"""Whether one side ran while a round of the other was timed; what a pass does is tested with real ones."""

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.sides.exchange import overlap

Spans = list[tuple[float, float]]


@st.composite
def spans(draw: st.DrawFn) -> Spans:
    """In the order of time, each after the one before; on a grid of whole seconds, some of them empty."""
    times = sorted(draw(st.lists(st.integers(0, 60), max_size=20).filter(lambda found: len(found) % 2 == 0)))
    return [(float(start), float(end)) for start, end in zip(times[::2], times[1::2], strict=True)]


def covered(rounds: Spans, turns: Spans) -> float:
    """Second by second."""
    within = [sum(start <= second < end for start, end in of) for second in range(61) for of in (rounds, turns)]
    return float(sum(a * b for a, b in zip(within[::2], within[1::2], strict=True)))


@given(spans(), spans())
def test_the_overlap_is_what_counting_every_second_finds(rounds: Spans, turns: Spans) -> None:
    assert overlap(rounds, turns) == covered(rounds, turns)


@given(spans(), spans(), st.floats(-1e6, 1e6), st.floats(1e-3, 1e3))
def test_neither_the_clocks_start_nor_its_unit_matters(rounds: Spans, turns: Spans, start: float, unit: float) -> None:
    moved = [[(start + unit * a, start + unit * b) for a, b in of] for of in (rounds, turns)]
    assert abs(overlap(*moved) - unit * overlap(rounds, turns)) < 1e-6


def test_turns_that_meet_do_not_overlap() -> None:
    assert overlap([(1.0, 2.0), (3.0, 4.0)], [(0.0, 1.0), (2.0, 3.0), (4.0, 5.0)]) == 0


def test_one_turn_over_several_rounds_counts_for_each() -> None:
    assert overlap([(1.0, 2.0), (3.0, 4.0)], [(0.0, 10.0)]) == 2


def test_several_turns_within_one_round_count_together() -> None:
    assert overlap([(0.0, 10.0)], [(1.0, 2.0), (3.0, 4.0), (9.5, 20.0)]) == 2.5


def test_without_rounds_or_turns_there_is_none() -> None:
    assert overlap([], [(0.0, 1.0)]) == overlap([(0.0, 1.0)], []) == 0
