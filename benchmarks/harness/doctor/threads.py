"""The library's own parallelism: the serial loop in a process whose libraries may use all threads.

Owns that process. The suite's own processes are held to one thread (`machine.ONE_THREAD`), before NumPy is imported.
"""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

from benchmarks.harness import machine
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.stamps import Execution, Task, Warm
from benchmarks.harness.runners.variant import ALL, Variant

_items: Sequence[Any] = ()
_task: Task


def _start(task: Task, items: Sequence[Any]) -> None:
    global _items, _task
    _items, _task = items, task


def _loop() -> tuple[list[Any], float, float, float]:
    """All items; their results, seconds, and seconds of CPU time of all threads and of this one."""
    start, cpu, own = time.perf_counter(), time.process_time(), time.thread_time()
    results = [_task(item) for item in _items]
    return results, time.perf_counter() - start, time.process_time() - cpu, time.thread_time() - own


class AllThreads(Variant):
    """A serial loop in a process of its own that is timed inside it: nothing travels in its time.

    Attributes:
        cores: how many cores the last round kept busy.
        share: the part of its CPU time that was the loop's own thread's, 1 for one thread.
    """

    name = "all threads"

    def __init__(self) -> None:
        super().__init__(1)
        self.cores, self.share = 0.0, 1.0

    def prepare(self, task: Task, items: Sequence[Any], sample: Sequence[Any]) -> None:  # noqa: ARG002 — it warms with all
        held = {name: os.environ.pop(name) for name in machine.ONE_THREAD if name in os.environ}
        try:
            self._executor = ProcessPoolExecutor(1, get_context("spawn"), _start, (task, list(items)))
            self.run()  # starts the process, with the environment as it is now
        finally:
            os.environ.update(held)

    def _warm_round(self, timed: bool = False) -> list[Warm]:  # noqa: ARG002 — `warm_up` needs none
        return []

    def warm_up(self) -> None:
        """One process, which has run everything."""
        self.run()

    def inspect(self, round_: Round) -> Round:
        return round_

    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:  # noqa: ARG002 — all items
        start = time.perf_counter()
        results, seconds, cpu, own = self._executor.submit(_loop).result()
        self.cores, self.share = cpu / seconds, own / max(cpu, 1e-9)
        return Round(start, seconds, 0.0, [Execution(result, ("", 0), start, start, 0.0) for result in results])

    def close(self) -> None:
        self._executor.shutdown(cancel_futures=True)
