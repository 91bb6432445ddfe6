"""Who says when the rounds of a test run, and how many: this session alone, or a conductor that has two of them.

Owns the interface between a measurement and its pace, and the pace of a session alone. A side's is `sides.turns`.
"""

from typing import Protocol

from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.settings import Plan


class StoppedError(Exception):
    """This test is not to be timed, or not any longer; the message says why."""


class Pace(Protocol):
    """What a measurement asks before, during and after its rounds.

    Attributes:
        pieces: in how many pieces each round runs, each with a `wait` before it and a `note` after it.
    """

    pieces: int

    def rounds(self, subject: Subject, pair_s: float, cold_s: float | None) -> int:
        """Everything is warm: how many rounds to run, where a pair is likely to take `pair_s` seconds.

        `cold_s`: seconds from a test's begin to its first result; None where that could not be measured.

        Raises:
            StoppedError: none.
        """

    def wait(self) -> None:
        """Return when the next round, or piece of one, may run.

        Raises:
            StoppedError: there will be none.
        """

    def note(self, round_: Round) -> None:
        """This round, or piece of one, has run."""

    def done(self) -> None:
        """The last round has run."""


class Alone:
    """A session alone: as many rounds as the plan has, each at once and in one piece."""

    pieces = 1

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def rounds(self, subject: Subject, pair_s: float, cold_s: float | None) -> int:  # noqa: ARG002 — a side tells them
        return self._plan.rounds(pair_s)

    def wait(self) -> None:
        pass

    def note(self, round_: Round) -> None:
        pass

    def done(self) -> None:
        pass
