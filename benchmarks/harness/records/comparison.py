"""What a comparison of base and head found: the record that verdicts end in and reports are made from.

Owns the record, its words and the exit status. Computes no statistics, prints nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from benchmarks.harness.estimators import limits as estimators
from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.questions import Answer, Question, limits_of
from benchmarks.harness.estimators.verdict import Verdict

__all__ = ["Answer", "Limits", "Question", "Verdict", "limits_of"]  # what a record is made of, for who reads it


Without = Literal["failing", "removed", "new", "not compared"]
"""What keeps a test from having a verdict: it fails on head; it is missing on head; it is missing on base; or both
sides run it, but not on the same work."""

Word = estimators.Word | Without
"""The four verdicts, or none."""

EXIT_OK, EXIT_REGRESSED, EXIT_BROKE_OFF, EXIT_UNDECIDED = 0, 1, 3, 6
"""2 to 5 as pytest has them: interrupted, internal error (here also: base ended), usage error, no tests."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One test's.

    Attributes:
        test: what stands between the brackets of its id: `fibonacci-small-ray`.
        limits: what it was held against.
        verdict: what its passes say of the first question, typical time; None where it was not judged.
        others: what they say of the other questions.
        values: of questions with one value a pass their medians, base's and head's; seconds or bytes.
        answer: all of it in one word, and the question that decided it; None where the first one's word is all.
        wider: how many times as wide as base's rounds head's scatter, where that stands out.
        without: why there is no verdict, in a word; None where there is one, or where none was reached yet.
        invalid_pairs: pairs left out.
        reason: for a test without a verdict, one sentence.
    """

    test: str
    limits: Limits
    verdict: Verdict | None = None
    others: dict[Question, Verdict] = field(default_factory=dict)
    values: dict[Question, tuple[float, float]] = field(default_factory=dict)
    answer: Answer | None = None
    wider: float | None = None
    without: Without | None = None
    invalid_pairs: int = 0
    reason: str = ""

    @property
    def word(self) -> Word:
        """The verdict, or what stands instead of one; without either it is undecided."""
        if self.without is not None:
            return self.without
        if self.answer is not None:
            return self.answer.word
        return self.verdict.word if self.verdict else "undecided"


class Entry(NamedTuple):
    """A function, module or file that is not the same on both sides: (calls, seconds), (seconds,) or (bytes,)."""

    name: str
    base: tuple[float, ...]
    head: tuple[float, ...]


class Factor(NamedTuple):
    """A part of a round on several workers, and by what share head's is longer: `tasks`, `balance` or `dispatch`."""

    name: str
    slowdown: float


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What was found when a test that regressed was looked into.

    Attributes:
        test: its name.
        question: which one decided.
        entries: what grew most; empty where nothing stands out, or it could not be looked into.
        factors: of a test on several workers.
    """

    test: str
    question: Question
    entries: list[Entry]
    factors: list[Factor]


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """What the first pass shows of a run.

    Attributes:
        tests: how many are compared.
        waiting: for how many of them the first pass had no time.
        pass_s: seconds of the first pass.
        passes: how many passes there are likely to be for these tests.
        visible: the slowdown that is likely to be seen in each of them; None where none can be told.
        budget: seconds that were asked for.
        needed: seconds in which all tests would have as many passes as the fewest that say anything.
    """

    tests: int
    waiting: int
    pass_s: float
    passes: int
    visible: float | None
    budget: float
    needed: float


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A whole run's.

    Attributes:
        base, head: what was compared, as a reader names it: `main 1a2b3c4`, `working tree (2 files changed)`.
        passes: how many there were.
        seconds: how long all of it took.
        outcomes: a record for each test, in the order in which they ran.
        causes: what was found of tests that regressed.
        notes: sentences about the run as a whole: differing pins, what the idle Rays burned, …
    """

    base: str
    head: str
    passes: int
    seconds: float
    outcomes: list[Outcome]
    notes: list[str] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)

    @property
    def visible(self) -> float | None:
        """The smallest slowdown that this run could see in every test with a verdict; None where there is none."""
        verdicts = [outcome.verdict for outcome in self.outcomes if outcome.verdict is not None]
        return max((verdict.visible for verdict in verdicts if verdict.visible is not None), default=None)

    @property
    def exit_status(self) -> int:
        """As CI reads it: one failing, removed or regressed test makes it 1; one that is undecided, or could not be
        compared, 6: it must not pass unseen."""
        words = {outcome.word for outcome in self.outcomes}
        if words & {"regressed", "failing", "removed"}:
            return EXIT_REGRESSED
        return EXIT_UNDECIDED if words & {"undecided", "not compared"} else EXIT_OK


def counted(outcomes: Iterable[Outcome]) -> dict[Word, int]:
    """How many there are of each word, the most urgent first."""
    words = [outcome.word for outcome in outcomes]
    urgency: tuple[Word, ...] = (
        "regressed", "failing", "removed", "undecided", "not compared", "new", "improved", "ok",
    )  # fmt: skip
    return {word: words.count(word) for word in urgency if word in words}
