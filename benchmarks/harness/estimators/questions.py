"""The questions that a comparison asks of each test, and how their answers become one word.

Owns what each question accepts and has to see, its part of the run's error, and the rule that joins them. Pure. How an
answer is found is `verdict`'s, what it is found from `pass_estimate`'s.

The run's error is split over the questions by `share`, by Bonferroni: typical time has half of it, as it is what most
changes move; total time most of the rest, as it needs narrow intervals, too; cold start and memory, which have wide
limits, a tenth each. What is not asked leaves its share to the others, in proportion.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from benchmarks.harness.estimators.limits import RUN_ERROR, Limits, Word

if TYPE_CHECKING:
    from benchmarks.harness.estimators.verdict import Verdict

Question = Literal["typical time", "total time", "cold start", "memory"]


@dataclass(frozen=True)
class Asks:
    """What a question accepts.

    Attributes:
        share: its part of the run's error.
        limits: as shares; typical time has the run's own.
        least: what a value has to differ by before it counts; seconds or bytes.
    """

    share: float
    limits: Limits
    least: float = 0.0


QUESTIONS: dict[Question, Asks] = {
    "typical time": Asks(0.5, Limits(0.02, 0.05)),
    "total time": Asks(0.3, Limits(0.05, 0.15)),
    "cold start": Asks(0.1, Limits(0.20, 0.50), least=0.1),
    "memory": Asks(0.1, Limits(0.10, 0.25), least=10e6),
}


class Answer(NamedTuple):
    """All questions' answers in one word, and the question that decided it."""

    word: Word
    question: Question


def error_of(question: Question, asked: Sequence[Question]) -> float:
    """The part of the run's error that a question may spend."""
    return RUN_ERROR * QUESTIONS[question].share / sum(QUESTIONS[each].share for each in asked)


def limits_of(question: Question, typical: Limits) -> Limits:
    """A question's limits for a test whose typical time has `typical`: who accepts more of it accepts more in total."""
    own = QUESTIONS[question].limits
    if question == "typical time":
        return typical
    if question == "total time":
        least = QUESTIONS["typical time"].limits
        return Limits(
            max(own.tolerance, typical.tolerance + own.tolerance - least.tolerance),
            max(own.must_see, typical.must_see + own.must_see - least.must_see),
        )
    return own


def joined(answers: Mapping[Question, "Verdict"], limits: Mapping[Question, Limits]) -> Answer:
    """One word for a test.

    *Regressed* if any question's lower bound clears its tolerance. *Ok* if typical time is, and total time's upper
    bound lies below its must-see; *improved* if typical time is, and total time's upper bound lies below its tolerance,
    too: a user reads both as "not slower". Of cold start and memory a pass has one value, so their bounds are wide and
    withhold nothing; but what lies at its must-see or above by its own estimate is not passed over as ok.
    """
    for question, verdict in answers.items():
        if verdict.word == "regressed":
            return Answer("regressed", question)
    first, *others = answers
    word = answers[first].word
    if word == "undecided":
        return Answer(word, first)
    for question in others:
        found, must_see = answers[question], limits[question].must_see
        most = found.high if question == "total time" else found.slowdown or 0.0
        if most is None or most >= must_see:
            return Answer("undecided", question)
    if word == "improved" and "total time" in others and not _below(answers["total time"], limits["total time"]):
        return Answer("ok", "total time")
    return Answer(word, first)


def _below(verdict: "Verdict", limits: Limits) -> bool:
    return verdict.high is not None and verdict.high < limits.tolerance
