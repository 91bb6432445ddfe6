"""How a comparison ends: killed, interrupted or hanging, whoever it is and wherever it was, nothing of it is left."""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from benchmarks.harness.sides.keeper import FOLDER_VARIABLE
from tests.git import commit
from tests.suite.conftest import QUICKER

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


@pytest.fixture
def patience_s() -> float:
    """What a side may take for a round, and for workers to come up again after a death in it."""
    return 30.0


@pytest.fixture
def start(
    repository: pytest.Pytester,
    add_workload: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    patience_s: float,
) -> Iterator[Callable[..., Comparison]]:
    """`start("head", "round", variant="ray")` starts a comparison and returns once that side has halted there.

    Moments are `collection`, `items` (with its Ray up), `round` and `saving`; with "" nothing is waited for.
    """
    for name in ("here", "on"):
        os.mkfifo(tmp_path / name)
    tree = repository.path
    (tree / "workloads" / "_halts.py").write_text(HALTS)
    (tree / "benchmarks" / "conftest.py").write_text(HOOKS)
    add_workload(
        "tiny",
        QUICKER,
        ("from workloads", "from workloads._halts import halt, halt_in_round\nfrom workloads"),
        ("    total = 0", "    halt_in_round()\n    total = 0"),
        ("    return [", "    halt('items')\n    return ["),
    )
    timing = tree / "benchmarks" / "harness" / "sides" / "timing.py"
    text = timing.read_text()
    assert "ROUND_PATIENCE_S = 30.0" in text
    timing.write_text(text.replace("ROUND_PATIENCE_S = 30.0", f"ROUND_PATIENCE_S = {patience_s}"))
    commit(tree)
    monkeypatch.setenv("HALT_HEAD", str(tree))
    monkeypatch.setenv("HALT_FOLDER", str(tmp_path))
    started: list[Comparison] = []

    def start(side: str, moment: str, variant: str) -> Comparison:
        monkeypatch.setenv("HALT_AT", f"{side} {moment}")
        command = [sys.executable, "-m", "pytest", "benchmarks", "-k", variant, "--against", "HEAD", "--budget", "1"]
        here = os.open(tmp_path / "here", os.O_RDONLY | os.O_NONBLOCK)
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )
        comparison = Comparison(process, tree, tmp_path)
        started.append(comparison)
        if moment:
            ready, _, _ = select.select([here], [], [], HALT_S)
            assert ready, f"no side got so far{comparison.said_if_ended()}"
            comparison.halted = int(os.read(here, 100))
        os.close(here)
        comparison.look()
        return comparison

    yield start
    for comparison in started:
        for process in [*comparison.family, *comparison.members()]:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        comparison.process.kill()
        comparison.process.communicate()
        shutil.rmtree(comparison.folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("how", "side", "moment", "variant"),
    [
        (signal.SIGTERM, "base", "collection", "serial"),
        (signal.SIGKILL, "base", "collection", "serial"),
        (signal.SIGINT, "head", "round", "serial"),
        (signal.SIGTERM, "base", "round", "serial"),
        (signal.SIGKILL, "head", "round", "ray"),
        (signal.SIGINT, "base", "saving", "serial"),
    ],
)
def test_an_interrupted_comparison_leaves_nothing(
    start: Callable[..., Comparison], how: signal.Signals, side: str, moment: str, variant: str
) -> None:
    """Ctrl-C goes to the terminal's whole process group, SIGTERM and SIGKILL to the conductor alone."""
    comparison = start(side, moment, variant)
    assert bool(comparison.named("raylet")) == (variant == "ray")
    if how == signal.SIGINT:
        os.killpg(comparison.process.pid, how)
    else:
        comparison.process.send_signal(how)
    status, said = comparison.ends()
    if how != signal.SIGKILL:
        assert said.splitlines()[-1] == "ERROR: interrupted: no verdict"
        assert status == pytest.ExitCode.INTERRUPTED
        assert "Traceback" not in said


@pytest.mark.parametrize("impatient", [False, True])
def test_a_comparison_whose_rays_are_starting_leaves_nothing(start: Callable[..., Comparison], impatient: bool) -> None:
    """Killed, or interrupted by somebody who presses Ctrl-C again and again, when processes appear by the dozen."""
    comparison = start("", "", "ray")
    deadline = time.monotonic() + HALT_S
    while not comparison.named("raylet"):
        assert time.monotonic() < deadline
        comparison.look()
    if impatient:
        for _ in range(3):
            os.killpg(comparison.process.pid, signal.SIGINT)
    else:
        comparison.process.kill()
    comparison.ends()


@pytest.mark.parametrize("patience_s", [2.0])  # a side whose raylet is gone may wait for it, and count as hanging
@pytest.mark.parametrize(
    ("victim", "side", "moment", "variant", "sentence"),
    [
        ("base", "base", "collection", "serial", "base was killed (SIGKILL), pass 1"),
        ("base", "head", "round", "serial", "base was killed (SIGKILL) at *tiny-small-serial*, pass 1"),
        ("head", "head", "round", "serial", "head was killed (SIGKILL) at *tiny-small-serial*, pass 1"),
        ("raylet", "head", "round", "ray", "head * at *tiny-small-ray*, pass 1*"),
        ("head", "base", "saving", "serial", "head was killed (SIGKILL)*"),
    ],
)
def test_a_side_that_is_killed_is_named(
    start: Callable[..., Comparison],
    patience_s: float,
    victim: str,
    side: str,
    moment: str,
    variant: str,
    sentence: str,
) -> None:
    """Whether it has the turn or waits for it."""
    comparison = start(side, moment, variant)
    comparison.who(victim).kill()
    if moment == "saving":
        comparison.go_on()
    status, said = comparison.ends()
    pytest.LineMatcher(said.splitlines()[-1:]).fnmatch_lines([f"ERROR: {sentence}"])
    assert status == (3 if victim == "base" else 1)
    assert "Traceback" not in said


@pytest.mark.parametrize("patience_s", [2.0])
def test_a_side_that_hangs_is_named(start: Callable[..., Comparison], patience_s: float) -> None:
    comparison = start("head", "round", "serial")
    status, said = comparison.ends()
    sentence = "ERROR: head hangs at *tiny-small-serial*, pass 1: no answer within * s"
    pytest.LineMatcher(said.splitlines()[-1:]).fnmatch_lines([sentence])
    assert status == 1


def test_a_dead_worker_costs_a_pair_and_a_dead_keeper_nothing(start: Callable[..., Comparison]) -> None:
    comparison = start("head", "round", "ray")
    for victim in [comparison.who("keeper"), comparison.who("halted")]:
        victim.kill()
    status, said = comparison.ends(after_s=60)  # it goes on to its end
    assert status == 6, said
    assert "tiny-small-ray: 1 invalid pair left out" in said
