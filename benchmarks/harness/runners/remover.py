"""Ends what belongs to a Ray's folder, and removes it; also where the process that started that Ray was killed.

Owns the last look. Run as a program, it waits until its standard input closes, which happens when that process ends,
however it ends: SIGKILL leaves it nothing to do itself.
"""

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.harness.tree import ROOT

PATIENCE_S = 10.0
"""For so long it is tried."""


@contextlib.contextmanager
def watching(folder: Path) -> Iterator[None]:
    """Somebody answers for a folder that is made inside the block, and that is removed there in any ordinary way."""
    command = [sys.executable, "-m", __spec__.name, str(folder)]
    # A session of its own: Ctrl-C and whoever ends this process's group are to leave it alone.
    process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT, start_new_session=True)
    assert process.stdin is not None
    try:
        yield
    finally:
        process.stdin.close()
        process.wait()


def remove(folder: Path) -> None:
    """Until it is gone, and with it whoever was started on it.

    A worker that was just being started when its raylet ended is nobody's child, and makes the folder anew.
    """
    until = time.monotonic() + PATIENCE_S
    while ((users := _users(folder)) or folder.exists()) and time.monotonic() < until:
        for process in users:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(users, timeout=1)
        shutil.rmtree(folder, ignore_errors=True)


def _users(folder: Path) -> list[psutil.Process]:
    """Processes with a path in the folder on their command line, or an open file in it: Ray's overwrite their line.

    This program's command line has the folder itself only.
    """
    found, inside = [], f"{folder}/"
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            paths = process.cmdline()
            if process.name().startswith("ray::"):
                paths += [file.path for file in process.open_files()]
            if inside in " ".join(paths):
                found.append(process)
    return found


def main() -> None:
    """Wait for the other process's end; then do what it has not done."""
    sys.stdin.read()
    remove(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
