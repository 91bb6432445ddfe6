"""The pool variant: a warm `ProcessPoolExecutor`, the ceiling of what one machine's processes can do.

Owns what runs in the pool's processes. Never imports ray.
"""

import itertools
import multiprocessing
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from benchmarks.harness.stamps import Counted, Execution, Stamped, Task, Warm, Worker
from benchmarks.harness.variants import Round, Variant

_pool_items: Sequence[Any] = ()
_pool_task: Task


def _start_pool_worker(task: Task, items: Sequence[Any]) -> None:
    """In a pool worker: keep the items here, and leave Ctrl-C to the driver."""
    global _pool_items, _pool_task
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _pool_items, _pool_task = items, task


def _stamp_in_pool(index: int) -> tuple[Any, Worker, float, float]:
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
        self._executor = ProcessPoolExecutor(self.slots, spawn, _start_pool_worker, self._shared)

    def _warm_round(self) -> list[Warm]:
        return list(self._executor.map(_count_in_pool, self._sample))

    def run(self, on_result: Callable[[int], Any] | None = None) -> Round:
        raw: list[Any] = []
        submit, invalid = self._executor.submit, ""
        start = submitted = time.perf_counter()
        try:
            futures = [submit(_stamp_in_pool, index) for index in range(self._count)]
            submitted = time.perf_counter()
            raw = [future.result() for future in futures]
        except BrokenProcessPool:
            invalid = "a worker died"
        seconds = time.perf_counter() - start
        if on_result is not None:
            on_result(self._count)
        return Round(seconds, submitted - start, [Execution(*fields) for fields in raw], invalid)

    def warm_up(self, patience_s: float = 120) -> float:
        try:
            return super().warm_up(patience_s)
        except BrokenProcessPool:
            self.close()
            self._start()
            return super().warm_up(patience_s)

    def close(self) -> None:
        self._executor.shutdown(cancel_futures=True)
