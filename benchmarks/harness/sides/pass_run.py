"""One pass: a fresh session for each side, and the turns that they take through the same tests.

Owns who runs when, what a side's messages mean, and noticing a side that ends, hangs or overlaps. Where sides come
from is `side`'s, how many rounds and passes there are `comparison`'s, what the pairs say `estimators`'.
"""

import contextlib
import select
import subprocess
import time
from collections.abc import Callable, Sequence

from benchmarks.harness.estimators.pairs import Pair, leads
from benchmarks.harness.sides.errors import SideError
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.pass_record import PassRecord, TestPass
from benchmarks.harness.sides.process import Process
from benchmarks.harness.sides.protocol import PROTOCOL, Message
from benchmarks.harness.sides.side import Side

ROUND_PATIENCE_S = 30.0
"""A round may take so long, and twenty times what was expected; then its side counts as hanging."""


class Pass:
    """Runs one pass.

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
        self._running: list[Process] = []
        self.record = PassRecord()

    def run(self, choose: Callable[[PassRecord], list[str]], plan: Callable[[str, float], int]) -> PassRecord:
        """Run it.

        Args:
            choose: from what both sides have found, the tests to run.
            plan: how many pairs to run, from a test's id and the seconds that one of its pairs is likely to take.

        Raises:
            SideError: a side ended, hung, or ran out of turn.
        """
        start = time.monotonic()
        order = list(self._sides) if self._number % 2 == 0 else list(reversed(self._sides))
        for side in order:
            self._on_turn("starting")
            self._running.append(running := Process(side, self._number, self._keeper))
            self._await(running, self._patience)
            self._collected(running)
        chosen = choose(self.record)
        for running in self._running:
            self._go(running, {"tests": chosen}, self._patience)
        for test in chosen:
            self._on_turn(test)
            self._test(test, plan, last=test == chosen[-1])
        for running in self._running:
            self._finish(running)
        self._require_turns_kept()
        self.record.seconds = time.monotonic() - start
        return self.record

    def _collected(self, running: Process) -> None:
        message = running.message
        if message["at"] != "collected" or message.get("protocol") != PROTOCOL:
            raise SideError(
                running.name,
                f"{running.name} speaks version {message.get('protocol', 'none')} of the turn protocol, this tree "
                f"{PROTOCOL}: compare revisions that speak the same",
            )
        self.record.found[running.name] = message["tests"]
        self.record.python[running.name] = message["python"]

    def _test(self, test: str, plan: Callable[[str, float], int], last: bool) -> None:
        record = self.record.tests[test] = TestPass()
        for running in self._running:
            running.test = test
            running.rounds.clear()
        start = time.monotonic()
        first, second = self._running
        self._go(first, {}, self._patience)
        idle, since = first.cpu_s() if last else 0.0, time.monotonic()
        self._go(second, {}, self._patience)
        if last and (waited := time.monotonic() - since) > 0.3:
            self.record.idle_share = (first.cpu_s() - idle) / waited
        record.setup_s = time.monotonic() - start
        record.reason = self._incomparable()
        if not record.reason:
            ready = [running.message for running in self._running]
            seconds = [message["seconds"] for message in ready]
            record.tolerance = next(r.message["tolerance"] for r in self._running if r.name == "head")
            start = time.monotonic()
            self._pairs(plan(test, sum(seconds)), ROUND_PATIENCE_S + 20 * max(seconds))
            record.rounds_s = time.monotonic() - start
        self._close(record)

    def _incomparable(self) -> str:
        """Why the two sides can't be timed now, or an empty string."""
        if missing := [running.name for running in self._running if running.at != "ready"]:
            return f"did not get ready on {' and '.join(missing)}"
        base, head = (running.message for running in sorted(self._running, key=lambda running: running.name))
        for key, name in (("params", "size"), ("tasks", "number of items"), ("items", "digest of the items")):
            if key == "items" and len(set(self.record.python.values())) > 1:
                continue  # another Python may write the same items in other bytes
            if base[key] != head[key]:
                return f"other work on base than on head: the {name} is {base[key]} there and {head[key]} here"
        return ""

    def _pairs(self, pairs: int, patience: float) -> None:
        """Rounds in the order A B, B A, B A, A B, …, until all have run or one side can't go on."""
        for running in self._running:
            self._go(running, {"rounds": pairs}, patience)
        for index in range(pairs):
            order = self._running if leads(index) else self._running[::-1]
            for running in order:
                if any(other.at != "round" for other in order if other is running or index < pairs - 1):
                    return
                self._go(running, {}, patience)

    def _close(self, record: TestPass) -> None:
        """End the test on both sides, and pair the rounds that both have run."""
        outcomes: dict[str, Message] = {}
        stopped: set[str] = set()
        for running in self._running:
            while running.at in ("ready", "round", "done"):
                answer = {}
                if running.at != "done":
                    answer["stop"] = record.reason or "the other side could not go on"
                    stopped.add(running.name)
                self._go(running, answer, self._patience)
            outcomes[running.name] = running.message["outcome"] or {"word": "missing", "reason": "it never ran"}
        for name, outcome in outcomes.items():
            if outcome["word"] == "failed":
                record.failed[name] = outcome["reason"]
        skipped = [
            f"skipped on {name}: {said['reason']}"
            for name, said in outcomes.items()
            if said["word"] == "skipped" and name not in stopped
        ]
        if record.failed:
            record.reason = "; ".join(f"fails on {name}: {said}" for name, said in record.failed.items())
        elif skipped:
            record.reason = "; ".join(skipped)
        rounds = {running.name: running.rounds for running in self._running}
        begins_with_base = self._running[0].name == "base"
        for index, (base, head) in enumerate(zip(rounds["base"], rounds["head"], strict=False)):
            if base["invalid"] or head["invalid"]:
                record.invalid += 1
            else:
                record.pairs.append(Pair(base["seconds"], head["seconds"], leads(index) == begins_with_base))

    def _finish(self, running: Process) -> None:
        if running.at != "end":
            raise SideError(running.name, f"{running.name} ran more tests than it was asked to")
        with contextlib.suppress(OSError):  # its status says how it ended
            running.channel.send({})
        try:
            status = running.process.wait(timeout=self._patience)
        except subprocess.TimeoutExpired:
            raise SideError(running.name, f"{running.name} did not end after its last test") from None
        running.channel.socket.close()
        if status not in (0, 1):
            raise SideError(running.name, f"{running.name} {running.how_it_ended()}")
        self.record.files[running.name] = running.json

    def _go(self, running: Process, answer: Message, patience: float) -> None:
        """Give a side the turn, and wait until it hands it back."""
        with contextlib.suppress(OSError):  # waiting for its answer says how it ended
            running.channel.send(answer)
        self._await(running, patience)

    def _await(self, running: Process, patience: float) -> None:
        where = f" at {running.test.rpartition('::')[2]}" if running.test else ""
        where += f", pass {self._number + 1}"
        lines = {other.channel.socket: other for other in self._running}
        readable, _, _ = select.select(list(lines), [], [], patience)
        if not readable:
            raise SideError(running.name, f"{running.name} hangs{where}: no answer within {patience:.0f} s")
        heard = [lines[ready] for ready in readable]
        speaker = running if running in heard else heard[0]
        message = speaker.channel.receive()
        if message is None:
            raise SideError(speaker.name, f"{speaker.name} {speaker.how_it_ended()}{where}")
        if speaker is not running:
            raise SideError(speaker.name, f"{speaker.name} ran out of turn{where}")
        running.take(message)

    def _require_turns_kept(self) -> None:
        """Both sides' own stamps: nothing of one ran while the other one timed a round."""
        first, second = self._running
        for timed, other in ((first, second), (second, first)):
            if seconds := overlap(timed.timed, other.turns):
                raise SideError(
                    other.name, f"{other.name} ran for {seconds:.3f} s while a round of {timed.name} was timed"
                )


def overlap(rounds: Sequence[tuple[float, float]], turns: Sequence[tuple[float, float]]) -> float:
    """Seconds for which `turns` cover `rounds`; both are (start, end) and in the order of time."""
    total, index = 0.0, 0
    for start, end in rounds:
        while index < len(turns) and turns[index][1] <= start:
            index += 1
        at = index
        while at < len(turns) and turns[at][0] < end:
            total += min(end, turns[at][1]) - max(start, turns[at][0])
            at += 1
    return total
