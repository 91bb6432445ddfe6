"""Two sessions taking turns: the protocol, and the end of it that a side holds.

Owns messages, their version, and what a session does under a conductor. Which side runs when, and what its messages
mean for the comparison, is `passes`'s.

A side has the turn from each answer of the conductor until its own next message, and blocks in between. So whatever
costs CPU (set-up, warm-up, every round, checks, saving) happens in its turn, or not at all. Its messages are lines of
JSON over a socket that it inherits, each with `at`, the `turn` that it ends (start and end, seconds of the monotonic
clock that both sides share), the `rounds` that it ran and the `outcome` of a test that has ended:

    collected   protocol, tests, python                     → {"tests": [ids to run, in order]}
    test        test                                        → {}
    ready       seconds, tolerance, params, tasks, items    → {"rounds": n} or {"stop": reason}
    round                                                   → {} or {"stop": reason}
    done        after the last round                        → {}
    end                                                     → {}, then the process saves its JSON and exits
"""

import hashlib
import json
import os
import pickle
import platform
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import workloads
from benchmarks.harness import origin

if TYPE_CHECKING:
    from benchmarks.harness.pairing import Subject
    from benchmarks.harness.variants import Round

PROTOCOL = 1
TURN_VARIABLE = "BENCHMARKS_TURN"
"""Environment variable that makes a session a side: the number of its inherited socket."""

Message = dict[str, Any]


class StoppedError(Exception):
    """The conductor ends this test; the message says why."""


class Channel:
    """Messages over one end of a socket pair."""

    def __init__(self, end: socket.socket) -> None:
        self.socket = end
        self._buffer = bytearray()

    def send(self, message: Message) -> None:
        """Raises OSError where nobody holds the other end."""
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self) -> Message | None:
        """The next message; blocks. None once the other end is closed."""
        while b"\n" not in self._buffer:
            try:
                data = self.socket.recv(1 << 16)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        message: Message = json.loads(line)
        return message


class Turns:
    """A side's end, and the hooks of its session."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._since = time.perf_counter()
        self._rounds: list[Message] = []
        self._outcome: Message | None = None
        self._gone = False

    def hand_over(self, at: str, **facts: Any) -> Message:
        """End this turn with a message, and wait for the next one: what the conductor answers.

        Raises:
            pytest.exit.Exception: the conductor is gone.
        """
        turn = [self._since, time.perf_counter()]
        message = {"at": at, "turn": turn, "rounds": self._rounds, "outcome": None, **facts}
        self._rounds = []
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

    def ready(self, subject: "Subject", seconds: float) -> int:
        """Everything is warm; how many rounds to run. `seconds`: what one is likely to take.

        Raises:
            StoppedError: this test is not to be timed.
        """
        params = dict(subject.workload.sizes[subject.size])
        facts = {"params": params, "tasks": len(subject.items), "items": _digest(pickle.dumps(subject.items, 5))}
        tolerance = subject.workload.tolerance
        answer = self._obeyed(self.hand_over("ready", seconds=seconds, tolerance=tolerance, **facts))
        return int(answer["rounds"])

    def take_round(self) -> None:
        """Wait for this side's next round.

        Raises:
            StoppedError: there will be none.
        """
        self._obeyed(self.hand_over("round"))

    def note(self, round_: "Round") -> None:
        """Tell of a round, with this turn's message: when the driver and its workers were busy with it."""
        starts = [round_.start, *(execution.start for execution in round_.executions)]
        ends = [round_.start + round_.seconds, *(execution.end for execution in round_.executions)]
        self._rounds.append(
            {"seconds": round_.seconds, "start": min(starts), "end": max(ends), "invalid": round_.invalid}
        )

    @staticmethod
    def _obeyed(answer: Message) -> Message:
        if reason := answer.get("stop"):
            raise StoppedError(reason)
        return answer

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Tell what there is to compare, and keep what the conductor wants, in its order."""
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


def is_side() -> bool:
    """Whether a conductor has started this session."""
    return TURN_VARIABLE in os.environ


def join(config: pytest.Config) -> None:
    """Become a side, if a conductor has started this session."""
    if number := os.environ.get(TURN_VARIABLE):
        for place in (origin.ROOT, Path(workloads.__file__).resolve().parents[1]):
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
