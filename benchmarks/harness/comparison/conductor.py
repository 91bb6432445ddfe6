"""Runs a comparison's passes until every test has its verdict or the budget is spent.

Owns which tests are in a pass and what became of each. What a pass is, is `sides`' matter; how many pairs there are,
`allocation`'s; when verdicts are looked at, `stopping`'s; what they say, `estimators`'.
"""

import time
from collections.abc import Sequence
from typing import Protocol

from benchmarks.harness import tree
from benchmarks.harness.comparison import allocation
from benchmarks.harness.comparison.stopping import Trial
from benchmarks.harness.estimators.pass_estimate import estimate
from benchmarks.harness.estimators.verdict import Limits
from benchmarks.harness.records.comparison import Comparison, Outcome, Without
from benchmarks.harness.settings import Against
from benchmarks.harness.sides.errors import NOTHING_SELECTED, ComparisonError
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.pass_record import PassRecord
from benchmarks.harness.sides.pass_run import Pass
from benchmarks.harness.sides.side import Side, differing_pins
from benchmarks.harness.text import short


class ChangedError(ComparisonError):
    """A tree changed while it was compared."""


class NothingToCompareError(ComparisonError):
    """No test that both sides have."""

    status = NOTHING_SELECTED


class Progress(Protocol):
    """What is reported while a comparison runs."""

    def starts(self, number: int) -> None:
        """Pass `number`, from 0, begins."""

    def turn(self, what: str) -> None:
        """Now `what` is done: a test's id, or `starting`."""

    def passed(self, done: int, more: int, outcomes: Sequence[Outcome]) -> None:
        """`done` passes have ended, and at most so many `more` follow; `outcomes` are empty before the first look."""


class Conductor:
    """A comparison that runs.

    Attributes:
        passes: what each pass brought.

    Args:
        sides: base and head.
        asked: the limits and the budget.
        keeper: what ends the sides, and whose folder takes everything that is not to stay.
        progress: what the user sees meanwhile.
    """

    def __init__(self, sides: list[Side], asked: Against, keeper: Keeper, progress: Progress) -> None:
        self.passes: list[PassRecord] = []
        self._sides, self._asked, self._keeper, self._progress = sides, asked, keeper, progress
        self._start = time.monotonic()
        self._files = {side.name: tree.tree_digest(side.tree) for side in sides}
        self._limits = Limits(asked.tolerance, asked.must_see)
        self._trial = Trial(asked.budget, {})
        self._without: dict[str, tuple[Without, str]] = {}  # tests that get no verdict: the word instead, and why
        self._order: list[str] = []

    def run(self) -> None:
        """All passes.

        Raises:
            NothingToCompareError, ChangedError, SideError: there is no comparison.
        """
        more = 1
        while more:
            number = len(self.passes)
            self._progress.starts(number)
            one = Pass(number, self._sides, self._keeper, self._asked.patience, self._progress.turn)
            self._absorb(one.run(self._choose, self._pairs))
            self._require_unchanged()
            more = self._trial.step(len(self.passes), self._elapsed(), self._expected)
            so_far = list(self.outcomes().values()) if self._trial.looks else []
            self._progress.passed(len(self.passes), more, so_far)

    def _choose(self, record: PassRecord) -> list[str]:
        """In the first pass every test that both sides have; then those that are open."""
        base, head = record.found["base"], record.found["head"]
        if not self.passes:
            self._order = list(dict.fromkeys([*head, *base]))
            self._without |= {test: ("removed", "head does not have it") for test in base if test not in head}
            self._without |= {test: ("new", "base does not have it") for test in head if test not in base}
            common = [test for test in head if test in base]
            if not common:
                raise NothingToCompareError(_nothing(base, head))
            self._trial = Trial(self._asked.budget, dict.fromkeys(common, self._limits))
        return self._trial.open

    def _require_unchanged(self) -> None:
        for side in self._sides:
            if tree.tree_digest(side.tree) != self._files[side.name]:
                raise ChangedError(f"{side.name}'s files changed while the comparison ran: start it again")

    def _pairs(self, test: str, pair_s: float) -> int:
        """How many pairs of a test to run in this pass."""
        setup_s = self.passes[-1].before_rounds_s if self.passes else 0.0
        known = {its: self._trial.estimates[its] for its in self._trial.open}
        return allocation.pairs(test, pair_s, setup_s, known, self._asked.budget / len(known))

    def _absorb(self, record: PassRecord) -> None:
        self.passes.append(record)
        for test, found in record.tests.items():
            if found.tolerance is not None:
                # The must-see moves along: a slowdown between the two would stay undecided for ever.
                must_see = found.tolerance + self._limits.must_see - self._limits.tolerance
                self._trial.limits[test] = Limits(found.tolerance, must_see)
            if found.reason:
                self._without[test] = ("failing" if "head" in found.failed else "not compared", found.reason)
                self._trial.drop(test)
            elif (one := estimate(found.pairs)) is not None:
                self._trial.add({test: one})

    def _expected(self, tests: Sequence[str]) -> float:
        """Seconds of the next pass: as the last one, without the tests that have dropped out of it."""
        last = self.passes[-1]
        return last.seconds - sum(found.seconds for test, found in last.tests.items() if test not in tests)

    def _elapsed(self) -> float:
        return time.monotonic() - self._start

    def outcomes(self) -> dict[str, Outcome]:
        """By test id, as they stand."""
        return {test: self._outcome(test) for test in self._order}

    def _outcome(self, test: str) -> Outcome:
        limits = self._trial.limits.get(test, self._limits)
        invalid = sum(record.tests[test].invalid for record in self.passes if test in record.tests)
        if test in self._without:
            word, reason = self._without[test]
            return Outcome(test=short(test), limits=limits, without=word, reason=reason, invalid_pairs=invalid)
        verdict = self._trial.verdicts.get(test)
        return Outcome(test=short(test), limits=limits, verdict=verdict, invalid_pairs=invalid)

    def comparison(self) -> Comparison:
        """The whole run's record."""
        base, head = self._sides
        return Comparison(
            base=base.title,
            head=head.title,
            passes=len(self.passes),
            seconds=self._elapsed(),
            outcomes=list(self.outcomes().values()),
            notes=self._notes(),
        )

    def _notes(self) -> list[str]:
        base, head = self._sides
        notes = [pins] if (pins := differing_pins(base, head)) else []
        if self._files["base"] == self._files["head"] and base.python == head.python:
            notes.append("Both sides have the same files: this compares the code with itself.")
        if idle := [record.idle_share for record in self.passes if record.idle_share is not None]:
            notes.append(f"While one side got ready, the waiting one used {max(idle):.1%} of a core at most.")
        return notes


def _nothing(base: list[str], head: list[str]) -> str:
    if base or head:
        return f"base has {len(base)} benchmarks and head {len(head)} of those selected, and none is on both sides"
    return "nothing is selected that could be compared: name benchmarks, as in `pytest benchmarks --against REF`"
