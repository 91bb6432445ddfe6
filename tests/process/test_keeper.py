"""Ending what a comparison has started: real processes, in real sessions, some of them hard to find.

Whether all have ended is told by a pipe that each of them holds open: it ends with the last one. So nothing is waited
for longer than it takes, and a process that is left over fails its test by the time limit.
"""

import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks.harness.sides.keeper import FOLDER_VARIABLE, Keeper, family
from benchmarks.harness.tree import ROOT

PATIENCE_S = 10.0

CHILD = "import os, signal; os.write(1, b'%d\\n' % os.getpid()); signal.pause()"

SIDE = f"""
import os, signal, subprocess, sys
for _ in range(2):  # as Ray's agents: in the session, but with nothing in their environment
    subprocess.Popen([sys.executable, "-I", "-S", "-c", {CHILD!r}], env={{}})
os.write(1, b"%d\\n" % os.getpid())
"""
WAITS = f"{SIDE}signal.pause()\n"
"""Three processes; each writes its id once it runs."""

LEAVES = SIDE
"""The same, but the leader of the session ends, and only its children are left."""

BREEDS = """
import os, subprocess, sys
os.write(1, b"%d\\n" % os.getpid())
while True:
    for child in [subprocess.Popen(["/bin/sh", "-c", "exit 0"], env={}) for _ in range(8)]:
        child.wait()
"""

ECHOES = """
import sys
print(flush=True)
for line in sys.stdin:
    print("alive", flush=True)
"""

CONDUCTOR = """
import os, subprocess, sys
from pathlib import Path
from benchmarks.harness.sides.keeper import FOLDER_VARIABLE, Keeper
with Keeper() as keeper:
    (keeper.folder / "0-base.log").write_text("logs and Rays lie here")
    os.write(1, f"{keeper.folder}\\n".encode())
    side = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", sys.argv[1]],
        env={FOLDER_VARIABLE: str(keeper.folder)},
        start_new_session=True,
    )
    if sys.argv[2] == "watched":
        keeper.watch(side.pid)
    os.write(1, b"watched\\n")
    sys.stdin.read()
"""

Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    """`start(program, folder)`: a process in a session of its own. What is left of its session ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(program: str, folder: Path | None, *arguments: str) -> "subprocess.Popen[str]":
        variables = {FOLDER_VARIABLE: str(folder)} if folder else {}
        options = ["-I", "-S"] if not arguments else []
        process = subprocess.Popen(
            [sys.executable, *options, "-c", program, *arguments],
            cwd=ROOT,
            env={**os.environ, **variables} if arguments else variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        for one in family(Path("/nowhere"), [process.pid]):
            one.kill()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def lines(process: "subprocess.Popen[str]", count: int) -> list[str]:
    """What it and its children write next."""
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(count)]


def running(
    folder: Path, start: Start, program: str = WAITS, processes: int = 3
) -> tuple["subprocess.Popen[str]", set[int]]:
    """A side of which all processes run, and their ids."""
    side = start(program, folder)
    return side, {int(line) for line in lines(side, processes)}


def require_ended(process: "subprocess.Popen[str]") -> None:
    """Nobody holds its output any more."""
    process.communicate(timeout=PATIENCE_S)


def keeper_of(folder: Path) -> psutil.Process:
    """The process that would clean up."""
    (found,) = [child for child in psutil.Process().children() if str(folder) in child.cmdline()]
    return found


def test_a_runs_folder_is_its_own_and_short() -> None:
    with Keeper() as one, Keeper() as other:
        assert one.folder != other.folder
        assert stat.S_IMODE(one.folder.stat().st_mode) == 0o700
        assert len(str(one.folder)) < 30  # Ray's sockets lie in it, and their paths may have 107 bytes
    assert not one.folder.exists()
    assert not other.folder.exists()


def test_leaving_ends_a_side_with_all_that_it_started_and_removes_the_folder(start: Start) -> None:
    with Keeper() as keeper:
        side, ids = running(keeper.folder, start)
        keeper.watch(side.pid)
        (keeper.folder / "deep").mkdir()
        (keeper.folder / "deep" / "file").write_text("")
        assert {process.pid for process in family(keeper.folder, [])} == ids
    require_ended(side)
    assert not keeper.folder.exists()


def test_an_error_cleans_up_as_well(start: Start) -> None:
    with contextlib.suppress(KeyboardInterrupt), Keeper() as keeper:
        side, _ = running(keeper.folder, start)
        keeper.watch(side.pid)
        raise KeyboardInterrupt
    require_ended(side)
    assert not keeper.folder.exists()


def test_ending_the_sides_leaves_the_folder_for_the_next_ones(start: Start) -> None:
    with Keeper() as keeper:
        for _ in range(2):
            side, _ = running(keeper.folder, start)
            keeper.watch(side.pid)
            keeper.end_all()
            require_ended(side)
            assert keeper.folder.is_dir()
            assert family(keeper.folder, [side.pid]) == []


def test_children_whose_session_lost_its_leader_are_found(start: Start) -> None:
    with Keeper() as keeper:
        side, ids = running(keeper.folder, start, LEAVES)
        keeper.watch(side.pid)
        side.wait(timeout=PATIENCE_S)
        assert {process.pid for process in family(keeper.folder, [side.pid])} == ids - {side.pid}
        keeper.end_all()
        require_ended(side)


def test_a_session_that_was_not_reported_yet_is_found_by_its_environment(start: Start) -> None:
    with Keeper() as keeper:
        side, _ = running(keeper.folder, start)
    require_ended(side)


def test_a_session_that_keeps_starting_processes_is_ended(start: Start) -> None:
    """Processes end while they are looked at: that is no error."""
    with Keeper() as keeper:
        side, (leader,) = running(keeper.folder, start, BREEDS, 1)
        keeper.watch(side.pid)
        for _ in range(200):
            assert leader in {process.pid for process in family(keeper.folder, [side.pid])}
    require_ended(side)


def test_another_runs_processes_are_not_touched(start: Start) -> None:
    with Keeper() as one, Keeper() as other:
        mine, _ = running(one.folder, start)
        theirs = start(ECHOES, other.folder)
        strangers = start(ECHOES, None)
        lines(theirs, 1)
        lines(strangers, 1)
        one.watch(mine.pid)
        other.watch(theirs.pid)
        one.end_all()
        require_ended(mine)
        for process in (theirs, strangers):
            assert process.stdin is not None
            process.stdin.write("?\n")
            process.stdin.flush()
            assert lines(process, 1) == ["alive"]
        assert other.folder.is_dir()
    theirs.wait(timeout=PATIENCE_S)
    assert strangers.poll() is None


def test_ones_own_session_is_never_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Though the conductor's children may have the variable, and its session's id be named."""
    child = subprocess.Popen([sys.executable, "-I", "-S", "-c", CHILD], env={FOLDER_VARIABLE: str(tmp_path)})
    try:
        assert family(tmp_path, [os.getsid(0)]) == []
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("reported", ["watched", "not yet"])
def test_a_killed_conductor_leaves_neither_processes_nor_a_folder(start: Start, reported: str) -> None:
    conductor = start(CONDUCTOR, None, WAITS, reported)
    said = lines(conductor, 5)
    (folder,) = [Path(line) for line in said if line.startswith("/")]
    ids = [int(line) for line in said if line.isdecimal()]
    assert len(ids) == 3
    assert folder.is_dir()
    conductor.send_signal(signal.SIGKILL)
    require_ended(conductor)  # the keeper holds its output, too: after it has done its work
    assert conductor.returncode == -signal.SIGKILL
    assert not folder.exists()
    left = [psutil.Process(pid).status() for pid in ids if psutil.pid_exists(pid)]
    assert set(left) <= {psutil.STATUS_ZOMBIE}


def test_a_conductor_that_ends_well_leaves_no_keeper(start: Start) -> None:
    conductor = start(CONDUCTOR, None, WAITS, "watched")
    lines(conductor, 5)
    assert conductor.stdin is not None
    conductor.stdin.close()
    assert conductor.wait(timeout=PATIENCE_S) == 0
    assert conductor.stdout is not None
    assert conductor.stdout.read() == ""


def test_without_its_keeper_the_conductor_cleans_up(start: Start) -> None:
    with Keeper() as keeper:
        first, _ = running(keeper.folder, start)
        keeper.watch(first.pid)
        killed = keeper_of(keeper.folder)
        killed.kill()
        killed.wait(timeout=PATIENCE_S)
        second, _ = running(keeper.folder, start)
        keeper.watch(second.pid)
    require_ended(first)
    require_ended(second)
    assert not keeper.folder.exists()
    with Keeper() as next_one:  # nothing of the killed one is in the way
        assert next_one.folder.is_dir()


def test_a_keeper_has_nothing_to_do_with_the_terminal() -> None:
    """Ctrl-C goes to a terminal's session; the keeper is in another one."""
    with Keeper() as keeper:
        assert os.getsid(keeper_of(keeper.folder).pid) != os.getsid(0)
