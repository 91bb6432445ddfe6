"""Chunks: every item once and in order, of even lengths, up to one a slot."""

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.doctor.chunks import MOST_LENGTHS, Chunked, lengths, split


@given(st.lists(st.integers(), min_size=1), st.integers(1, 50))
def test_a_split_holds_every_item_once_and_in_order(items: list[int], length: int) -> None:
    made = split(items, length)
    assert [item for chunk in made for item in chunk] == items
    assert max(map(len, made)) <= length
    assert max(map(len, made)) - min(map(len, made)) <= 1


@given(st.integers(1, 100_000), st.integers(1, 64))
def test_lengths_rise_from_one_to_one_chunk_a_slot(items: int, slots: int) -> None:
    found = lengths(items, slots)
    assert found == sorted(set(found))
    assert found[0] == 1
    assert found[-1] == -(-items // slots)
    assert len(found) <= MOST_LENGTHS + 1


def test_a_chunk_is_its_items_results() -> None:
    assert Chunked(abs)([-1, 2]) == [1, 2]
