"""Handing the turn to a side: an answer goes out, a message comes back, and nothing else may.

Both sides have the turn at once only where nothing is timed, or what either is timed at keeps one core busy.

Owns waiting for a side, and noticing one that ends, hangs, speaks out of turn or loads the other side's files. What its
messages mean is `pass_run`'s and `timing`'s.
"""

import contextlib
import select
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.harness import machine
from benchmarks.harness.sides.errors import SideError
from benchmarks.harness.sides.process import Process
from benchmarks.harness.sides.protocol import PROTOCOL, BrokenLineError, Message


class Exchange:
    """The lines to the sides of one pass.

    Attributes:
        sides: the sides' processes, in the order in which they began.

    Args:
        number: the pass's, from 0.
        trees: of both sides, by name.
    """

    def __init__(self, number: int, trees: Mapping[str, Path]) -> None:
        self.sides: list[Process] = []
        self._number, self._trees = number, trees
        self._running: list[Process] = []

    def by_name(self) -> tuple[Process, Process]:
        """Base and head."""
        base, head = sorted(self.sides, key=lambda process: process.name)
        return base, head

    def begin(self, process: Process) -> None:
        """A side that has just been started has the turn."""
        self.sides.append(process)
        self._running.append(process)

    def together(self, answer: Message, patience: float) -> None:
        """Give both sides the turn at once, where there are cores for both, and wait until both have handed it back.

        Raises:
            SideError: as `go`.
        """
        if machine.usable_cpus() < len(self.sides):
            for process in self.sides:
                self.go(process, answer, patience)
            return
        for process in self.sides:
            self._give(process, answer)
        for process in self.sides:
            self.listen(process, patience)

    def go(self, process: Process, answer: Message, patience: float) -> None:
        """Give a side the turn, and wait until it hands it back.

        Raises:
            SideError: it or the other one ended, hangs for `patience` seconds, spoke out of turn, or runs the other
                side's files.
        """
        self._give(process, answer)
        self.listen(process, patience)

    def _give(self, process: Process, answer: Message) -> None:
        self._running.append(process)
        with contextlib.suppress(OSError):  # waiting for its answer says how it ended
            process.channel.send(answer)

    def listen(self, process: Process, patience: float) -> None:
        """The same for a side that has the turn already. Another one that has it, too, is listened to in its own time.

        Raises:
            SideError: as `go`.
        """
        where = f" at {process.test.rpartition('::')[2]}" if process.test else ""
        where += f", pass {self._number + 1}"
        lines = {other.channel.socket: other for other in self.sides if other is process or other not in self._running}
        readable, _, _ = select.select(list(lines), [], [], patience)
        if not readable:
            raise SideError(process.name, f"{process.name} hangs{where}: no answer within {patience:.0f} s")
        heard = [lines[ready] for ready in readable]
        speaker = process if process in heard else heard[0]
        try:
            message = speaker.channel.receive(patience)
        except BrokenLineError as error:
            raise SideError(speaker.name, f"{speaker.name} {error}{where}") from None
        if message is None:
            raise SideError(speaker.name, f"{speaker.name} {speaker.how_it_ended()}{where}")
        if speaker is not process or speaker.channel.pending:
            raise SideError(speaker.name, f"{speaker.name} ran out of turn{where}")
        self._running.remove(process)
        try:
            process.take(message)
        except (LookupError, TypeError, ValueError):
            shown = str(message)[:60]
            said = f"{process.name} said {shown}, which is no message of version {PROTOCOL}{where}"
            raise SideError(process.name, said) from None
        self._require_own_files(process, message.get("loaded", ()))

    def _require_own_files(self, process: Process, loaded: Sequence[str]) -> None:
        """A side that has loaded a file of the other one's tree times the other one's code."""
        trees = dict(self._trees)
        if len(set(trees.values())) < 2:
            return
        mine = trees.pop(process.name)
        for file in map(Path, loaded):
            for name, tree in trees.items():
                if file.is_relative_to(tree) and not file.is_relative_to(mine):
                    raise SideError(
                        process.name,
                        f"{process.name} has loaded {file.relative_to(tree)} from {name}'s tree, not from its own: "
                        "put the folder that it is imported from into `pythonpath` in pytest.ini",
                        status=3,
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
