"""Saved runs that are whole or not there, whatever happens while they are written.

Owns writing one into pytest-benchmark's storage. What a run holds, and finding it again, is pytest-benchmark's.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.storage.file import FileStorage
from pytest_benchmark.utils import safe_dumps

PART = ".part"
"""The end of a name that no run has: of a file that is being written."""


class WholeFiles(FileStorage):
    """pytest-benchmark's storage in a folder, in which no file is ever half written.

    It would write in place: killed meanwhile, or on a full disk, it leaves a part, and two runs that end at once take
    the same number. Here a file gets its name once all of it is on the disk, and one run at a time gets a number.

    Attributes:
        failure: why the last run could not be saved.
    """

    failure: OSError | None = None

    def save(self, output_json: dict[str, Any], save: str) -> None:
        """As pytest-benchmark's own; what goes wrong is in `failure`, as a session's end is no place to raise."""
        data = safe_dumps(output_json, ensure_ascii=True, indent=4).encode()
        folder: Path = self.get("")  # type: ignore[no-untyped-call]
        try:
            with _alone(folder):
                file = folder / f"{self._next_num}_{save}.json"
                write(file, data)
        except OSError as error:
            self.failure = error
        else:
            self.logger.info(f"Saved benchmark data in: {file}")


def of(storage: Any) -> WholeFiles | None:
    """pytest-benchmark's own storage object, now one of this kind; None where it is no folder but a server."""
    if isinstance(storage, FileStorage):
        storage.__class__ = WholeFiles
    return storage if isinstance(storage, WholeFiles) else None


def of_session(config: pytest.Config) -> WholeFiles | None:
    """This session's storage, now one of this kind; None where there is none, or it is a server."""
    session = config.pluginmanager.getplugin("pytest-benchmark")
    return None if session is None else of(session.storage)


def failure(config: pytest.Config) -> str:
    """Why this session's run could not be saved, as a sentence; empty where it was, or was not to be."""
    storage = of_session(config)
    if storage is None or storage.failure is None:
        return ""
    return f"This run could not be saved in {storage.path}: {storage.failure.strerror}"


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other run saves in this folder meanwhile; what a killed one has left is removed."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        for part in folder.glob(f".*{PART}"):
            part.unlink()
        yield
    finally:
        os.close(held)


def write(file: Path, data: bytes) -> None:
    """Give `file` these bytes, all of them or none.

    Raises:
        OSError: it can't be written.
    """
    part = file.with_name(f".{file.name}{PART}")
    try:
        with part.open("xb") as written:
            written.write(data)
            written.flush()
            os.fsync(written.fileno())
        part.rename(file)
    finally:
        part.unlink(missing_ok=True)
