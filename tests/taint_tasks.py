"""Tasks that workers can import, each of which breaks the terms of a timing in one way."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def square(item: int) -> int:
    return item * item


def sort_in_place(item: list[int]) -> int:
    item.sort()
    return item[0]


def read_only(item: Any) -> int:
    return len(item)


def give_a_lock(item: int) -> Any:
    """A result that can't travel."""
    return multiprocessing.get_context("spawn").Lock


def give_a_function(item: int) -> Any:
    """A result that Python's pickle can't carry."""
    return lambda: item


def give_a_generator(item: int) -> Any:
    """A result that no pickle carries."""
    return (number for number in range(item))


BURN = "import time\nend = time.process_time() + 0.1\nwhile time.process_time() < end: pass"


def compute_in_a_child(item: int) -> int:
    """Leave 100 ms of work to a child process, and wait for it."""
    subprocess.run([sys.executable, "-c", BURN], check=True)
    return item


def compute(item: int) -> int:
    """100 ms of CPU time."""
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    return item


def wait_for_ever(item: int) -> int:
    time.sleep(10_000)
    return item


def wait_while(flag: str) -> str:
    """Wait as long as the file is there, for its first caller for ever."""
    if Path(flag).exists():
        Path(flag).unlink()
        time.sleep(10_000)
    return flag


def die(item: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return item


def spin(seconds: float) -> float:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass
    return seconds


_seen: set[int] = set()


def count_calls(item: int) -> int:
    """Slow in a process's first call only, by half a second."""
    if os.getpid() not in _seen:
        time.sleep(0.5)
    _seen.add(os.getpid())
    return item
