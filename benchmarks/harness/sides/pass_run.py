"""One pass: a fresh session for each side, and the same tests on both.

Owns starting and ending both sessions, and which tests they go through. How one test is timed is `timing`'s, how a turn
changes hands `exchange`'s, where sides come from `side`'s, how many rounds and passes there are `comparison`'s.
"""

import contextlib
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.harness.sides.errors import SideError
from benchmarks.harness.sides.exchange import Exchange, overlap
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.older import VERSIONS
from benchmarks.harness.sides.pass_record import FoundTest, PassRecord, TestPass
from benchmarks.harness.sides.process import Process
from benchmarks.harness.sides.protocol import PROTOCOL
from benchmarks.harness.sides.side import Side
from benchmarks.harness.sides.timing import Timing


class Pass:
    """Runs one pass.

    Attributes:
        timing: what times a test in it.
        record: what it has brought so far.

    Args:
        number: from 0; even passes let base begin.
        sides: base and head.
        keeper: what ends the sides, and whose folder takes logs, JSON and Rays.
        patience: seconds that a side may take to get ready for a test.
        on_turn: called with what happens next, for the progress bar.
    """

    def __init__(
        self,
        number: int,
        sides: Sequence[Side],
        keeper: Keeper,
        patience: float,
        on_turn: Callable[[str], None],
    ) -> None:
        self._number, self._sides, self._keeper = number, sides, keeper
        self._patience, self._on_turn = patience, on_turn
        self._exchange = Exchange(number, {side.name: side.tree.resolve() for side in sides})
        self.timing: Callable[[str, Exchange, float, PassRecord], Timing] = Timing
        self.record = PassRecord()

    def run(
        self,
        choose: Callable[[PassRecord], list[str]],
        plan: Callable[[str, float], int],
        calls: Mapping[str, int | None] | None = None,
        fits: Callable[[str, float], bool] = lambda _, __: True,
    ) -> PassRecord:
        """Run it; afterwards no process of it is left.

        Args:
            choose: from what both sides have found, the tests to run.
            plan: how many pairs to run, from a test's id and the seconds that one of its pairs is likely to take.
            calls: of each test that earlier passes have timed, how many calls a round has.
            fits: whether a test is to run in this pass, from its id and the pass's seconds so far. The others are
                passed over.

        Raises:
            SideError: a side ended, hung, ran out of turn, or is not what it should be.
        """
        start = time.monotonic()
        try:
            self._run(choose, plan, calls or {}, fits)
        finally:
            self._keeper.end_all()
            for process in self._exchange.sides:
                process.close()
        self._require_turns_kept()
        self.record.elsewhere = self._elsewhere()
        self.record.seconds = time.monotonic() - start
        return self.record

    def _run(
        self,
        choose: Callable[[PassRecord], list[str]],
        plan: Callable[[str, float], int],
        calls: Mapping[str, int | None],
        fits: Callable[[str, float], bool],
    ) -> None:
        start = time.monotonic()
        order = list(self._sides) if self._number % 2 == 0 else list(reversed(self._sides))
        for side in order:
            self._on_turn("starting")
            self._exchange.begin(Process(side, self._number, self._keeper))
        for process in self._exchange.sides:
            self._exchange.listen(process, self._patience)
            self._collected(process)
        # Until the first test that needs it no Ray is up, and none burns a tenth of a core beside serial rounds.
        chosen = sorted(choose(self.record), key=lambda test: not self.record.serial(test))
        self._exchange.together({"tests": chosen}, self._patience)
        for test in chosen:
            older = any(process.version != PROTOCOL for process in self._exchange.sides)
            if older or fits(test, time.monotonic() - start):
                self._on_turn(test)
                timing = self.timing(test, self._exchange, self._patience, self.record)
                self.record.tests[test] = timing.run(plan, calls.get(test))
            else:
                self._pass_over(test)
        for process in self._exchange.sides:
            self._require_end(process)
        for process in self._exchange.sides:
            self._finish(process)

    def _collected(self, process: Process) -> None:
        message, name = process.message, process.name
        if message["at"] != "collected" or process.version not in VERSIONS:
            raise SideError(
                name,
                f"{name} speaks version {message.get('protocol', 'none')} of the turn protocol, this tree {PROTOCOL}: "
                "compare revisions that speak the same",
            )
        if message["root"] is not None and Path(message["root"]) != process.side.tree.resolve():
            raise SideError(
                name,
                f"{name} runs the tests of {message['root']}, not those of its own tree {process.side.tree}: start "
                "pytest in the tree that holds pytest.ini",
                status=3,
            )
        self.record.found[name] = {
            test["id"]: FoundTest(test["id"], test["why"], tuple(test["sources"]), test.get("serial", False))
            for test in message["tests"]
        }
        self.record.python[name] = message["python"]
        self.record.rests[name] = message.get("rests", False)

    def _pass_over(self, test: str) -> None:
        for process in self._exchange.sides:
            self._exchange.go(process, {"pass": True}, self._patience)
        self.record.tests[test] = TestPass(ran=False)

    @staticmethod
    def _require_end(process: Process) -> None:
        """Let it end, if it has no more tests."""
        if process.at != "end":
            raise SideError(process.name, f"{process.name} ran more tests than it was asked to")
        with contextlib.suppress(OSError):  # its status says how it ended
            process.channel.send({})

    def _finish(self, process: Process) -> None:
        try:
            status = process.process.wait(timeout=self._patience)
        except subprocess.TimeoutExpired:
            raise SideError(process.name, f"{process.name} did not end after its last test") from None
        process.channel.socket.close()
        if status not in (0, 1, 5):  # 5: all of its tests were passed over
            raise SideError(process.name, f"{process.name} {process.how_it_ended()}")
        self.record.files[process.name] = process.json
        self.record.left[process.name] = process.left()

    def _require_turns_kept(self) -> None:
        """Both sides' own stamps: nothing of one ran while the other one timed a round."""
        first, second = self._exchange.sides
        for timed, other in ((first, second), (second, first)):
            if seconds := overlap(timed.timed, other.turns):
                raise SideError(
                    other.name, f"{other.name} ran for {seconds:.3f} s while a round of {timed.name} was timed"
                )

    def _elsewhere(self) -> list[str]:
        """What both sides have loaded from the same place, which so can't differ between them."""
        base, head = self._exchange.by_name()
        trees = [process.side.tree.resolve() for process in (base, head)]
        return sorted(
            file for file in base.loaded & head.loaded if not any(Path(file).is_relative_to(tree) for tree in trees)
        )
