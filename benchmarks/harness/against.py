"""`pytest benchmarks --against REF`: the conductor of a comparison, from options to exit status.

Owns how many passes and pairs there are, which tests are still in them, when verdicts are looked at, and the budget.
What a pass is, is `passes`'s; what its pairs say, `verdict`'s; cleaning up, `keeper`'s.
"""

import contextlib
import fcntl
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from benchmarks.harness import comparison_report, merged, options, planning
from benchmarks.harness.comparison import Comparison, Outcome, Word
from benchmarks.harness.keeper import Keeper
from benchmarks.harness.passes import Pass, PassRecord, SideError, TestPass
from benchmarks.harness.progress import Progress
from benchmarks.harness.sides import Side, SidesError, differing_pins, pair
from benchmarks.harness.verdict import Limits, PassEstimate, Verdict, estimate, judge

EXIT_BASE_BROKE = 3


class NothingToCompareError(Exception):
    """No test that both sides have; one sentence."""


@dataclass
class Tested:
    """One test over all passes so far.

    Attributes:
        limits: what its slowdown is held against.
        estimates: one of each pass that timed it.
        last: its last pass.
        invalid: pairs left out in all passes.
        verdict: of the latest look.
        reason, word: why it dropped out without a verdict.
    """

    limits: Limits
    estimates: list[PassEstimate] = field(default_factory=list)
    last: TestPass | None = None
    invalid: int = 0
    verdict: Verdict | None = None
    word: Word | None = None
    reason: str = ""

    @property
    def open(self) -> bool:
        """Whether more passes could still tell something about it."""
        return self.word is None and (self.verdict is None or self.verdict.word == "undecided")

    def outcome(self, test: str) -> Outcome:
        """As it stands."""
        found, limits = self.verdict, self.limits
        name = test.partition("[")[2].removesuffix("]") or test.rpartition("::")[2]
        if self.word is not None or found is None:
            word = self.word or "undecided"
            return Outcome(test=name, word=word, reason=self.reason, **vars(limits), invalid_pairs=self.invalid)
        return Outcome(test=name, **vars(found), **vars(limits), invalid_pairs=self.invalid)


class Conductor:
    """A comparison that runs.

    Args:
        sides: base and head.
        asked: the limits and the budget.
        folder: the run's, where everything goes that is not to stay.
        keeper: what ends the sides.
        progress: what the user sees meanwhile.
    """

    def __init__(
        self, sides: list[Side], asked: options.Against, folder: Path, keeper: Keeper, progress: Progress
    ) -> None:
        self._sides, self._asked, self._folder, self._keeper = sides, asked, folder, keeper
        self._progress = progress
        self._start = time.monotonic()
        self.tests: dict[str, Tested] = {}
        self.passes: list[PassRecord] = []
        self._schedule = planning.Schedule(asked.budget)

    def run(self) -> None:
        """Passes, until every test has its verdict or the next pass would not fit.

        Raises:
            NothingToCompareError, SideError: there is no comparison.
        """
        while True:
            self._absorb(self._pass())
            more = self._more() if self._open() else 0
            if (look := self._schedule.due(len(self.passes), more)) is not None:
                self._look(look)
            more = self._more() if self._open() else 0
            self._progress.passed(len(self.passes), more, self._so_far())
            if not more:
                return

    def _pass(self) -> PassRecord:
        number = len(self.passes)
        self._progress.starts(number)
        one = Pass(number, self._sides, self._folder, self._keeper.watch, self._asked.patience, self._progress.turn)
        return one.run(self._choose, self._pairs)

    def _choose(self, record: PassRecord) -> list[str]:
        """In the first pass every test that both sides have; then those that are open."""
        base, head = record.found["base"], record.found["head"]
        if not self.passes:
            limits = Limits(self._asked.tolerance, self._asked.must_see)
            for test in dict.fromkeys([*head, *base]):
                self.tests[test] = Tested(limits)
                if test not in head:
                    self.tests[test].word, self.tests[test].reason = "removed", "head does not have it"
                elif test not in base:
                    self.tests[test].word, self.tests[test].reason = "new", "base does not have it"
            if not self._open():
                raise NothingToCompareError(_nothing(base, head))
        else:
            for side, facts in record.facts.items():
                if facts["files"] != self.passes[0].facts[side]["files"]:
                    raise SideError(side, f"{side}'s files changed while the comparison ran: start it again")
        return self._open()

    def _pairs(self, test: str, setup_s: float, pair_s: float) -> int:
        """For `Pass.run`: how many pairs of this test."""
        estimates = [tested.estimates for tested in self.tests.values() if len(tested.estimates) > 2]
        first = self.passes[0] if self.passes else None
        shared_s = 0.0
        if first is not None:
            shared_s = first.seconds - sum(found.setup_s + found.rounds_s for found in first.tests.values())
        return planning.pairs(
            pair_s, setup_s + shared_s / len(self._open()), estimates, self._asked.budget / len(self.tests)
        )

    def _absorb(self, record: PassRecord) -> None:
        self.passes.append(record)
        for test, found in record.tests.items():
            tested = self.tests[test]
            tested.last = found
            tested.invalid += found.invalid
            if found.tolerance is not None:
                # The must-see moves along: a slowdown between the two would stay undecided for ever.
                asked = self._asked
                tested.limits = Limits(found.tolerance, found.tolerance + asked.must_see - asked.tolerance)
            if found.failed or found.reason:
                tested.word = "failing" if "head" in found.failed else "not compared"
                tested.reason = found.reason
            elif (one := estimate(found.pairs)) is not None:
                tested.estimates.append(one)

    def _open(self) -> list[str]:
        return [test for test, tested in self.tests.items() if tested.open]

    def _elapsed(self) -> float:
        return time.monotonic() - self._start

    def _more(self) -> int:
        """How many more passes of what is open fit."""
        last = self.passes[-1]
        dropped = [found for test, found in last.tests.items() if not self.tests[test].open]
        expected = last.seconds - sum(found.setup_s + found.rounds_s for found in dropped)
        return self._schedule.more(self._elapsed(), expected)

    def _look(self, look: int) -> None:
        compared = {test: tested for test, tested in self.tests.items() if tested.word is None}
        estimates = {test: tested.estimates for test, tested in compared.items()}
        limits = {test: tested.limits for test, tested in compared.items()}
        entered = sum(tested.word not in ("removed", "new") for tested in self.tests.values())
        for test, verdict in judge(estimates, limits, look, entered).items():
            if compared[test].open:
                compared[test].verdict = verdict
        self._schedule.looks += 1

    def _so_far(self) -> str:
        return comparison_report.one_line(self.outcomes().values()) if self._schedule.looks else ""

    def outcomes(self) -> dict[str, Outcome]:
        """By test id, as they stand."""
        return {test: tested.outcome(test) for test, tested in self.tests.items()}

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
        notes = [differing_pins(base, head)]
        first = self.passes[0]
        if first.facts["base"]["files"] == first.facts["head"]["files"] and base.python == head.python:
            notes.append("Both sides have the same files: this compares the code with itself.")
        if idle := [record.idle_share for record in self.passes if record.idle_share is not None]:
            notes.append(f"The waiting side's processes used {max(idle):.1%} of a core at most.")
        pairs = sum(outcome.pairs for outcome in self.outcomes().values())
        if invalid := sum(outcome.invalid_pairs for outcome in self.outcomes().values()):
            notes.append(f"{invalid} invalid pairs were left out, {pairs} were valid.")
        return [note for note in notes if note]


def _nothing(base: list[str], head: list[str]) -> str:
    if base or head:
        return f"base has {len(base)} benchmarks and head {len(head)} of those selected, and none is on both sides"
    return "nothing is selected that could be compared: name benchmarks, as in `pytest benchmarks --against REF`"


def run(config: pytest.Config) -> int:
    """The whole comparison; the exit status."""
    settings = options.read(config)
    asked = settings.against
    assert asked is not None
    with _signals(), _alone(config.rootpath):
        folder = Path(tempfile.mkdtemp(prefix="ray-suite-", dir="/tmp"))  # short: Ray's sockets lie below it
        with Keeper(folder) as keeper:
            try:
                started_in = config.invocation_params.dir
                arguments = tuple(map(str, config.invocation_params.args))
                sides = pair(config.rootpath, started_in, arguments, asked.ref, asked.python, folder)
                return _compare(config, settings, asked, sides, folder, keeper)
            except SidesError as error:
                raise pytest.UsageError(str(error)) from None
            except NothingToCompareError as error:
                return _refuse(str(error), int(pytest.ExitCode.NO_TESTS_COLLECTED))
            except SideError as error:
                return _refuse(str(error), 1 if error.side == "head" else EXIT_BASE_BROKE)
            except KeyboardInterrupt:
                return _refuse("interrupted: no verdict", int(pytest.ExitCode.INTERRUPTED))


def _compare(
    config: pytest.Config,
    settings: options.Settings,
    asked: options.Against,
    sides: list[Side],
    folder: Path,
    keeper: Keeper,
) -> int:
    with Progress(asked.budget) as progress:
        progress.write(f"base {sides[0].title} · head {sides[1].title} · {settings.size}, at most {asked.budget:.0f} s")
        conductor = Conductor(sides, asked, folder, keeper, progress)
        conductor.run()
    keeper.end_all()
    comparison = conductor.comparison()
    if not any(outcome.word not in ("new", "not compared") for outcome in comparison.outcomes):
        comparison_report.publish(comparison, settings.reports, print)
        return _refuse("no test could be compared", EXIT_BASE_BROKE)
    files = {side.name: [record.files[side.name] for record in conductor.passes] for side in sides}
    saved = merged.save(config, sides, files, conductor.outcomes())
    comparison.notes.append(f"Saved as {' and '.join(saved)}: pytest-benchmark compare reads them.")
    comparison_report.publish(comparison, settings.reports, print)
    return comparison.exit_status


def _refuse(message: str, status: int) -> int:
    print(f"ERROR: {message}", file=sys.stderr)
    return status


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM ends a comparison as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the tree's folder locked; the lock leaves no file, and ends with this process.

    Raises:
        pytest.UsageError: another comparison runs here.
    """
    place = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise pytest.UsageError(
                f"another comparison runs in {root}, and the two would time each other: wait until it has ended"
            ) from None
        yield
    finally:
        os.close(place)
