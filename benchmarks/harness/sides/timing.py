"""One test in one pass: both sides get ready, take turns at its rounds, and say what became of it.

Owns what a side's messages mean for a test, pairing the rounds that both have run, and whose fault it is that a test
could not be timed. What a round is made of is `rounds`'.
"""

import hashlib
import time
from collections.abc import Callable

from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.sides.exchange import Exchange
from benchmarks.harness.sides.pass_record import Fault, PassRecord, TestPass
from benchmarks.harness.sides.process import Process
from benchmarks.harness.sides.protocol import Message
from benchmarks.harness.sides.rounds import begins, more_calls, pieces_of, rounds_for

ROUND_PATIENCE_S = 30.0
"""A round may take so long, and twenty times what was expected; then its side counts as hanging."""


class Timing:
    """Times one test.

    Args:
        test: its id.
        exchange: the lines to both sides.
        patience: seconds that a side may take to get ready.
        record: the pass's so far.
    """

    def __init__(self, test: str, exchange: Exchange, patience: float, record: PassRecord) -> None:
        self.test, self.exchange = test, exchange
        self.patience, self._pass = patience, record
        self._record = TestPass()

    def run(self, plan: Callable[[str, float], int], calls: int | None) -> TestPass:
        """Time it. `plan`: how many pairs, from its id and the seconds of one; `calls`: in a round, if that is settled.

        Raises:
            SideError: a side ended, hung or ran out of turn.
        """
        for process in self.exchange.sides:
            process.test = self.test
            process.rounds.clear()
        start = time.monotonic()
        if self._pass.serial(self.test):
            self.exchange.together({}, self.patience)
        else:
            for process in self.exchange.sides:
                self.exchange.go(process, {}, self.patience)
        self._judge_readiness()
        if not self._record.reason:
            self._calibrate(calls)
        self._record.setup_s = time.monotonic() - start
        if not self._record.reason:
            ready = [process.message for process in self.exchange.sides]
            start = time.monotonic()
            self._record.pieces = pieces_of(ready)
            pairs = plan(self.test, sum(message["span"] for message in ready) / self._record.pieces)
            self.run_rounds(pairs, ROUND_PATIENCE_S + 20 * max(message["span"] for message in ready))
            self._record.rounds_s = time.monotonic() - start
        self._close()
        return self._record

    def _judge_readiness(self) -> None:
        """Note why the two sides can't be timed, if they can't."""
        base, head = self.exchange.by_name()
        if missing := [process.name for process in (base, head) if process.at != "ready"]:
            self._fault("both" if len(missing) == 2 else missing[0], f"did not get ready on {' and '.join(missing)}")
            return
        self._record.tolerance, self._record.must_see = head.message["tolerance"], head.message["must_see"]
        for process in (base, head):
            if (cold_s := process.message["cold_s"]) is not None:
                self._record.cold_s[process.name] = cold_s
            self._record.store[process.name] = process.message["store"]
        # A revision from before comparisons on clusters names none.
        if base.message.get("nodes", []) != head.message.get("nodes", []):
            self._fault("both", "their tasks ran on different nodes of the cluster: has one come or gone?")
            return
        differing = [
            f"the {name} is {base.message['work'].get(name)} there and {value} here"
            for name, value in head.message["work"].items()
            if base.message["work"].get(name) != value
        ]
        same_python = len(set(self._pass.python.values())) == 1  # another one may write the same items in other bytes
        if not differing and same_python and base.message["items"] != head.message["items"]:
            differing = [f"the digest of the items is {base.message['items']} there and {head.message['items']} here"]
        if differing:
            self._fault("head", f"other work on base than on head: {differing[0]}")

    def _calibrate(self, settled: int | None) -> None:
        """Both sides' rounds get as many calls, step by step, so that both functions have been called equally often."""
        while True:
            messages = [process.message for process in self.exchange.sides]
            if any(process.at != "ready" for process in self.exchange.sides):
                return
            self._record.calls = messages[0]["calls"]
            wanted = more_calls(messages, settled)
            if wanted is None:
                return
            for process in self.exchange.sides:
                self.exchange.go(process, {"calls": wanted}, self.patience)

    def run_rounds(self, pairs: int, patience: float) -> None:
        """Rounds for so many pairs, until all have run or one side can't go on; what the waiting side used.

        Each piece's pairs are in the order of `leads` over the rounds.
        """
        first, second = self.exchange.sides
        pieces = self._record.pieces
        rounds = rounds_for(pairs, pieces)
        waited = dict.fromkeys((first.name, second.name), 0.0)
        used = dict(waited)
        for process in (first, second):
            process.find_family()
            process.begin_peak()
            self.exchange.go(process, {"rounds": rounds, "pieces": pieces}, patience)
        last = rounds * pieces - 1
        for index in range(last + 1):
            order = [first, second] if begins(index, pieces) else [second, first]
            for process in order:
                if any(other.at != "round" for other in order if other is process or index < last):
                    return
                waiting = second if process is first else first
                before, since = waiting.cpu_s(), time.perf_counter()
                self.exchange.go(process, {}, patience)
                waited[waiting.name] += time.perf_counter() - since
                used[waiting.name] += waiting.cpu_s() - before
        self._record.on_cluster = any(process.on_cluster for process in (first, second))
        self._record.idle = {name: used[name] / waited[name] for name in used}
        for process in (first, second):
            if (peak := process.peak_memory()) is not None:
                self._record.memory[process.name] = peak

    def _close(self) -> None:
        """End the test on both sides, see what became of it, and pair the rounds that both have run."""
        said: dict[str, Message] = {}
        stopped: set[str] = set()
        if all(process.at == "done" for process in self.exchange.sides):
            self.exchange.together({}, self.patience)
        for process in self.exchange.sides:
            while process.at in ("ready", "round", "done"):
                answer = {}
                if process.at != "done":
                    answer["stop"] = self._record.reason or "the other side could not go on"
                    stopped.add(process.name)
                self.exchange.go(process, answer, self.patience)
            said[process.name] = process.message["outcome"] or {"word": "missing", "reason": "it never ran"}
        self._judge_outcomes(said, stopped)
        base, head = self.exchange.by_name()
        begins_with_base = self.exchange.sides[0] is base
        for index, (one, other) in enumerate(zip(base.rounds, head.rounds, strict=False)):
            if bad := [name for name, round_ in (("base", one), ("head", other)) if round_["invalid"]]:
                whose = "both" if len(bad) == 2 else bad[0]
                self._record.invalid[whose] = self._record.invalid.get(whose, 0) + 1
            else:
                base_first = begins(index, self._record.pieces) == begins_with_base
                piece = index % self._record.pieces
                self._record.pairs.append(Pair(one["seconds"], other["seconds"], base_first, piece))
                for name, round_ in (("base", one), ("head", other)):
                    if "in_tasks" in round_:
                        parts = round_["seconds"], round_["in_tasks"], round_["busiest"]
                        self._record.parts.setdefault(name, []).append(parts)

    def _judge_outcomes(self, said: dict[str, Message], stopped: set[str]) -> None:
        """Whose it is that a test failed or was skipped: what happens on both sides is nobody's alone."""
        for word, phrase in (("failed", "fails"), ("skipped", "skipped")):
            theirs = {
                name: message["reason"]
                for name, message in said.items()
                if message["word"] == word and (word == "failed" or name not in stopped)
            }
            if theirs:
                reasons = [f"{phrase} on {name}: {reason}" for name, reason in sorted(theirs.items())]
                if len(theirs) == 2 and len(set(theirs.values())) == 1:
                    reasons = [f"{phrase} on both sides: {theirs['head']}"]
                self._fault("both" if len(theirs) == 2 else next(iter(theirs)), "; ".join(reasons))
                return
        if self._record.reason and all(message["word"] == "passed" for message in said.values()) and not stopped:
            self._fault("both", "it times nothing")

    def _fault(self, whose: str, reason: str) -> None:
        """Note why the test has no verdict; what head changed in the test itself is no fault of head's code."""
        faults: dict[str, Fault] = {"both": "both", "base": "base", "head": "head"}
        fault, changed = faults[whose], self._changed_sources()
        if fault == "head" and changed and not reason.startswith("fails"):
            fault, reason = "test", f"{reason} ({', '.join(changed)} changed)"
        self._record.fault, self._record.reason = fault, reason

    def _changed_sources(self) -> list[str]:
        """The test's own files that differ between the two trees."""
        base, head = self.exchange.by_name()
        sources = self._pass.found["head"][self.test].sources
        return [file for file in sources if _digest(base, file) != _digest(head, file)]


def _digest(process: Process, file: str) -> str:
    path = process.side.tree / file
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
