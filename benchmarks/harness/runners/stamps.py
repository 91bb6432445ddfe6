"""What runs around a task where it runs: start and end, CPU time, worker, thread share.

Owns the stamps. Imported by every worker, so it imports nothing heavy; hands out nothing and judges nothing.
"""

import functools
import os
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.harness import tree

Task = Callable[[Any], Any]
Worker = tuple[str, int]  # node id and process id
Fields = tuple[Any, Worker, float, float, float]  # of an `Execution`
# A worker, the share of its CPU time that was the task's own thread's, and the files that it has loaded.
Warm = tuple[Worker, float | None, tree.Loaded]


class Execution(NamedTuple):
    """One task's run. `start` and `end` are seconds of the monotonic clock of the node that it ran on; `cpu_s` are the
    seconds of them in which its thread had a core."""

    result: Any
    worker: Worker
    start: float
    end: float
    cpu_s: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


class Stamped:
    """A task that also says where and when it ran: `task(item)` → the fields of an `Execution`."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def __call__(self, item: Any) -> Fields:
        start, cpu = time.perf_counter(), time.thread_time()
        result = self.task(item)
        cpu = time.thread_time() - cpu
        return result, (node(), os.getpid()), start, time.perf_counter(), cpu


class Counted:
    """A task that also says whether it kept to one thread: `task(item)` → (worker, thread share, files).

    The thread share is the calling thread's part of the process's CPU time, about 1 for one thread; None below 5 ms,
    and for a task that mostly waits: there the housekeeping of Ray would pass for a thread of the task. Holds the
    worker for 50 ms more, so that no fast worker takes another's turn.
    """

    def __init__(self, task: Task) -> None:
        self.task = task

    def __call__(self, item: Any) -> Warm:
        start, process, thread = time.perf_counter(), time.process_time(), time.thread_time()
        self.task(item)
        process, thread = time.process_time() - process, time.thread_time() - thread
        least = max(0.005, 0.05 * (time.perf_counter() - start))
        time.sleep(0.05)
        return (node(), os.getpid()), thread / process if process >= least else None, tree.loaded()


@functools.cache
def node() -> str:
    """Id of the Ray node that this process belongs to; empty in a process without Ray."""
    ray = sys.modules.get("ray")
    return ray.get_runtime_context().get_node_id() if ray is not None and ray.is_initialized() else ""
