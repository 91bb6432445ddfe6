"""Tasks that workers can import, each with one trait that a timing must notice."""

import hashlib
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt


def square(item: int) -> int:
    return item * item


def busy(item: int) -> int:
    """About 20 ms of CPU time."""
    return sum(number & item for number in range(300_000))


def where(item: int) -> int:
    """The process that ran it."""
    return os.getpid()


def meet(folder: str) -> int:
    """The process that ran it, once another one has run it, too."""
    (Path(folder) / str(os.getpid())).touch()
    deadline = time.monotonic() + 60
    while len(list(Path(folder).iterdir())) < 2:
        if time.monotonic() > deadline:
            raise TimeoutError("no second process came")
    return os.getpid()


def total(item: npt.NDArray[np.uint8]) -> int:
    assert not item.flags.owndata, "a copy was made on the way"
    return int(item.sum())


def die_once(flag: str) -> str:
    """Kill the own process while the file `flag` is there; it is gone by then."""
    if Path(flag).exists():
        Path(flag).unlink()
        os.kill(os.getpid(), signal.SIGKILL)
    return flag


def two_threads(item: int) -> int:
    """Computes in two threads of its own: hashing gives up the interpreter's lock."""
    data = bytes(30_000_000)
    threads = [threading.Thread(target=hashlib.sha256, args=(data,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return item


def fail(item: int) -> int:
    raise LookupError(f"no result for {item}")


def wait(seconds: float) -> float:
    """Wait without using a core, as a perfect CPU for every task would have it."""
    time.sleep(seconds)
    return seconds


def wait_and_return_much(seconds: float) -> bytes:
    """Wait, then return 20 MB."""
    time.sleep(seconds)
    return bytes(20_000_000)


_used = False


def wait_longer_at_first(seconds: float) -> float:
    """Wait, in a process's first call for 1.5 s more: what a heavy import costs."""
    global _used
    if not _used:
        time.sleep(1.5)
    _used = True
    return wait(seconds)
