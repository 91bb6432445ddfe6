"""The dask variant: futures of a local `distributed` cluster, a process a slot, no dashboard. Needs the extra `peers`.

Owns the cluster and how items are handed to it.
"""

import itertools
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.harness.runners.alarm import TooLateError, no_longer_than
from benchmarks.harness.runners.rounds import ColdStart, Round
from benchmarks.harness.runners.stamps import Counted, Execution, First, Stamped, Task, Warm
from benchmarks.harness.runners.terms import WorkerDiedError
from benchmarks.harness.runners.variant import ALL, NotUpError, Variant, missing


class Dask(Variant):
    """`Client.map` and one `gather`. Large items are scattered once, before timing, as Ray's are put."""

    name = "dask"
    INLINE_BYTES = 100 * 1024

    def prepare(self, task: Task, items: Sequence[Any], sample: Sequence[Any]) -> None:
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError as error:
            raise missing(self.name, "dask and distributed", error) from error
        self._stamped, self._counted, self._first = Stamped(task), Counted(task), First(task)
        start = time.perf_counter()
        # By default a task whose worker died is run again, up to three times: such a round would only look slow.
        with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
            self._cluster: Any = LocalCluster(
                n_workers=self.slots,
                threads_per_worker=1,
                dashboard_address="127.0.0.1:0",  # without one it would listen all the same, at a port of everybody's
                silence_logs=logging.CRITICAL,
                scheduler_kwargs={"dashboard": False},
            )
        self._client: Any = Client(self._cluster)
        self._starting_s = time.perf_counter() - start
        self._sample = list(itertools.islice(itertools.cycle(sample), self.slots))
        self._items, sizes = items, self._require_picklable(items)
        start = time.perf_counter()
        self._arguments = [
            self._client.scatter(item, hash=False) if size > self.INLINE_BYTES else item
            for item, size in zip(items, sizes, strict=True)
        ]
        self.put_s = time.perf_counter() - start
        self.put_bytes = sum(size for size in sizes if size > self.INLINE_BYTES)

    def cold_start(self) -> ColdStart | None:
        """As for every variant; the workers have started in `prepare`, and what that took is added."""
        return self._started(lambda: self._warmed(self._first, self._sample), self._starting_s)

    def _warm_round(self, timed: bool = False) -> list[Warm]:
        return self._warmed(self._counted, self._arguments[: self.slots] if timed else self._sample)

    def _warmed(self, function: Any, items: Sequence[Any]) -> list[Any]:
        from distributed import KilledWorker

        futures = self._submit(function, items)
        try:
            return self._gathered(futures)
        except KilledWorker:
            raise WorkerDiedError("dask: a worker died in the warm-up: does the task end its process?") from None
        except TooLateError:
            raise NotUpError([]) from None

    def _gathered(self, futures: Sequence[Any]) -> list[Any]:
        """All results, unless for `patience_s` no task has ended."""
        with no_longer_than(self.patience_s, lambda: sum(future.done() for future in futures)):
            found: list[Any] = self._client.gather(futures)
        return found

    def _submit(self, function: Any, arguments: Sequence[Any]) -> Any:
        # Not pure: else the second round would be the first one's results, looked up.
        return self._client.map(function, arguments, pure=False, retries=0, batch_size=len(arguments))

    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:
        from distributed import KilledWorker

        raw: list[Any] = []
        arguments, invalid = self._arguments[chosen], ""
        start = time.perf_counter()
        futures = self._submit(self._stamped, arguments)
        submitted = time.perf_counter()
        try:
            raw = self._gathered(futures)
        except KilledWorker:
            invalid = "a worker died"
        except TooLateError:
            late = next(index for index, future in enumerate(futures) if not future.done())
            index = range(len(self._items))[chosen][late]
            raise self._late(index, self._items[index]) from None
        seconds = time.perf_counter() - start
        if on_result is not None:
            on_result(len(arguments))
        return Round(start, seconds, submitted - start, [Execution(*fields) for fields in raw], invalid)

    def close(self) -> None:
        if not hasattr(self, "_client"):  # `prepare` found no Dask
            return
        self._client.close()
        self._cluster.close()
