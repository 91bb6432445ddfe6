"""What runs around a task where it runs: start and end, CPU time, worker; in the warm-up also what it does to its item.

Owns the stamps. Imported by every worker, so it imports nothing heavy; hands out nothing and judges nothing.
"""

import copy
import functools
import os
import pickle
import reprlib
import sys
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from benchmarks.harness import machine, tree
from benchmarks.harness.runners import stops
from benchmarks.harness.same import IncomparableError, same

Task = Callable[[Any], Any]
Worker = tuple[str, int]  # node id and process id
Fields = tuple[Any, Worker, float, float, float, int]  # of an `Execution`

LEAST_CPU_S, LEAST_CPU_SHARE = 0.005, 0.1
"""With less CPU time, or a smaller share of their time, tasks show nothing of threads: the housekeeping of a Ray worker
would pass for one of theirs."""

YIELDS_S = 0.02
"""So long a worker that has had its first task leaves the next to another. Ray finds that one in a few ms, and a cold
start seems no more than this longer than it is."""


class Execution(NamedTuple):
    """One task's run. `start` and `end` are seconds of the monotonic clock of the node that it ran on; `cpu_s` are the
    seconds of them in which its thread had a core; `stops` is how often its process was stopped and continued since
    its task before."""

    result: Any
    worker: Worker
    start: float
    end: float
    cpu_s: float
    stops: int = 0

    @property
    def seconds(self) -> float:
        return self.end - self.start


class Warm(NamedTuple):
    """What one task of the warm-up tells.

    Attributes:
        worker: who ran it.
        thread_share: of the CPU time of this process and the children that the task started, the part that was the
            task's own thread's: about 1 for one thread. None where too short to tell.
        children: whether the task had processes of its own work for it.
        loaded: the tree's files that this process has loaded.
        niceness: this process's priority.
        gpus: how many GPUs it may use.
        changed: the item before and after, where the task changed it; else empty.
        unpicklable: why the result can't travel; else empty.
    """

    worker: Worker
    thread_share: float | None
    children: bool
    loaded: tree.Loaded
    niceness: int
    gpus: int
    changed: str
    unpicklable: str


class First:
    """A process's first task: `task(item)` → seconds of its import and its first call, once the process is up."""

    def __init__(self, task: Task) -> None:
        self._packed = pack(task)  # so that it is imported in the call

    def __call__(self, item: Any) -> float:
        start = time.perf_counter()
        pickle.loads(self._packed)(item)  # noqa: S301 — packed by the driver
        return time.perf_counter() - start


class Fresh:
    """A first task on whichever worker gets it: `task(item)` → that worker, and the seconds of its first task.

    A worker that has had its own waits instead and tells no seconds, so that one that comes up later gets the next.
    """

    def __init__(self, task: Task) -> None:
        self._first: First | None = First(task)

    def __call__(self, item: Any) -> tuple[Worker, float | None]:
        first, self._first = self._first, None
        if first is None:
            time.sleep(YIELDS_S)
        return who(), None if first is None else first(item)


class ItemError(Exception):
    """An item is nothing that a task can be given twice; one sentence."""


class Stamped:
    """A task that also says where and when it ran: `task(item)` → the fields of an `Execution`."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def __call__(self, item: Any) -> Fields:
        start, cpu = time.perf_counter(), time.thread_time()
        result = self.task(item)
        cpu = time.thread_time() - cpu
        return result, who(), start, time.perf_counter(), cpu, stops.untold()


class Counted:
    """A task of the warm-up: `task(item)` → `Warm`.

    Holds the worker for 50 ms more, so that no fast worker takes another's turn.

    In the process that makes it, only children that appear while the task runs are the task's: the others are Ray's
    daemons, or workers of a pool that come up meanwhile.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self._made_in, self._own = os.getpid(), set[int]()

    def __call__(self, item: Any) -> Warm:
        stops.watch()
        held = _Held(item)
        before, waited = _children(), _waited_s()
        start, process, thread = time.perf_counter(), time.process_time(), time.thread_time()
        result = self.task(item)
        process, thread = time.process_time() - process, time.thread_time() - thread
        least = max(LEAST_CPU_S, LEAST_CPU_SHARE * (time.perf_counter() - start))
        after, here = _children(), os.getpid() == self._made_in
        self._own |= after.keys() - before.keys()
        used = [cpu_s - before.get(pid, 0.0) for pid, cpu_s in after.items() if not here or pid in self._own]
        children_s = _waited_s() - waited + sum(used)
        told = Warm(
            worker=who(),
            thread_share=thread / (process + children_s) if process + children_s >= least else None,
            children=children_s > process - thread,
            loaded=tree.loaded(),
            niceness=machine.niceness(),
            gpus=machine.gpus(),
            changed=held.changed(item),
            unpicklable=unpicklable(result),
        )
        time.sleep(0.05)
        stops.untold()  # none of a round's
        return told


class _Held:
    """An item as it was before its task ran."""

    def __init__(self, item: Any) -> None:
        try:
            self._before: bytes | None = pack(item)
        except Exception as error:  # whatever a class raises that can't be pickled
            self._before = None
            try:
                self._copy = copy.deepcopy(item)
            except Exception:
                raise ItemError(
                    f"items can be neither pickled nor copied ({type(error).__name__}: {error}); items are plain "
                    "values: let the task make the rest from them"
                ) from None

    def changed(self, item: Any) -> str:
        """`[3, 1] became [1, 3]`; empty where it did not change."""
        if self._before is None:
            before = self._copy
        elif self._before == pack(item):
            return ""
        else:  # bytes also differ where only the sharing of equal parts does
            before = pickle.loads(self._before)  # noqa: S301 — packed by this process
        try:
            alike = same(before, item)
        except IncomparableError:  # nothing but its bytes to go by, and they differ
            alike = self._before is None
        return "" if alike else f"{reprlib.repr(before)} became {reprlib.repr(item)}"


def pack(value: Any) -> bytes:
    """What travels between driver and worker: Ray's pickle where Ray is loaded, else Python's."""
    ray = sys.modules.get("ray")
    packed: bytes = (ray.cloudpickle if ray is not None else pickle).dumps(value, protocol=5)
    return packed


def unpicklable(value: Any) -> str:
    """Why a value can't be pickled; empty where it can."""
    try:
        pack(value)
    except Exception as error:  # whatever its class raises
        return f"{type(error).__name__}: {error}"
    return ""


def _children() -> dict[int, float]:
    """CPU seconds of this process's running children, by process id."""
    import psutil

    found = {}
    for child in psutil.Process().children():
        try:
            times = child.cpu_times()
        except psutil.Error:  # it has just ended, and its time is among `_waited_s`
            continue
        found[child.pid] = times.user + times.system
    return found


def _waited_s() -> float:
    """CPU seconds of children that have ended."""
    times = os.times()
    return times.children_user + times.children_system


@functools.cache
def node() -> str:
    """Id of the Ray node that this process belongs to; empty in a process without Ray."""
    ray = sys.modules.get("ray")
    return ray.get_runtime_context().get_node_id() if ray is not None and ray.is_initialized() else ""


def who() -> Worker:
    """The worker that this process is."""
    return node(), os.getpid()
