"""Folders that Rays and comparisons make, and whether one is left over."""

import contextlib
import threading
import time
from pathlib import Path

import psutil

from benchmarks.harness.sides.keeper import FOLDER_VARIABLE

PATIENCE_S = 20.0


def ray_folders() -> set[Path]:
    """Of all Rays and comparisons on this machine."""
    return set(Path("/tmp").glob("ray-suite-*"))


def left_over(before: set[Path]) -> set[Path]:
    """Folders that were not there before, and in which nobody works: another run on this machine may be using its own.

    One that is being made or removed gets time for it.
    """
    deadline = time.monotonic() + PATIENCE_S
    while found := (ray_folders() - before):
        found -= _in_use(found)
        if not found or time.monotonic() > deadline:
            return found
        threading.Event().wait(0.2)
    return set()


def _in_use(folders: set[Path]) -> set[Path]:
    """Those that a living process knows which some session still answers for: an orphan's folder is left over."""
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            known = " ".join([*process.cmdline(), process.environ().get(FOLDER_VARIABLE, "")])
            if its := {folder for folder in folders if str(folder) in known}:
                found |= its if any(map(_is_session, process.parents())) else set()
    return found


def _is_session(process: psutil.Process) -> bool:
    """Whether it is a pytest, or a command of this suite."""
    return any(word in " ".join(process.cmdline()) for word in ("pytest", "benchmarks"))
