"""What a user sees while a test's rounds run: behind pytest's own dots, which stay, and gone when the test has ended.

Owns that text and where it goes. It is written between rounds, never inside one.
"""

import sys

import pytest

from benchmarks.harness.measuring.pace import Pace
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.rounds import Round

SAVE, RESTORE, CLEAR = "\x1b7", "\x1b8", "\x1b[K"
"""Of the cursor's place, and to the end of the line: a bar of its own would start the line anew, over the dots."""

LEAST = 12
"""Columns that must be left on the line."""


class Watched:
    """A pace that also says how far a test is; silent where nobody looks, or asked for quiet.

    Args:
        pace: who says when and how many.
        config: of the session.
    """

    def __init__(self, pace: Pace, config: pytest.Config) -> None:
        self._pace, self.pieces = pace, pace.pieces
        self._writer = config.get_terminal_writer()
        self._shows = config.get_verbosity() >= 0 and sys.stdout.isatty()
        self._name, self._planned, self._ran = "", 0, 0

    def rounds(self, subject: Subject, pair_s: float, cold_s: float | None) -> int:
        self._planned = self._pace.rounds(subject, pair_s, cold_s)
        self._name = f"{subject.name}-{subject.size}-{subject.variant.name}"
        self._shows = self._shows and subject.size != "full"  # there every task counts, and has a bar
        self._show()
        return self._planned

    def wait(self) -> None:
        self._pace.wait()

    def note(self, round_: Round) -> None:
        self._pace.note(round_)
        self._ran += 1
        self._show()

    def done(self) -> None:
        self._pace.done()

    def close(self) -> None:
        """Take the text away, however the test ended."""
        if self._shows and self._planned:
            sys.stdout.write(f"{SAVE}{CLEAR}{RESTORE}")
            sys.stdout.flush()

    def _show(self) -> None:
        room = self._writer.fullwidth - self._writer.width_of_current_line - 2
        if self._shows and room >= LEAST:
            text = f" {self._ran} of {self._planned} rounds · {self._name}"[:room]
            sys.stdout.write(f"{SAVE}{text}{CLEAR}{RESTORE}")
            sys.stdout.flush()
