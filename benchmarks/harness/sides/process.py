"""A side's session in one pass: its process, its line to the conductor, and what it said last.

Owns how a side is started and how its end is described. Whose turn it is, is `pass_run`'s.
"""

import contextlib
import os
import signal
import socket
import subprocess

import psutil

from benchmarks.harness.runners import allocator
from benchmarks.harness.sides.keeper import FOLDER_VARIABLE, SIDE_VARIABLE, Keeper, of_side
from benchmarks.harness.sides.memory import peak_of, reset_peaks
from benchmarks.harness.sides.older import VERSIONS, translated
from benchmarks.harness.sides.protocol import FIELDS, PROTOCOL, TURN_VARIABLE, Channel, Message
from benchmarks.harness.sides.side import Side

# As everywhere (`allocator`), and in huge pages, which only a process that is started so can have: of five processes of
# the same code, one ran an image task in 12.1 ms and another in 18.7; Fibonacci spent two thirds of its 31 ms on
# faults. So they take 11.9 to 12.4 and 10.3 to 10.7 ms (`python -m benchmarks.experiments.allocator`).
TUNABLES = f"glibc.malloc.hugetlb=1:{allocator.TUNABLES}"


class Process:
    """A side's session in one pass: its process, its line to the conductor, and what it said last.

    Attributes:
        message: what it said last.
        version: of the turn protocol, once it has named it.
        test: which one it is at.
        turns, timed: when it had the turn, and when it timed rounds; (start, end) on the monotonic clock.
        rounds: of the present test.
        loaded: files that its driver has loaded, as far as they are no installed package's.
    """

    def __init__(self, side: Side, number: int, keeper: Keeper) -> None:
        folder = keeper.folder
        self.side = side
        self.name = side.name
        self.json = folder / f"{number}-{side.name}.json"
        self.log = folder / f"{number}-{side.name}.log"
        self.message: Message = {"at": "start"}
        self.version = PROTOCOL
        self.test = ""
        self.turns: list[tuple[float, float]] = []
        self.timed: list[tuple[float, float]] = []
        self.rounds: list[Message] = []
        self.loaded: set[str] = set()
        self._mark = str(folder / f"{number}-{side.name}")
        self._family: list[psutil.Process] = []
        ours, theirs = socket.socketpair()
        self.channel = Channel(ours)
        variables = {
            TURN_VARIABLE: str(theirs.fileno()),
            FOLDER_VARIABLE: str(folder),
            SIDE_VARIABLE: self._mark,
            # Sets and dictionaries in another order from pass to pass, so that no verdict rests on one of them.
            "PYTHONHASHSEED": str(number + 1),
            "GIT_OPTIONAL_LOCKS": "0",
            allocator.VARIABLE: ":".join(filter(None, [os.environ.get(allocator.VARIABLE), TUNABLES])),
        }
        command = [*side.command, f"--benchmark-json={self.json}", "-o", f"cache_dir={folder / 'cache'}", "--color=no"]
        command.append("--maxfail=0")  # after -x: one side would end before the other
        with theirs, self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                cwd=side.folder,
                env={**os.environ, **side.variables, **variables},
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
        """Remember what it says.

        Raises:
            LookupError, TypeError: it lacks something, or something is not what it should be.
        """
        if message["at"] == "collected":
            self.version = message.get("protocol", 0)
        if self.version in VERSIONS:
            message = translated(message, self.version)
        for name in FIELDS.get(message["at"], ()):
            message[name]
        start, end = message["turn"]
        timed = [(round_["start"], round_["end"]) for round_ in message["rounds"] if round_["seconds"] >= 0]
        self.message = message
        self.loaded |= set(message.get("loaded", ()))
        self.turns.append((start, end))
        self.rounds += message["rounds"]
        self.timed += timed

    def close(self) -> None:
        """Let go of it, once its processes have been ended."""
        self.channel.socket.close()
        self.process.wait()

    def find_family(self) -> None:
        """Look up its processes, for `cpu_s`: some milliseconds, so once a test."""
        self._family = of_side(self._mark, self.process.pid)

    def cpu_s(self) -> float:
        """CPU seconds so far of the processes that were found last."""
        total = 0.0
        for process in self._family:
            with contextlib.suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system
        return total

    @property
    def on_cluster(self) -> bool:
        """Whether this test's rounds ran on workers of a joined cluster, which may be on any machine."""
        return any(round_.get("workers", ()) is None for round_ in self.rounds)

    def begin_peak(self) -> None:
        """From here on `peak_memory` counts: for the processes that were found last."""
        reset_peaks(process.pid for process in self._family)

    def peak_memory(self) -> int | None:
        """Peak resident bytes of the driver and of the workers that ran this test's rounds; None if it can't be had."""
        if self.on_cluster:
            return None
        workers = {pid for round_ in self.rounds for pid in round_.get("workers", ())}
        return peak_of({self.process.pid, *workers})

    def left(self) -> list[str]:
        """What still runs of it after its session has ended, by name."""
        names = []
        for process in of_side(self._mark, self.process.pid):
            with contextlib.suppress(psutil.Error):
                names.append(process.name())
        return names

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
