"""Ends whatever a comparison has started, also where the comparison itself was killed.

Owns finding a run's processes and the end of its folder. Starts no side. Run as a program, it waits until its standard
input closes, which happens when the conductor ends, however it ends.

A side leads a session of its own (`setsid`). What it starts stays in that session, also when its parent dies and when
it overwrites its environment, as Ray's agents do; a process between fork and its session's first report is found by
the variable in its environment. So processes are found by id, never by name.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import psutil

from benchmarks.harness.tree import ROOT

FOLDER_VARIABLE = "BENCHMARKS_FOLDER"
"""Environment variable that each process of a comparison starts with: the run's folder, in which Rays and logs live."""

SIDE_VARIABLE = "BENCHMARKS_SIDE"
"""Environment variable that tells one side's processes in one pass from all others of the run."""

PATIENCE_S = 8.0


class Keeper:
    """The conductor's end: a process outside the terminal's reach that cleans up if the conductor can't.

    Used as a context manager; leaving it ends all sides and removes the folder.

    Attributes:
        folder: the run's, for everything that is not to stay.
    """

    def __init__(self) -> None:
        # Short, and not below TMPDIR: Ray's sockets lie in it, and their paths may have 107 bytes.
        self.folder = Path("/tmp", f"ray-suite-{secrets.token_hex(4)}")  # noqa: S108
        self._sessions: list[int] = []

    def __enter__(self) -> "Keeper":
        command = [sys.executable, "-m", __spec__.name, str(self.folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, cwd=ROOT, start_new_session=True, text=True, bufsize=1
        )
        self.folder.mkdir(mode=0o700)  # only now: from here on there is someone to remove it
        return self

    def watch(self, session: int) -> None:
        """Answer for what runs in a session from now on."""
        self._sessions.append(session)
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # the keeper was killed: leaving the context does its work
            self._process.stdin.write(f"{session}\n")

    def end_all(self) -> None:
        """End every side's processes."""
        end(self.folder, self._sessions)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            end(self.folder, self._sessions)
            shutil.rmtree(self.folder, ignore_errors=True)
        finally:
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.wait()


def family(folder: Path, sessions: Iterable[int]) -> list[psutil.Process]:
    """Living processes of these sessions, and of any whose leader or member has `folder` in its environment."""
    known, everyone = set(sessions), []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
            session = os.getsid(process.pid)
            everyone.append((process, session))
            if session not in known and process.environ().get(FOLDER_VARIABLE) == str(folder):
                known.add(session)
    ours = os.getsid(0)
    return [process for process, session in everyone if session in known and session != ours and _lives(process)]


def of_side(mark: str, session: int) -> list[psutil.Process]:
    """Living processes of one side in one pass: its session's, and those with its mark in their environment."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, ProcessLookupError, PermissionError):
            if os.getsid(process.pid) == session or process.environ().get(SIDE_VARIABLE) == mark:
                found.append(process)
    return [process for process in found if _lives(process)]


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):  # it may have ended since it was listed
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


def end(folder: Path, sessions: Iterable[int]) -> None:
    """Kill a run's processes until none is left: one of them may be starting another one."""
    sessions = list(sessions)
    deadline = time.monotonic() + PATIENCE_S
    while (left := family(folder, sessions)) and time.monotonic() < deadline:
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=0.1)  # not long: an orphan may stay a zombie for a second, and counts as ended


def main() -> None:
    """Wait for the conductor's end; then do what it could not."""
    folder = Path(sys.argv[1])
    sessions = [int(line) for line in sys.stdin]
    end(folder, sessions)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
