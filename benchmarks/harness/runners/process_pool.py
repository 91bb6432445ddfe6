"""The pool variant: a warm `ProcessPoolExecutor`, the ceiling of what one machine's processes can do.

Owns what runs in the pool's processes. Never imports ray.
"""

import itertools
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from benchmarks.harness.runners.stamps import Counted, Execution, Fields, Stamped, Task, Warm
from benchmarks.harness.runners.variant import ALL, Round, Variant

_pool_items: Sequence[Any] = ()
_pool_task: Task


def _start_pool_worker(task: Task, items: Sequence[Any]) -> None:
    """In a pool worker: keep the items here, leave Ctrl-C to the driver, and don't outlive it."""
    global _pool_items, _pool_task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _pool_items, _pool_task = items, task


def _end_with_parent() -> None:
    """An idle worker would wait for its killed driver's next task for ever: it holds both ends of that queue."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _stamp_in_pool(index: int) -> Fields:
    return Stamped(_pool_task)(_pool_items[index])


def _count_in_pool(item: Any) -> Warm:
    return Counted(_pool_task)(item)


class Pool(Variant):
    """A warm `ProcessPoolExecutor` whose workers hold the items: the ceiling on one machine."""

    name = "pool"

    def prepare(self, task: Task, items: Sequence[Any], sample: Sequence[Any]) -> None:
        self._count, self._sample = len(items), list(itertools.islice(itertools.cycle(sample), self.slots))
        self._shared = task, items
        self._start()

    def _start(self) -> None:
        # spawn, not fork: a fork would copy the locks that threads of Ray and torch hold, and hang on them
        spawn = multiprocessing.get_context("spawn")
        self._others = set(multiprocessing.active_children())
        self._executor = ProcessPoolExecutor(self.slots, spawn, _start_pool_worker, self._shared)

    def _warm_round(self) -> list[Warm]:
        return list(self._executor.map(_count_in_pool, self._sample))

    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:
        raw: list[Any] = []
        submit, indices, invalid = self._executor.submit, range(self._count)[chosen], ""
        start = submitted = time.perf_counter()
        try:
            futures = [submit(_stamp_in_pool, index) for index in indices]
            submitted = time.perf_counter()
            raw = [future.result() for future in futures]
        except BrokenProcessPool:
            invalid = "a worker died"
        seconds = time.perf_counter() - start
        if on_result is not None:
            on_result(len(indices))
        return Round(start, seconds, submitted - start, [Execution(*fields) for fields in raw], invalid)

    def warm_up(self, patience_s: float = 120) -> float:
        try:
            return super().warm_up(patience_s)
        except BrokenProcessPool:
            self.close()
            self._start()
            return super().warm_up(patience_s)

    def close(self) -> None:
        """End the workers, also one that is in the middle of a task after Ctrl-C."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        workers = set(multiprocessing.active_children()) - self._others
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()
