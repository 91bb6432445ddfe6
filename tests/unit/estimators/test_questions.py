"""How four answers become one word, and how the run's error is split over the questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.estimators.limits import RUN_ERROR, Limits, Word
from benchmarks.harness.estimators.questions import (
    QUESTIONS,
    Answer,
    Question,
    error_of,
    joined,
    limits_of,
)
from benchmarks.harness.estimators.verdict import Verdict

LIMITS: dict[Question, Limits] = {question: limits_of(question, Limits()) for question in QUESTIONS}


def verdict(word: Word, low: float = -0.01, high: float = 0.01) -> Verdict:
    return Verdict(word, (low + high) / 2, low, high, 0.05, 3, 90)


def answers(
    typical: Verdict, total: Verdict | None = None, cold: Word = "ok", memory: Word = "ok"
) -> dict[Question, Verdict]:
    return {
        "typical time": typical,
        "total time": total or verdict("ok"),
        "cold start": verdict(cold),
        "memory": verdict(memory),
    }


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (answers(verdict("ok")), Answer("ok", "typical time")),
        (answers(verdict("undecided")), Answer("undecided", "typical time")),
        (answers(verdict("improved", -0.2, -0.1)), Answer("improved", "typical time")),
        (answers(verdict("regressed", 0.1, 0.2)), Answer("regressed", "typical time")),
        (answers(verdict("ok"), verdict("regressed", 0.1, 0.3)), Answer("regressed", "total time")),
        (answers(verdict("ok"), verdict("undecided", -0.05, 0.2)), Answer("undecided", "total time")),
        (answers(verdict("improved", -0.2, -0.1), verdict("undecided", -0.1, 0.3)), Answer("undecided", "total time")),
        (answers(verdict("improved", -0.2, -0.1), verdict("ok", -0.02, 0.1)), Answer("ok", "total time")),
        (answers(verdict("ok"), cold="regressed"), Answer("regressed", "cold start")),
        (answers(verdict("undecided"), memory="regressed"), Answer("regressed", "memory")),
        (answers(verdict("ok"), cold="undecided", memory="undecided"), Answer("ok", "typical time")),
        (
            answers(verdict("ok")) | {"cold start": verdict("undecided", -0.9, 20.0)},
            Answer("undecided", "cold start"),
        ),
    ],
)
def test_one_word_for_all(found: dict[Question, Verdict], expected: Answer) -> None:
    assert joined(found, LIMITS) == expected


def test_a_total_time_without_bounds_withholds_an_ok() -> None:
    assert (
        joined(answers(verdict("ok"), Verdict("undecided", 0.0, None, None, None, 1, 40)), LIMITS).word == "undecided"
    )


def test_one_question_alone_decides_alone() -> None:
    assert joined({"total time": verdict("improved", -0.3, -0.2)}, LIMITS) == Answer("improved", "total time")
    assert joined({"typical time": verdict("ok")}, LIMITS) == Answer("ok", "typical time")
    assert joined({"memory": verdict("undecided")}, LIMITS) == Answer("undecided", "memory")


@given(st.sets(st.sampled_from(list(QUESTIONS)), min_size=1))
def test_the_runs_error_is_all_spent_and_no_more(asked: set[Question]) -> None:
    spent = [error_of(question, list(asked)) for question in asked]
    assert sum(spent) == pytest.approx(RUN_ERROR)


def test_who_accepts_more_typical_time_accepts_more_in_total() -> None:
    assert limits_of("total time", Limits(0.02, 0.05)).must_see == pytest.approx(0.15)
    assert limits_of("total time", Limits(0.10, 0.20)).tolerance == pytest.approx(0.13)
    assert limits_of("total time", Limits(0.10, 0.20)).must_see == pytest.approx(0.30)
    assert limits_of("total time", Limits(0.0, 0.01)) == Limits(0.05, 0.15)
    assert limits_of("memory", Limits(0.10, 0.20)) == QUESTIONS["memory"].limits
