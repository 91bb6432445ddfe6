"""A comparison as a statistician sees it: passes come in, verdicts are looked at twice at most, decided tests drop out.

Owns when to look and when to end, and which tests take part together where the budget is too small for all at once.
Pure: runs nothing, so a calibration decides on recorded passes exactly as a comparison does on fresh ones. From costs
and the number of passes alone it plans; it never looks early because a test leans one way.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.pass_estimate import PassEstimate
from benchmarks.harness.estimators.questions import QUESTIONS, Answer, Question, error_of, joined, limits_of
from benchmarks.harness.estimators.verdict import LOOK_SHARES, Settled, Verdict, judge

SLACK = 1.1
"""A pass may take that much longer than expected and still fit."""

FIRST_LOOK = 5
"""Passes before the first look, where the budget has room for twice as many; half of them all otherwise."""

LEAST_PASSES = 3
"""Fewer say too little about how much passes differ: a group of tests that can't have so many is made smaller."""


Cost = Callable[[Sequence[str]], float]
"""Seconds that a pass of some tests takes."""


class Trial:
    """Tests and what is known of them.

    Attributes:
        limits: of each test's typical time.
        estimates: by question and test, one from each pass that timed it.
        answers: by test and question, from the latest look at each test.
        words: of each test that was looked at.
        waiting: tests for which there was no time yet.
        looks: how many there were at the present group of tests.

    Args:
        budget: seconds for all passes.
        limits: of each test that both sides have.
        asked: the questions, in their order.
    """

    def __init__(
        self, budget: float, limits: Mapping[str, Limits], asked: Sequence[Question] = tuple(QUESTIONS)
    ) -> None:
        self.limits = dict(limits)
        self.asked = asked
        self.estimates: dict[Question, dict[str, list[PassEstimate]]] = {
            question: {test: [] for test in limits} for question in asked
        }
        self.answers: dict[str, dict[Question, Verdict]] = {}
        self.words: dict[str, Answer] = {}
        self.waiting: list[str] = []
        self.looks = 0
        self._budget = budget
        self._group = list(limits)
        self._passes = 0
        self._dropped: set[str] = set()

    def enter(self, limits: Mapping[str, Limits]) -> None:
        """Tests that take part, if they are known only now."""
        self.limits |= limits
        for found in self.estimates.values():
            found |= {test: [] for test in limits}
        self._group += limits

    @property
    def fresh(self) -> bool:
        """Whether the present group has had no pass yet."""
        return self._passes == 0

    @property
    def open(self) -> list[str]:
        """Tests of the present group about which more passes could say something."""
        return [
            test
            for test in self._group
            if test not in self._dropped and (test not in self.words or self.words[test].word == "undecided")
        ]

    def drop(self, test: str) -> None:
        """Leave a test out from now on, without a verdict. The run's error stays split over all that entered."""
        self._dropped.add(test)

    def add(self, test: str, estimates: Mapping[Question, PassEstimate]) -> None:
        """What one pass said of a test; a question that it could not answer is left out."""
        for question, one in estimates.items():
            if question in self.estimates:
                self.estimates[question][test].append(one)

    @property
    def verdicts(self) -> dict[str, Verdict]:
        """Of each test that was looked at: the figures of the first question, and the word of all of them."""
        first = {test: next(iter(answers.values())) for test, answers in self.answers.items()}
        return {test: replace(verdict, word=self.words[test].word) for test, verdict in first.items()}

    @property
    def planned(self) -> dict[str, list[PassEstimate]]:
        """The estimates of the first question, from which pairs are planned."""
        return self.estimates[self.asked[0]]

    def room(self, elapsed: float) -> float:
        """Seconds that the present group's next pass may take, so that `LEAST_PASSES` fit; any, where they are had."""
        owed = LEAST_PASSES - self._passes
        return (self._budget - elapsed) / (SLACK * owed) if owed > 0 else math.inf

    def postpone(self, tests: Iterable[str]) -> None:
        """These wait for a group of their own."""
        self.waiting = list(tests)
        self._group = [test for test in self._group if test not in set(self.waiting)]

    def step(self, elapsed: float, expected: Cost, shortest: Cost | None = None) -> int:
        """After a pass: look at verdicts, if that is due. How many more passes follow at most, 0 for the end.

        Where tests wait, the present ones get `LEAST_PASSES` and one look, and then it is the others' turn.

        Args:
            elapsed: seconds so far.
            expected: what a pass of some tests will take.
            shortest: what it takes with the fewest pairs, if it can have fewer: so `LEAST_PASSES` fit more often.
        """
        self._passes += 1
        shortest = shortest or expected
        self._trim(elapsed, shortest)
        more = self._more(elapsed, expected, shortest)
        if more == 0:
            self._look(len(LOOK_SHARES) - 1)
            return self._next_group(elapsed, shortest)
        if not self.waiting and self.looks == 0 and self._passes >= min(FIRST_LOOK, max(3, (self._passes + more) // 2)):
            self._look(0)
            more = self._more(elapsed, expected, shortest)
        return more

    def _trim(self, elapsed: float, shortest: Cost) -> None:
        """Where `LEAST_PASSES` no longer fit for all of the group, its last tests wait, so that the others get them."""
        if self._passes >= LEAST_PASSES or not (tests := self.open):
            return
        room, kept = self.room(elapsed), len(tests)
        while kept > 0 and shortest(tests[:kept]) > room:
            kept -= 1
        if 0 < kept < len(tests):
            self.postpone([*tests[kept:], *self.waiting])

    def _more(self, elapsed: float, expected: Cost, shortest: Cost) -> int:
        if not (tests := self.open):
            return 0
        fit, owed = max(0, int((self._budget - elapsed) / (SLACK * expected(tests)))), LEAST_PASSES - self._passes
        if fit < owed and shortest(tests) <= self.room(elapsed):
            fit = owed
        return min(fit, max(owed, 0)) if self.waiting else fit

    def _next_group(self, elapsed: float, shortest: Cost) -> int:
        """The tests that wait take over, if there is time for three passes of at least one of them."""
        passes, self._passes = self._passes, 0
        if not self.waiting or self.room(elapsed) < shortest(self.waiting[:1]):
            self._passes = passes
            return 0
        self._group, self.waiting, self.looks = self.waiting, [], 0
        return LEAST_PASSES

    def _look(self, look: int) -> None:
        still = self.open
        for question in self.asked:
            limits = {test: limits_of(question, self.limits[test]) for test in still}
            estimates = {
                test: found for test, found in self.estimates[question].items() if found and test not in self._dropped
            }
            words = [found[question].word for test, found in self.answers.items() if test not in limits]
            settled = Settled(words.count("regressed"), words.count("ok") + words.count("improved"))
            error = error_of(question, self.asked)
            for test, verdict in judge(
                estimates, limits, look, len(self.limits), settled, error, skipped=look - self.looks
            ).items():
                self.answers.setdefault(test, {})[question] = verdict
        for test in still:
            its = {question: limits_of(question, self.limits[test]) for question in self.asked}
            self.words[test] = joined(self.answers[test], its)
        self.looks += 1
