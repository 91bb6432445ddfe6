"""The ray variant: Ray tasks at their best.

Owns how tasks and items are handed to Ray; the only user of `ray.remote` for what is timed. Ray's life is `cluster`'s.
"""

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

from benchmarks.harness.runners.cluster import Cluster
from benchmarks.harness.runners.stamps import Counted, Execution, Stamped, Task, Warm
from benchmarks.harness.runners.variant import ALL, Round, Variant


class Ray(Variant):
    """Ray tasks: all submitted, then one `ray.get`. Large items are put into the object store once, before timing."""

    name = "ray"
    INLINE_BYTES = 100 * 1024
    """Smaller items travel with the task, as Ray itself sends small arguments: 0.4 ms a round faster than a reference
    for two tasks on 2 cores."""

    def __init__(self, cluster: Cluster, cpus_per_task: int = 1) -> None:
        super().__init__(cluster.cpus // cpus_per_task)
        self._cluster = cluster
        self._cpus_per_task = cpus_per_task

    def prepare(self, task: Task, items: Sequence[Any], sample: Sequence[Any]) -> None:
        import ray

        # No retries: a round in which a task ran twice would only look slow.
        strategy: Literal["SPREAD", "DEFAULT"] = "SPREAD" if self._cluster.nodes > 1 else "DEFAULT"
        remote: Any = ray.remote(num_cpus=self._cpus_per_task, max_retries=0, scheduling_strategy=strategy)
        stamped, counted = Stamped(task), Counted(task)

        def run_task(item: Any) -> Any:
            return stamped(item)

        def warm_up(item: Any) -> Any:
            return counted(item)

        self._submit, self._submit_warm = remote(run_task).remote, remote(warm_up).remote
        sizes = [len(self.pack(item)) for item in items]
        start = time.perf_counter()
        self._arguments = [
            ray.put(item) if size > self.INLINE_BYTES else item for item, size in zip(items, sizes, strict=True)
        ]
        self.put_s = time.perf_counter() - start
        self.put_bytes = sum(size for size in sizes if size > self.INLINE_BYTES)
        self._sample = list(itertools.islice(itertools.cycle(sample), self.slots))
        _, self._spilled = self._cluster.spilled()

    def _warm_round(self) -> list[Warm]:
        import ray

        warm: list[Warm] = ray.get([self._submit_warm(item) for item in self._sample])
        return warm

    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:
        import ray
        from ray.exceptions import NodeDiedError, ObjectLostError, OutOfMemoryError, WorkerCrashedError

        raw: list[Any] = []
        submit, arguments, invalid = self._submit, self._arguments[chosen], ""
        start = time.perf_counter()
        refs = [submit(argument) for argument in arguments]
        submitted = time.perf_counter()
        try:
            raw = ray.get(refs)
        except (WorkerCrashedError, OutOfMemoryError, NodeDiedError, ObjectLostError) as error:
            invalid = f"a worker died ({type(error).__name__})"
        seconds = time.perf_counter() - start
        if on_result is not None:
            on_result(len(refs))
        if invalid:  # what still runs would be timed with the next round
            ray.wait(refs, num_returns=len(refs), fetch_local=False)
        return Round(start, seconds, submitted - start, [Execution(*fields) for fields in raw], invalid)

    def inspect(self, round_: Round) -> Round:
        before = self._spilled
        on_disk, self._spilled = self._cluster.spilled()
        if (on_disk or self._spilled != before) and not round_.invalid:
            return replace(round_, invalid="objects spilled from the object store to disk")
        if self._cpus_per_task > 1:  # fewer slots than workers: any of them may run the next task
            return round_
        return super().inspect(round_)

    def pack(self, value: Any) -> bytes:
        import ray

        packed: bytes = ray.cloudpickle.dumps(value, protocol=5)
        return packed

    def weigh(self, results: Sequence[Any]) -> tuple[int, float]:
        """As for every variant, and through the object store as many blank bytes as the results have, if it is used."""
        import ray

        total, seconds = super().weigh(results)
        if total <= self.INLINE_BYTES * len(results):
            return total, seconds

        def blank(size: int) -> bytes:
            return bytes(size)

        submit = ray.remote(max_retries=0)(blank).remote

        def travel(size: int) -> float:
            start = time.perf_counter()
            ray.get([submit(size) for _ in results])
            return time.perf_counter() - start

        travel(0)  # now the workers know the function
        return total, seconds + max(travel(total // len(results)) - travel(0), 0)

    def close(self) -> None:
        self._arguments = []
