"""Runs a comparison's passes until every test has its verdict or the budget is spent.

Owns which tests are in a pass, and when there is another one. What a pass is, is `sides`' matter; how many pairs there
are, `allocation`'s; when verdicts are looked at, `stopping`'s; what became of each test, `results`'.
"""

import math
import time
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Protocol

from benchmarks.harness.comparison.allocation import BETWEEN, LEAST_PAIRS, Allocation
from benchmarks.harness.comparison.results import Results
from benchmarks.harness.comparison.stopping import LEAST_PASSES, SLACK, Trial
from benchmarks.harness.comparison.why import causes
from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.questions import error_of
from benchmarks.harness.estimators.verdict import outlook
from benchmarks.harness.records.comparison import Cause, Comparison, Outcome, Outlook
from benchmarks.harness.settings import Against
from benchmarks.harness.sides.content import Content
from benchmarks.harness.sides.errors import NOTHING_SELECTED, USAGE, ComparisonError
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.pass_record import FoundTest, PassRecord, TestPass
from benchmarks.harness.sides.pass_run import Pass
from benchmarks.harness.sides.side import Side


class ChangedError(ComparisonError):
    """A tree changed while it was compared."""


class RestlessError(ComparisonError):
    """A side is from before comparisons on joined clusters."""

    status = USAGE


class NothingToCompareError(ComparisonError):
    """No test that both sides have."""

    status = NOTHING_SELECTED


class Progress(Protocol):
    """What is reported while a comparison runs."""

    def starts(self, number: int) -> None:
        """Pass `number`, from 0, begins."""

    def turn(self, what: str) -> None:
        """Now `what` is done: a test's id, or `starting`."""

    def planned(self, outlook: Outlook) -> None:
        """The first pass has shown what tests cost."""

    def passed(self, done: int, more: int, outcomes: Sequence[Outcome]) -> None:
        """`done` passes have ended, and at most so many `more` follow; `outcomes` are empty before the first look."""


class Conductor:
    """A comparison that runs.

    Attributes:
        passes: what each pass brought.
        results: what became of each test.

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
        self._content = {side.name: Content(side.tree) for side in sides}
        self._trial = Trial(asked.budget, {}, asked.questions)
        self.results = Results(self._trial, Limits(asked.tolerance, asked.must_see))
        self._calls: dict[str, int | None] = {}
        self._allocation = Allocation({}, 0.0, asked.budget)
        self._fitting = Fitting(asked.budget)
        self._causes: list[Cause] = []

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
            self._absorb(one.run(self._choose, self._pairs, self._calls, self._fits))
            self._require_unchanged()
            more = self._trial.step(self._elapsed(), self._expected, self._shortest)
            if number == 0:
                self._progress.planned(self._outlook(more))
            so_far = list(self.results.outcomes().values()) if self._trial.looks else []
            self._progress.passed(len(self.passes), more, so_far)

    def _choose(self, record: PassRecord) -> list[str]:
        """In the first pass every test that both sides time; then those that are open."""
        if not self.passes:
            self._require_rest(record)
            base, head = record.found["base"], record.found["head"]
            common = self.results.enter(base, head)
            if not common:
                raise NothingToCompareError(_nothing(base, head))
            self._trial.enter(common)
        tests, room = self._trial.open, self._trial.room(self._elapsed())
        known = {test: self._trial.planned[test] for test in tests}
        setup_s = self.passes[-1].before_rounds_s if self.passes else 0.0
        pair_s = {} if self._trial.fresh else self._of_each(tests, lambda found: found.pair_s)
        rounds_s = room - self._expected(tests, lambda found: found.setup_s) if pair_s else math.inf
        self._allocation = Allocation(known, setup_s, self._asked.budget, pair_s=pair_s, room_s=rounds_s)
        self._fitting = Fitting(room if self._trial.fresh else math.inf)
        return tests

    def _require_rest(self, record: PassRecord) -> None:
        if self._asked.on_cluster and (restless := [name for name, rests in record.rests.items() if not rests]):
            raise RestlessError(
                f"{' and '.join(restless)}: this revision's workers can't rest while the other side has the turn, and "
                "a joined cluster ends idle workers; leave --ray-address out, or compare with a newer revision"
            )

    def _pairs(self, test: str, pair_s: float) -> int:
        return self._allocation.pairs(test, pair_s)

    def _fits(self, _: str, so_far: float) -> bool:
        return self._fitting(so_far)

    def _require_unchanged(self) -> None:
        for name, content in self._content.items():
            if changed := content.changed():
                more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
                raise ChangedError(f"{name}'s {changed[0]}{more} changed while the comparison ran: start it again")

    def _absorb(self, record: PassRecord) -> None:
        self.passes.append(record)
        self.results.absorb(record)
        for test, found in record.tests.items():
            if found.ran and test not in self._calls:
                self._calls[test] = found.calls
        if self._trial.fresh:
            self._trial.postpone(test for test, found in record.tests.items() if not found.ran)

    def _of_each(self, tests: Sequence[str], cost: Callable[[TestPass], float]) -> dict[str, float]:
        """What tests cost when they last ran; for one that has yet to run, the mean of the others."""
        costs = {test: cost(found) for record in self.passes for test, found in record.tests.items() if found.ran}
        mean = sum(costs.values()) / max(len(costs), 1)
        return {test: costs.get(test, mean) for test in tests}

    def _expected(self, tests: Sequence[str], cost: Callable[[TestPass], float] = attrgetter("seconds")) -> float:
        """Seconds of a pass of some tests, as those before."""
        return self.passes[-1].shared_s + sum(self._of_each(tests, cost).values())

    def _shortest(self, tests: Sequence[str]) -> float:
        """Seconds of a pass of some tests with the fewest pairs."""
        return self._expected(
            tests, lambda found: found.setup_s + min(found.rounds_s, LEAST_PAIRS * found.pieces * found.pair_s)
        )

    def _outlook(self, more: int) -> Outlook:
        asked = self._trial.asked
        first = {test: found[0] for test, found in self._trial.planned.items() if found}
        everything = self._expected(list(self._trial.limits))
        return Outlook(
            tests=len(self._trial.limits),
            waiting=len(self._trial.waiting),
            pass_s=self.passes[0].seconds,
            passes=1 + more,
            visible=outlook(first, self._trial.limits, 1 + more, BETWEEN, error_of(asked[0], asked)),
            budget=self._asked.budget,
            needed=LEAST_PASSES * SLACK * everything,
        )

    def _elapsed(self) -> float:
        return time.monotonic() - self._start

    def look_into(self) -> None:
        """What regressed runs once more on both sides, and is looked into."""
        found = self.results.outcomes()
        regressed = {
            test: outcome.answer.question
            for test, outcome in found.items()
            if outcome.word == "regressed" and outcome.answer is not None
        }
        if regressed:
            names = {test: outcome.test for test, outcome in found.items()}
            self._causes = causes(regressed, names, self.passes, self._sides, self._keeper)

    def comparison(self) -> Comparison:
        """The whole run's record."""
        base, head = self._sides
        same = self._content["base"].alike(self._content["head"]) and base.python == head.python
        return Comparison(
            base=base.title,
            head=head.title,
            passes=len(self.passes),
            seconds=self._elapsed(),
            outcomes=list(self.results.outcomes().values()),
            notes=self.results.notes(base, head, self.passes, same),
            causes=self._causes,
        )


class Fitting:
    """Which tests the first pass of a group has time for: those that begin before its `room`, seconds, is used up.

    Where not even one test fits, fewer of them would not bring more passes either, and all run.
    """

    def __init__(self, room: float) -> None:
        self._room = room
        self._ran = 0
        self._starting_s = 0.0

    def __call__(self, so_far: float) -> bool:
        if self._ran == 0:
            self._starting_s = so_far
        elif self._ran == 1 and so_far > self._room:
            self._room = math.inf
        mean = (so_far - self._starting_s) / self._ran if self._ran else 0.0
        if self._ran and so_far + mean > self._room:
            return False
        self._ran += 1
        return True


def _nothing(base: dict[str, FoundTest], head: dict[str, FoundTest]) -> str:
    timed = {name: sum(not test.why for test in found.values()) for name, found in (("base", base), ("head", head))}
    if any(timed.values()):
        return (
            f"base has {timed['base']} benchmarks and head {timed['head']} of those selected, and none is on both sides"
        )
    reasons = sorted({test.why for test in head.values()})
    why = f" ({'; '.join(reasons)})" if reasons else ""
    return f"nothing is selected that could be compared{why}: name benchmarks, as in `pytest benchmarks --against REF`"
