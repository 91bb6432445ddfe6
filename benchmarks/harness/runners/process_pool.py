"""The pool variant: a warm `ProcessPoolExecutor`, the ceiling of what one machine's processes can do.

Owns what runs in the pool's processes. Never imports ray.
"""

import itertools
import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from benchmarks.harness.runners.rounds import ColdStart, Round
from benchmarks.harness.runners.stamps import Counted, Execution, Fields, Stamped, Task, Warm
from benchmarks.harness.runners.terms import WorkerDiedError
from benchmarks.harness.runners.variant import ALL, NotUpError, Variant

_pool_items: Sequence[Any] = ()
_pool_task: Task
_pool_load_s: float


def _start_pool_worker(packed: bytes) -> None:
    """In a pool worker: keep task and items here, leave Ctrl-C to the driver, and don't outlive it."""
    global _pool_items, _pool_task, _pool_load_s
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    start = time.perf_counter()
    _pool_task, _pool_items = pickle.loads(packed)  # noqa: S301 — packed by the driver
    _pool_load_s = time.perf_counter() - start


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


def _count_timed_in_pool(index: int) -> Warm:
    return Counted(_pool_task)(_pool_items[index])


def _run_first_in_pool(item: Any) -> float:
    """Seconds of the import, which came with the items, and of the first call."""
    start = time.perf_counter()
    _pool_task(item)
    return _pool_load_s + time.perf_counter() - start


class Pool(Variant):
    """A warm `ProcessPoolExecutor` whose workers hold the items: the ceiling on one machine."""

    name = "pool"
    INLINE_BYTES = -1
    """No item travels with its task, however small: the workers have them all from their start."""

    _executor: ProcessPoolExecutor

    def prepare(self, task: Task, items: Sequence[Any], sample: Sequence[Any]) -> None:
        self._items, self._sample = items, list(itertools.islice(itertools.cycle(sample), self.slots))
        self._require_picklable(items)
        self._packed = pickle.dumps((task, items), protocol=5)
        self._start()

    def _start(self) -> None:
        # spawn, not fork: a fork would copy the locks that threads of Ray and torch hold, and hang on them
        spawn = multiprocessing.get_context("spawn")
        self._others = set(multiprocessing.active_children())
        self._executor = ProcessPoolExecutor(self.slots, spawn, _start_pool_worker, (self._packed,))

    def cold_start(self) -> ColdStart | None:
        return self._started(lambda: self._warmed(_run_first_in_pool, self._sample))

    def _warm_round(self, timed: bool = False) -> list[Warm]:
        if timed:
            return self._warmed(_count_timed_in_pool, range(len(self._items))[: self.slots])
        return self._warmed(_count_in_pool, self._sample)

    def _warmed(self, function: Callable[[Any], Any], arguments: Sequence[Any]) -> list[Any]:
        try:
            asked = [self._executor.submit(function, argument) for argument in arguments]
            done, late = futures.wait(asked, timeout=self.patience_s)
            told = [future.result() for future in asked if future in done]
        except BrokenProcessPool:
            raise WorkerDiedError("pool: a worker died in the warm-up: does the task end its process?") from None
        if late:
            raise NotUpError(told)
        return told

    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:
        raw: list[Any] = []
        submit, indices, invalid = self._executor.submit, range(len(self._items))[chosen], ""
        start = submitted = time.perf_counter()
        try:
            asked = [submit(_stamp_in_pool, index) for index in indices]
            submitted = time.perf_counter()
            raw = self._results(asked, indices)
        except BrokenProcessPool:
            invalid = "a worker died"
        seconds = time.perf_counter() - start
        if on_result is not None:
            on_result(len(indices))
        return Round(start, seconds, submitted - start, [Execution(*fields) for fields in raw], invalid)

    def _results(self, asked: list[Future[Fields]], indices: Sequence[int]) -> list[Fields]:
        """All results; late is only who has let `patience_s` pass without any other having ended, too."""
        ended = 0
        while True:
            try:
                return [future.result(self.patience_s) for future in asked]
            except TimeoutError:
                waiting = [index for index, future in zip(indices, asked, strict=True) if not future.done()]
                if not waiting:  # the task itself raised it
                    raise
                if len(asked) - len(waiting) == ended:
                    raise self._late(waiting[0], self._items[waiting[0]]) from None
                ended = len(asked) - len(waiting)

    def _renew(self) -> None:
        self.close()
        self._start()

    def close(self) -> None:
        """End the workers, also one that is in the middle of a task after Ctrl-C."""
        if not hasattr(self, "_executor"):  # `prepare` has refused the items
            return
        self._executor.shutdown(wait=False, cancel_futures=True)
        workers = set(multiprocessing.active_children()) - self._others
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join(10)
            worker.kill()
            worker.join()
