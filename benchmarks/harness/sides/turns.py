"""A side's session: waits for its turns, and says what it did in them.

Owns the end of the turn protocol that a side holds, as the pace of its measurements and as hooks of its session. Which
side runs when is `pass_run`'s.
"""

import hashlib
import os
import pickle
import platform
import socket
import time
from pathlib import Path
from typing import Any

import pytest

import workloads
from benchmarks.harness import tree
from benchmarks.harness.measuring.pace import StoppedError
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.variant import Round
from benchmarks.harness.sides.protocol import PROTOCOL, TURN_VARIABLE, Channel, Message


class Turns:
    """A side's end: a `measuring.pace.Pace`, and the hooks of its session."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._since = time.perf_counter()
        self._ran: list[Message] = []
        self._outcome: Message | None = None
        self._gone = False

    def hand_over(self, at: str, **facts: Any) -> Message:
        """End this turn with a message, and wait for the next one: what the conductor answers.

        Raises:
            pytest.exit.Exception: the conductor is gone.
        """
        turn = [self._since, time.perf_counter()]
        message = {"at": at, "turn": turn, "rounds": self._ran, "outcome": None, **facts}
        self._ran = []
        if at in ("test", "end"):  # only now the test before has ended
            message["outcome"], self._outcome = self._outcome, None
        try:
            self._channel.send(message)
            answer = self._channel.receive()
        except OSError:
            answer = None
        if answer is None:
            self._gone = True
            pytest.exit("the comparison has ended", returncode=int(pytest.ExitCode.INTERRUPTED))
        self._since = time.perf_counter()
        return answer

    def rounds(self, subject: Subject, pair_s: float) -> int:
        """Everything is warm; how many rounds to run. `pair_s`: what one of this side's is likely to take, seconds.

        Raises:
            StoppedError: this test is not to be timed.
        """
        params = dict(subject.workload.sizes[subject.size])
        facts = {"params": params, "tasks": len(subject.items), "items": _digest(pickle.dumps(subject.items, 5))}
        tolerance = subject.workload.tolerance
        answer = self._obeyed(self.hand_over("ready", seconds=pair_s, tolerance=tolerance, **facts))
        return int(answer["rounds"])

    def wait(self) -> None:
        """Wait for this side's next round.

        Raises:
            StoppedError: there will be none.
        """
        self._obeyed(self.hand_over("round"))

    def note(self, round_: Round) -> None:
        """Report a round, with this turn's message: when the driver and its workers were busy with it."""
        starts = [round_.start, *(execution.start for execution in round_.executions)]
        ends = [round_.start + round_.seconds, *(execution.end for execution in round_.executions)]
        self._ran.append({"seconds": round_.seconds, "start": min(starts), "end": max(ends), "invalid": round_.invalid})

    def done(self) -> None:
        """The last round has run: what follows in this turn is the check of its results."""
        self.hand_over("done")

    @staticmethod
    def _obeyed(answer: Message) -> Message:
        if reason := answer.get("stop"):
            raise StoppedError(reason)
        return answer

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Report what there is to compare, and keep what the conductor wants, in its order."""
        if session.testsfailed:  # a file that can't be imported: this session ends now, and its output says why
            self._gone = True
            items.clear()
            return
        found = {item.nodeid: item for item in items if "measure" in getattr(item, "fixturenames", ())}
        answer = self.hand_over(
            "collected",
            protocol=PROTOCOL,
            tests=list(found),
            python=platform.python_version(),
        )
        chosen = [found[test] for test in answer["tests"]]
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        self.hand_over("test", test=item.nodeid)
        self._outcome = {"test": item.nodeid, "word": "passed", "reason": ""}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self._outcome is not None and report.outcome != "passed" and self._outcome["word"] != "failed":
            self._outcome |= {"word": report.outcome, "reason": _sentence(report)}

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        if not self._gone:
            self.hand_over("end")


KEY = pytest.StashKey[Turns]()


def join(config: pytest.Config) -> None:
    """Become a side, if a conductor has started this session."""
    if number := os.environ.get(TURN_VARIABLE):
        for place in (tree.ROOT, Path(workloads.__file__).resolve().parents[1]):
            if place != config.rootpath.resolve():
                raise pytest.UsageError(
                    f"this side is {config.rootpath}, but what would be timed was loaded from {place}"
                )
        config.stash[KEY] = turns = Turns(Channel(socket.socket(fileno=int(number))))
        os.set_inheritable(int(number), False)  # what this session starts must not hold the conductor's line
        config.pluginmanager.register(turns, "lockstep")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _sentence(report: pytest.TestReport) -> str:
    """What a failed or skipped test says, in a line."""
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else report.longreprtext
    return " ".join(text.split()).removeprefix("Failed: ")[:500]
