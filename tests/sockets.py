"""Where the processes of a run listen. Also copied into a suite that is run, so that it can list its own."""

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path

import psutil

LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}

FILE_VARIABLE = "TESTS_SOCKETS_FILE"
"""Environment variable of a run: where `note` writes. Whoever has it belongs to the run, whoever its parent is."""


def listening(processes: Iterable[psutil.Process]) -> dict[str, set[str]]:
    """Addresses by process name."""
    found: dict[str, set[str]] = {}
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            for socket in process.net_connections("inet"):
                if socket.status == psutil.CONN_LISTEN or (socket.status == psutil.CONN_NONE and not socket.raddr):
                    found.setdefault(process.name(), set()).add(socket.laddr.ip)
    return found


def of_run() -> list[psutil.Process]:
    """All processes of the run that this one belongs to."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(FILE_VARIABLE) == os.environ[FILE_VARIABLE]:
                found.append(process)
    return found


def note() -> None:
    """Add a line: where all of this run's processes listen now."""
    found = {name: sorted(addresses) for name, addresses in listening(of_run()).items()}
    with Path(os.environ[FILE_VARIABLE]).open("a") as file:
        file.write(json.dumps(found) + "\n")
