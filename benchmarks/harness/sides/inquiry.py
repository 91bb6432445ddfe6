"""One test looked into instead of timed: both sides get ready, and say what they find in a round.

Owns the turns of it. What a side finds is `explain`'s, what the difference means `comparison.why`'s.
"""

from collections.abc import Callable, Mapping

from benchmarks.harness.sides.exchange import Exchange
from benchmarks.harness.sides.explain import Found
from benchmarks.harness.sides.pass_record import PassRecord, TestPass
from benchmarks.harness.sides.protocol import PROTOCOL
from benchmarks.harness.sides.timing import Timing

MOST_ROUNDS, MOST_ROUNDS_S = 20, 2.0
"""Of a test of which some rounds are slower: one in twenty is, in the rarest of the known changes."""


class Inquiry(Timing):
    """Looks into one test.

    Args:
        wanted: for each test what to look into, as `explain.found` has it.
        found: takes what both sides say of each test, base's and head's.
    """

    def __init__(
        self,
        test: str,
        exchange: Exchange,
        patience: float,
        record: PassRecord,
        *,
        wanted: Mapping[str, str],
        found: dict[str, dict[str, Found]],
    ) -> None:
        super().__init__(test, exchange, patience, record)
        self._wanted, self._found = wanted[test], found

    def run(self, plan: Callable[[str, float], int], calls: int | None) -> TestPass:  # noqa: ARG002 — nothing is timed
        """Look into it. The arguments are `Timing`'s."""
        sides = self.exchange.sides
        for process in sides:
            process.test = self.test
            process.rounds.clear()
            self.exchange.go(process, {}, self.patience)
        self._give_round(calls)
        if all(process.at == "ready" and process.version == PROTOCOL for process in sides):
            answer = {"explain": self._wanted, "times": self._times()}
            for process in sides:
                self.exchange.go(process, answer, self.patience)
        said = {process.name: process.message["found"] for process in sides if process.at == "explained"}
        for process in sides:
            while process.at in ("ready", "explained"):
                self.exchange.go(process, {"stop": "it is looked into"}, self.patience)
        if len(said) == 2:
            self._found[self.test] = said
        return TestPass(reason="it was looked into")

    def _give_round(self, calls: int | None) -> None:
        """As many calls as when it was timed: of a single one of a microsecond nothing could be told."""
        for process in self.exchange.sides:
            if process.at == "ready" and calls is not None and process.message["calls"] not in (None, calls):
                self.exchange.go(process, {"calls": calls}, self.patience)

    def _times(self) -> int:
        """How many rounds: several where only some of them may be slower."""
        if self._wanted != "total time":
            return 1
        longest = max(process.message["span"] for process in self.exchange.sides)
        return min(MOST_ROUNDS, max(1, int(MOST_ROUNDS_S / max(longest, 1e-6))))
