"""What a comparison of base and head found: the record that verdicts end in and reports are made from.

Owns the record, its words and the exit status. Computes no statistics, prints nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from benchmarks.harness.estimators import verdict as estimators
from benchmarks.harness.estimators.verdict import Limits, Verdict

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
        verdict: what its passes say; None where it was not judged.
        without: why there is no verdict, in a word; None where there is one, or where none was reached yet.
        invalid_pairs: pairs left out.
        reason: for a test without a verdict, one sentence.
    """

    test: str
    limits: Limits
    verdict: Verdict | None = None
    without: Without | None = None
    invalid_pairs: int = 0
    reason: str = ""

    @property
    def word(self) -> Word:
        """The verdict, or what stands instead of one; without either it is undecided."""
        return self.without or (self.verdict.word if self.verdict else "undecided")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A whole run's.

    Attributes:
        base, head: what was compared, as a reader names it: `main 1a2b3c4`, `working tree (2 files changed)`.
        passes: how many there were.
        seconds: how long all of it took.
        outcomes: a record for each test, in the order in which they ran.
        notes: sentences about the run as a whole: differing pins, what the idle Rays burned, …
    """

    base: str
    head: str
    passes: int
    seconds: float
    outcomes: list[Outcome]
    notes: list[str] = field(default_factory=list)

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
