"""One test looked into instead of timed: both sides get ready, and say what they find in a single call.

Owns the turns of it. What a side finds is `explain`'s, what the difference means `comparison.why`'s.
"""

from collections.abc import Callable, Mapping

from benchmarks.harness.sides.exchange import Exchange
from benchmarks.harness.sides.explain import Found
from benchmarks.harness.sides.pass_record import PassRecord, TestPass
from benchmarks.harness.sides.protocol import PROTOCOL
from benchmarks.harness.sides.timing import Timing


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
        said: dict[str, Found] = {}
        for process in self.exchange.sides:
            process.test = self.test
            process.rounds.clear()
            self.exchange.go(process, {}, self.patience)
            if process.at == "ready" and process.version == PROTOCOL:
                self.exchange.go(process, {"explain": self._wanted}, self.patience)
            if process.at == "explained":
                said[process.name] = process.message["found"]
            while process.at in ("ready", "explained"):
                self.exchange.go(process, {"stop": "it is looked into"}, self.patience)
        if len(said) == 2:
            self._found[self.test] = said
        return TestPass(reason="it was looked into")
