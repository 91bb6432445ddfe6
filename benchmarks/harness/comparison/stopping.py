"""A comparison as a statistician sees it: passes come in, verdicts are looked at twice at most, decided tests drop out.

Owns when to look and when to end. Pure: runs nothing, so a calibration decides on recorded passes exactly as a
comparison does on fresh ones. From costs and the number of passes alone it plans; it never looks early because a test
leans one way.
"""

from collections.abc import Callable, Mapping, Sequence

from benchmarks.harness.estimators.pass_estimate import PassEstimate
from benchmarks.harness.estimators.verdict import LOOK_SHARES, Limits, Verdict, judge

SLACK = 1.1
"""A pass may take that much longer than expected and still fit."""

FIRST_LOOK = 5
"""Passes before the first look, where the budget has room for twice as many; half of them all otherwise."""


class Trial:
    """Tests and what is known of them.

    Attributes:
        limits: of each test.
        estimates: of each test, one from each pass that timed it.
        verdicts: of the latest look at each test.

    Args:
        budget: seconds for all passes.
        limits: of each test that both sides have.
    """

    def __init__(self, budget: float, limits: Mapping[str, Limits]) -> None:
        self.limits = dict(limits)
        self.estimates: dict[str, list[PassEstimate]] = {test: [] for test in limits}
        self.verdicts: dict[str, Verdict] = {}
        self.looks = 0
        self._budget = budget
        self._entered = len(limits)
        self._dropped: set[str] = set()

    @property
    def open(self) -> list[str]:
        """Tests about which more passes could say something."""
        return [
            test
            for test in self.limits
            if test not in self._dropped and (test not in self.verdicts or self.verdicts[test].word == "undecided")
        ]

    def drop(self, test: str) -> None:
        """Leave a test out from now on, without a verdict. The run's error stays split over all that entered."""
        self._dropped.add(test)

    def add(self, estimates: Mapping[str, PassEstimate]) -> None:
        """What one pass said."""
        for test, one in estimates.items():
            self.estimates[test].append(one)

    def step(self, passes: int, elapsed: float, expected: Callable[[Sequence[str]], float]) -> int:
        """After a pass: look at verdicts, if that is due. How many more passes fit, 0 for the end.

        Args:
            passes: how many there were.
            elapsed: seconds so far.
            expected: seconds that a pass of some tests will take.
        """
        more = self._more(elapsed, expected)
        if more == 0:
            self._look(len(LOOK_SHARES) - 1)
        elif self.looks == 0 and passes >= min(FIRST_LOOK, max(3, (passes + more) // 2)):
            self._look(0)
            more = self._more(elapsed, expected)
        return more

    def _more(self, elapsed: float, expected: Callable[[Sequence[str]], float]) -> int:
        if not (tests := self.open):
            return 0
        return max(0, int((self._budget - elapsed) / (SLACK * expected(tests))))

    def _look(self, look: int) -> None:
        still = self.open
        limits = {test: self.limits[test] for test in still}
        estimates = {test: found for test, found in self.estimates.items() if test not in self._dropped}
        self.verdicts |= judge(estimates, limits, look, self._entered)
        self.looks += 1
