"""A side's session in one pass: its process, its line to the conductor, and what it said last.

Owns how a side is started and how its end is described. Whose turn it is, is `pass_run`'s.
"""

import contextlib
import os
import signal
import socket
import subprocess

import psutil

from benchmarks.harness.sides.keeper import FOLDER_VARIABLE, Keeper
from benchmarks.harness.sides.protocol import TURN_VARIABLE, Channel, Message
from benchmarks.harness.sides.side import Side

# glibc decides as it goes whether freed memory is given back, to be faulted in anew: of five processes of the same
# code, one ran an image task in 12.1 ms and another in 18.7; Fibonacci spent two thirds of its 31 ms on faults. With
# memory kept, in huge pages, they take 11.9 to 12.4 and 10.3 to 10.7 ms (`python -m benchmarks.experiments.allocator`).
# It reads this at start, so only sides can have it; other systems don't know it.
TUNABLES = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=268435456"


class Process:
    """A side's session in one pass: its process, its line to the conductor, and what it said last."""

    def __init__(self, side: Side, number: int, keeper: Keeper) -> None:
        folder = keeper.folder
        self.name = side.name
        self.json = folder / f"{number}-{side.name}.json"
        self.log = folder / f"{number}-{side.name}.log"
        self.message: Message = {"at": "start"}
        self.test = ""
        self.turns: list[tuple[float, float]] = []
        self.timed: list[tuple[float, float]] = []
        self.rounds: list[Message] = []
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours)
        variables = {
            TURN_VARIABLE: str(theirs.fileno()),
            FOLDER_VARIABLE: str(folder),
            # Sets and dictionaries in another order from pass to pass, so that no verdict rests on one of them.
            "PYTHONHASHSEED": str(number + 1),
            "GIT_OPTIONAL_LOCKS": "0",
            "GLIBC_TUNABLES": ":".join(filter(None, [os.environ.get("GLIBC_TUNABLES"), TUNABLES])),
        }
        command = [*side.command, f"--benchmark-json={self.json}", "-o", f"cache_dir={folder / 'cache'}", "--color=no"]
        command.append("--maxfail=0")  # after -x: one side would end before the other
        with theirs, self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=side.folder,
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        keeper.watch(self.process.pid)

    @property
    def at(self) -> str:
        return str(self.message["at"])

    def take(self, message: Message) -> None:
        """Remember what it says."""
        self.message = message
        self.turns.append((message["turn"][0], message["turn"][1]))
        self.rounds += message["rounds"]
        self.timed += [(round_["start"], round_["end"]) for round_ in message["rounds"]]

    def cpu_s(self) -> float:
        """CPU seconds of all its processes so far."""
        total = 0.0
        for process in [psutil.Process(self.process.pid), *psutil.Process(self.process.pid).children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    def how_it_ended(self) -> str:
        """After its line has closed: the signal, or the status and what it printed last."""
        try:
            status = self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "closed its line to the conductor"
        if status < 0:
            return f"was killed ({signal.Signals(-status).name})"
        lines = [line.strip() for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        raised = [line.removeprefix("E").strip() for line in lines if line.startswith("E  ")]
        telling = raised or [line for line in lines if line.startswith(("ERROR", "ImportError", "ModuleNotFound"))]
        return f"ended with status {status}: {(telling or lines or ['it printed nothing'])[-1]}"
