"""One comparison at a time in a tree: two would time each other."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness.sides.errors import USAGE, ComparisonError


class BusyError(ComparisonError):
    """Another comparison runs."""

    status = USAGE


@contextlib.contextmanager
def alone(root: Path) -> Iterator[None]:
    """Hold a folder locked. The lock leaves no file, and ends with this process, however it ends.

    Raises:
        BusyError: another process holds it.
    """
    place = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"another comparison runs in {root}, and the two would time each other: wait until it has ended"
            ) from None
        yield
    finally:
        os.close(place)
