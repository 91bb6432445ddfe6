"""The record of a comparison: its words, and the status that a CI job reads."""

import pytest

from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.records.comparison import Comparison, Outcome, Word, counted
from tests.unit import outcomes


def outcome(word: Word, **figures: float) -> Outcome:
    return outcomes.outcome("tiny-small-ray", word, **figures)


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
    seen = comparison(outcome("ok", visible=0.03), outcome("regressed", visible=0.07), outcome("failing"))
    assert seen.visible == 0.07
    assert comparison(outcome("failing"), outcome("new")).visible is None


def test_words_are_counted_with_the_most_urgent_first() -> None:
    found = counted([outcome("ok"), outcome("undecided"), outcome("ok"), outcome("regressed"), outcome("removed")])
    assert list(found.items()) == [("regressed", 1), ("removed", 1), ("undecided", 1), ("ok", 2)]


def test_without_a_verdict_the_word_stands_instead_and_without_either_it_is_undecided() -> None:
    assert outcome("failing").word == "failing"
    assert outcome("improved").word == "improved"
    assert Outcome(test="tiny-small-ray", limits=Limits()).word == "undecided"
