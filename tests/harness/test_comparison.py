"""The record of a comparison: its words, and the status that a CI job reads."""

import pytest

from benchmarks.harness.records.comparison import Comparison, Outcome, Word, counted


def outcome(word: Word, visible: float | None = None) -> Outcome:
    return Outcome(test="tiny-small-ray", word=word, visible=visible, tolerance=0.02, must_see=0.05)


def comparison(*outcomes: Outcome) -> Comparison:
    return Comparison(base="main 1a2b3c4", head="working tree", passes=3, seconds=60.0, outcomes=list(outcomes))


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("ok",), 0),
        (("improved",), 0),
        (("ok", "improved", "new"), 0),
        (("ok", "undecided"), 6),
        (("ok", "not compared"), 6),
        (("undecided", "regressed", "ok"), 1),
        (("ok", "failing"), 1),
        (("removed", "undecided"), 1),
    ],
)
def test_the_worst_word_decides_the_status(words: tuple[Word, ...], status: int) -> None:
    assert comparison(*map(outcome, words)).exit_status == status


def test_a_run_sees_no_less_than_its_noisiest_test() -> None:
    assert comparison(outcome("ok", 0.03), outcome("regressed", 0.07), outcome("failing")).visible == 0.07
    assert comparison(outcome("failing"), outcome("new")).visible is None


def test_words_are_counted_with_the_most_urgent_first() -> None:
    found = counted([outcome("ok"), outcome("undecided"), outcome("ok"), outcome("regressed"), outcome("removed")])
    assert list(found.items()) == [("regressed", 1), ("removed", 1), ("undecided", 1), ("ok", 2)]
