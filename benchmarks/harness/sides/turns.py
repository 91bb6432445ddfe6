"""A side's turns: waits for them, and says what it did in them.

Owns the end of the turn protocol that a side holds, as the pace of its measurements. The hooks are `session`'s.
"""

import contextlib
import hashlib
import pickle
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest

from benchmarks.harness import tree
from benchmarks.harness.measuring.pace import StoppedError
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.stamps import Worker, node
from benchmarks.harness.runners.terms import VariantError
from benchmarks.harness.sides import explain, placement
from benchmarks.harness.sides.protocol import Channel, Message


class Turns:
    """A side's end: a `measuring.pace.Pace`, for what is timed without one, too.

    Attributes:
        outcome: of the test that runs, as the conductor is told when it has ended; None before the first.
        gone: the conductor is, or has nothing more to say.
        imports: seconds that the import of each test module took.
        pieces: in how many pieces the test's rounds run, as the conductor wants it.
    """

    def __init__(self, channel: Channel) -> None:
        self.outcome: Message | None = None
        self.gone = False
        self.imports: dict[Path, float] = {}
        self.pieces = 1
        self._channel = channel
        self._since = time.perf_counter()
        self._ran: list[Message] = []
        self._loaded: set[str] = set()
        self._pair = 0
        self._on_cluster = False
        self._resting: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext

    def hand_over(self, at: str, **facts: Any) -> Message:
        """End this turn with a message, and wait for the next one: what the conductor answers.

        Raises:
            pytest.exit.Exception: the conductor is gone.
        """
        message = {"at": at, "rounds": self._ran, "outcome": None, "loaded": [], **facts}
        self._ran = []
        if at in ("test", "end"):  # only now the test before has ended
            message["outcome"], self.outcome = self.outcome, None
            self._resting = contextlib.nullcontext
        if at not in ("round", "done"):
            found = tree.own_files()
            message["loaded"], self._loaded = sorted(found - self._loaded), self._loaded | found
        with self._resting():
            message["turn"] = [self._since, time.perf_counter()]
            try:
                self._channel.send(message)
                answer = self._channel.receive()
            except OSError:
                answer = None
            if answer is None:
                self.gone = True
                pytest.exit("the comparison has ended", returncode=int(pytest.ExitCode.INTERRUPTED))
            self._since = time.perf_counter()
        return answer

    def ready(self, **facts: Any) -> Message:
        """Everything is warm, and a round was tried: what to do next.

        Raises:
            StoppedError: this test is not to be timed.
        """
        self._pair = 0
        return self._obeyed(self.hand_over("ready", **facts))

    def rounds(self, subject: Subject, pair_s: float, cold_s: float | None) -> int:
        """Everything is warm; how many rounds to run. `pair_s`: what one of this side's is likely to take, seconds.

        Raises:
            StoppedError: this test is not to be timed.
        """
        self._resting, self._on_cluster = subject.variant.resting, bool(subject.variant.nodes)
        answer = self.ready(
            seconds=pair_s,
            span=pair_s,
            calls=None,
            work={"size": dict(subject.workload.sizes[subject.size]), "number of items": len(subject.items)},
            items=_digest_of(subject.items),
            tolerance=subject.workload.tolerance,
            must_see=None,
            cold_s=cold_s,
            store=subject.variant.put_bytes,
            nodes=subject.variant.nodes_used if self._on_cluster else [],
            pieces=len(subject.items) if subject.variant.can_be_cut else 1,
        )
        self.pieces = answer.get("pieces", 1)
        if what := answer.get("explain"):
            module = f"workloads.{subject.name}"
            call = partial(subject.workload.task, subject.items[0])
            self.explained(explain.found(what, call, module, answer["times"]))
        return int(answer["rounds"])

    def explained(self, found: Message) -> NoReturn:
        """Tell what was looked into, which was all that this test was for.

        Raises:
            StoppedError: always.
        """
        self.hand_over("explained", found=found)
        raise StoppedError("it was looked into")

    def wait(self) -> None:
        """Wait for this side's next round, or piece of one.

        Raises:
            StoppedError: there will be none.
        """
        self._obeyed(self.hand_over("round"))
        placement.move(self._pair)
        self._pair += 1

    def note(self, round_: Round) -> None:
        """Report a round or piece, with this turn's message: when the driver and its workers were busy with it."""
        here = [execution for execution in round_.executions if execution.worker[0] in ("", node())]  # on this clock
        starts = [round_.start, *(execution.start for execution in here)]
        ends = [round_.start + round_.seconds, *(execution.end for execution in here)]
        busy: dict[Worker, float] = defaultdict(float)
        for execution in round_.executions:
            busy[execution.worker] += execution.seconds
        workers = None if self._on_cluster else [pid for _, pid in busy]
        parts = {"in_tasks": sum(busy.values()), "busiest": max(busy.values()), "workers": workers} if busy else {}
        self.tell(round_.seconds, min(starts), max(ends), round_.invalid, **parts)

    def tell(self, seconds: float, start: float, end: float, invalid: str = "", **parts: Any) -> None:
        """The same for any round: seconds that were timed, and when it was busy, on the monotonic clock."""
        self._ran.append({"seconds": seconds, "start": start, "end": end, "invalid": invalid, **parts})

    def done(self) -> None:
        """The last round has run: what follows in this turn is the check of its results."""
        self.hand_over("done")

    @staticmethod
    def _obeyed(answer: Message) -> Message:
        if reason := answer.get("stop"):
            raise StoppedError(reason)
        return answer


KEY = pytest.StashKey[Turns]()


def _digest_of(items: Sequence[Any]) -> str:
    """What tells both sides' items apart.

    Raises:
        VariantError: their bytes can't be had.
    """
    try:
        data = pickle.dumps(items, 5)
    except Exception as error:  # whatever their classes raise
        raise VariantError(
            f"items can't be pickled ({type(error).__name__}: {error}), so nothing tells whether both sides have the "
            "same; items are plain values: let the task make the rest from them"
        ) from None
    return hashlib.sha256(data).hexdigest()[:16]
