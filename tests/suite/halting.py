"""A comparison that halts where a test wants it to, and every process of it: what `test_against_life` is made from."""

import contextlib
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.harness.sides.keeper import FOLDER_VARIABLE

PATIENCE_S = 10
HALT_S = 200
"""For so long a side may get to where it halts: 15 s alone, 60 and more beside other tests."""

HALTS = '''
"""A side's code that halts once where a test wants it to: tells so through one FIFO, and waits at another."""
import os
from pathlib import Path

calls = 0

def halt(moment):
    side = "head" if Path(__file__).is_relative_to(os.environ["HALT_HEAD"]) else "base"
    if os.environ["HALT_AT"] != f"{side} {moment}":
        return
    folder = Path(os.environ["HALT_FOLDER"])
    try:
        (folder / "halted").mkdir()  # of two workers, the first
    except FileExistsError:
        return
    (folder / "here").write_text(str(os.getpid()))
    (folder / "on").read_text()

def halt_in_round():
    """Calls before the 20th of a process are warm-up and estimate."""
    global calls
    calls += 1
    if calls == 20:
        halt("round")
'''
HOOKS = """
from workloads._halts import halt

def pytest_collection_modifyitems():
    halt("collection")

def pytest_benchmark_update_json():
    halt("saving")
"""


@dataclass
class Comparison:
    """One that runs, with a side that has halted.

    Attributes:
        process: the conductor's.
        family: every process of it, the conductor's and the keeper's among them.
        head_folder: where head's session runs.
        halted: the process that has.
        folder: the run's.
    """

    process: "subprocess.Popen[str]"
    head_folder: Path
    halts: Path
    halted: int = 0
    family: list[psutil.Process] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    folder: Path = Path("/nowhere")

    def look(self) -> None:
        """Note who belongs to it: what a child of it has started, or runs in a session of such a one."""
        conductor = psutil.Process(self.process.pid)
        self.sessions |= {session_of(process) for process in [conductor, *conductor.children(recursive=True)]} - {-1}
        self.family = self.members()
        for process in self.family:
            with contextlib.suppress(psutil.Error):
                if folder := process.environ().get(FOLDER_VARIABLE):
                    self.folder = Path(folder)

    def members(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if session_of(process) in self.sessions]

    def named(self, name: str) -> list[psutil.Process]:
        found = []
        for process in self.family:
            with contextlib.suppress(psutil.NoSuchProcess):
                found += [process] if name in process.name() else []
        return found

    def who(self, role: str) -> psutil.Process:
        """The conductor, the keeper, base or head, the raylet of head, or the process that has halted."""
        leaders = [process for process in self.family if process.pid == session_of(process)]
        keepers = [process for process in leaders if "benchmarks.harness.sides.keeper" in process.cmdline()]
        sides = [process for process in leaders if process.pid != self.process.pid and process not in keepers]
        heads = [process for process in sides if Path(process.cwd()) == self.head_folder]
        found = {
            "conductor": [psutil.Process(self.process.pid)],
            "keeper": keepers,
            "base": [process for process in sides if process not in heads],
            "head": heads,
            "raylet": [process for process in self.named("raylet") if session_of(process) == heads[0].pid],
            "halted": [process for process in self.family if process.pid == self.halted],
        }
        (one,) = found[role]
        return one

    def go_on(self) -> None:
        """Let go of the side that has halted."""
        (self.halts / "on").write_text("")

    def said_if_ended(self) -> str:
        """What a comparison that got to its end without having halted has said."""
        return "" if self.process.poll() is None else f": {self.process.communicate()[0]}"

    def ends(self, after_s: float = PATIENCE_S) -> tuple[int, str]:
        """Its status and what it says, once nothing is left of it within `PATIENCE_S`; it may take `after_s` to end."""
        said, _ = self.process.communicate(timeout=after_s)
        _, alive = psutil.wait_procs(self.family, timeout=PATIENCE_S)
        assert not [(process.pid, process.cmdline()) for process in alive]
        assert not [(process.pid, process.cmdline()) for process in self.members()]
        assert self.folder != Path("/nowhere")
        assert not self.folder.exists()
        return self.process.returncode, said


def session_of(process: psutil.Process) -> int:
    """-1 for a process that has ended."""
    try:
        return -1 if process.status() == psutil.STATUS_ZOMBIE else os.getsid(process.pid)
    except (psutil.Error, ProcessLookupError):
        return -1
