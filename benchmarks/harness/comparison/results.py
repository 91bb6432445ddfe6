"""What became of each test: passes come in, and for each there is a verdict or the reason why there is none.

Owns those reasons and the notes on a run as a whole. What the pairs say is `stopping`'s and the estimators' matter.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import fmean, median

from benchmarks.harness.comparison.stopping import LEAST_PASSES, Trial
from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.pass_estimate import PassEstimate, single, total, typical, wider
from benchmarks.harness.estimators.questions import QUESTIONS, Question
from benchmarks.harness.records.comparison import Outcome, Without
from benchmarks.harness.sides.pass_record import FoundTest, PassRecord, TestPass
from benchmarks.harness.sides.side import Side, differing_pins
from benchmarks.harness.text import names_of

INVALID_SHARE = 0.02
"""Of a test's pairs: so many more with a round invalid on head alone than on base alone are a failure of head. Of forty
pairs a single one would be more; that may happen to anybody."""

BUSY = 0.25
"""Cores that a side's processes may use while the other one has the turn. An idle Ray's use up to 0.05; a thread that
never rests 1. A pass in which a side used more than this says nothing of a test."""

WIDER = 1.3
"""Times as wide as base's in each pass: from here on head's scatter is named."""

NO_TIME = "no time was left for it"
NO_TIME_FOR_ENOUGH = f"no time was left for {LEAST_PASSES} passes of it"


class Results:
    """Each test's.

    Args:
        trial: takes the estimates and knows the verdicts.
        limits: the run's; a test may have others.
    """

    def __init__(self, trial: Trial, limits: Limits) -> None:
        self._trial, self._limits = trial, limits
        self._order: list[str] = []
        self._without: dict[str, tuple[Without, str]] = {}
        self._pairs: Counter[str] = Counter()
        self._invalid: dict[str, Counter[str]] = {}
        self._busy: dict[str, Counter[str]] = {}
        self._scatter: dict[str, list[float]] = {}
        self._values: dict[str, dict[Question, list[tuple[float, float]]]] = {}

    def enter(self, base: Mapping[str, FoundTest], head: Mapping[str, FoundTest]) -> dict[str, Limits]:
        """What both sides have found; the limits of those tests that both time."""
        self._order = list(dict.fromkeys([*head, *base]))
        for test in self._order:
            if (kept := _kept_from(base.get(test), head.get(test))) is not None:
                self._without[test] = kept
        return {test: self._limits for test in self._order if test not in self._without}

    def absorb(self, record: PassRecord) -> None:
        """What a pass brought."""
        for test, found in record.tests.items():
            if not found.ran:
                continue
            self._trial.limits[test] = self._limits_of(found)
            self._pairs[test] += len(found.pairs) + sum(found.invalid.values())
            self._invalid.setdefault(test, Counter()).update(found.invalid)
            busy = {name: share for name, share in found.idle.items() if share > BUSY}
            if found.reason:
                self._drop(test, "failing" if found.fault == "head" else "not compared", found.reason)
            elif reason := self._breaks(test):
                self._drop(test, "failing", reason)
            elif busy:
                self._disturbed(test, busy)
            else:
                self._trial.add(test, estimates_of(found))
                for question, (base, head) in single_values(found).items():
                    self._values.setdefault(test, {}).setdefault(question, []).append((base, head))
                if (scatter := wider(found.pairs)) is not None:
                    self._scatter.setdefault(test, []).append(scatter)

    def _limits_of(self, found: TestPass) -> Limits:
        """The run's, or what the test asks for. Where it has a tolerance alone, the must-see moves along: a slowdown
        between the two would stay undecided for ever."""
        tolerance = self._limits.tolerance if found.tolerance is None else found.tolerance
        distance = self._limits.must_see - self._limits.tolerance
        must_see = tolerance + distance if found.must_see is None else max(found.must_see, tolerance + distance / 10)
        return Limits(tolerance, must_see)

    def _drop(self, test: str, word: Without, reason: str) -> None:
        self._without[test] = (word, reason)
        self._trial.drop(test)

    def _breaks(self, test: str) -> str:
        """Why head breaks its rounds, if it does so more often than base."""
        invalid = self._invalid[test]
        alone = invalid["head"] - invalid["base"]
        if alone <= max(1, INVALID_SHARE * self._pairs[test]):
            return ""
        counts = f"{invalid['head']} of {self._pairs[test]} rounds are invalid on head alone"
        return f"{counts}, {invalid['base']} on base alone"

    def _disturbed(self, test: str, busy: Mapping[str, float]) -> None:
        """A side worked in the other one's turn: this pass says nothing, and a second such pass ends it."""
        counts = self._busy.setdefault(test, Counter())
        counts.update(dict.fromkeys(busy, 1))
        for name, count in counts.items():
            if count > 1 or len(busy) == 2:
                other = "base" if name == "head" else "head"
                reason = f"{name}'s processes kept {busy.get(name, 0):.1f} cores busy while {other} had the turn"
                self._drop(test, "failing" if list(counts) == ["head"] else "not compared", reason)

    def outcomes(self) -> dict[str, Outcome]:
        """By test id, as they stand."""
        names = names_of(self._order)
        return {test: self._outcome(test, names[test]) for test in self._order}

    def _outcome(self, test: str, name: str) -> Outcome:
        limits = self._trial.limits.get(test, self._limits)
        invalid = self._invalid.get(test, Counter()).total()
        if test in self._without:
            word, reason = self._without[test]
            return Outcome(test=name, limits=limits, without=word, reason=reason, invalid_pairs=invalid)
        first, *more = self._trial.asked
        answers = self._trial.answers.get(test, {})
        return Outcome(
            test=name,
            limits=limits,
            verdict=answers.get(first),
            others={question: answers[question] for question in more if question in answers},
            values=self._medians(test),
            answer=self._trial.words.get(test),
            wider=self._wider(test),
            invalid_pairs=invalid,
            reason="" if answers else self._unanswered(test),
        )

    def _unanswered(self, test: str) -> str:
        if not self._pairs[test]:
            return NO_TIME
        return NO_TIME_FOR_ENOUGH if test in self._trial.waiting else ""

    def _medians(self, test: str) -> dict[Question, tuple[float, float]]:
        found: dict[Question, tuple[float, float]] = {}
        for question, values in self._values.get(test, {}).items():
            base, head = (median(side) for side in zip(*values, strict=True))
            found[question] = base, head
        return found

    def _wider(self, test: str) -> float | None:
        """How many times as wide head's rounds scatter, if they do so in every pass."""
        found = self._scatter.get(test, [])
        return fmean(found) if len(found) > 1 and min(found) > WIDER else None

    def notes(self, base: Side, head: Side, passes: Sequence[PassRecord], same: bool) -> list[str]:
        """Sentences on the run as a whole. `same`: whether both trees hold the same files."""
        notes = [pins] if (pins := differing_pins(base, head)) else []
        if same:
            notes.append("Both sides have the same files: this compares the code with itself.")
        if base.lacking:
            shown = ", ".join(base.lacking[:3]) + (
                f" and {len(base.lacking) - 3} more" if len(base.lacking) > 3 else ""
            )
            notes.append(f"base's tree lacks {shown}: what needs it can't be compared")
        if elsewhere := sorted({file for record in passes for file in record.elsewhere}):
            more = f" and {len(elsewhere) - 1} more" if len(elsewhere) > 1 else ""
            notes.append(
                f"{elsewhere[0]}{more} is in neither tree: both sides ran the same, whatever a change did to it"
            )
        for name in ("base", "head"):
            if left := sorted({process for record in passes for process in record.left.get(name, [])}):
                notes.append(f"{name} left running when its session had ended, and it was ended: {', '.join(left)}")
        if "memory" in self._trial.asked and any(test.on_cluster for one in passes for test in one.tests.values()):
            notes.append(
                "Memory of tests on Ray was not compared: their workers belong to the joined cluster, on any machine."
            )
        if idle := [share for record in passes for test in record.tests.values() for share in test.idle.values()]:
            notes.append(f"While one side had the turn, the other one used {max(idle):.1%} of a core at most.")
        return notes


def estimates_of(found: TestPass) -> dict[Question, PassEstimate]:
    """What a pass says of a test, as far as it could be measured."""
    estimates: dict[Question, PassEstimate] = {}
    if (quick := typical(found.pairs)) is not None:
        estimates["typical time"] = quick
    if (whole := total(found.pairs)) is not None:
        estimates["total time"] = whole
    for question, (base, head) in single_values(found).items():
        estimates[question] = single(base, head, QUESTIONS[question].least)
    return estimates


def single_values(found: TestPass) -> dict[Question, tuple[float, float]]:
    """What a pass has one value of, base's and head's, where both could be measured."""
    singles: list[tuple[Question, Mapping[str, float]]] = [("cold start", found.cold_s), ("memory", found.memory)]
    return {
        question: (values["base"], values["head"])
        for question, values in singles
        if values.keys() == {"base", "head"} and min(values.values()) > 0
    }


def _listed(names: Sequence[str], most: int = 3) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _kept_from(base: FoundTest | None, head: FoundTest | None) -> tuple[Without, str] | None:
    """What keeps a test from being timed on both sides, before any has run; None where nothing does."""
    if head is None:
        assert base is not None
        return (
            ("not compared", f"{base.why}; head does not have it") if base.why else ("removed", "head does not have it")
        )
    if head.why:
        only = "" if base is None or base.why else " on head"
        return "not compared", f"{head.why}{only}"
    if base is None:
        return "new", "base does not have it"
    return ("not compared", f"{base.why} on base") if base.why else None
