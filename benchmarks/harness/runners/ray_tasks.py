"""The ray variant: Ray tasks at their best.

Owns how tasks and items are handed to Ray. The remote functions are `ray_environment`'s, Ray's life is `cluster`'s.
"""

import contextlib
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from benchmarks.harness.runners import ray_environment
from benchmarks.harness.runners.nodes import Cluster
from benchmarks.harness.runners.parking import Parking
from benchmarks.harness.runners.rounds import ColdStart, Round
from benchmarks.harness.runners.stamps import Execution, Task, Warm, Worker
from benchmarks.harness.runners.terms import VariantError, WorkerDiedError
from benchmarks.harness.runners.variant import ALL, NotUpError, Place, Variant

LOOK_S = 5.0
"""So often who waits for tasks looks whether Ray and its nodes are still there."""

CANCELLED_S = 10.0
"""For so long cancelled tasks are waited for; their workers are killed."""


class Ray(Variant):
    """Ray tasks: all submitted, then one `ray.get`. Large items are put into the object store once, before timing."""

    name = "ray"
    INLINE_BYTES = 100 * 1024
    """Smaller items travel with the task, as Ray itself sends small arguments: 0.4 ms a round faster than a reference
    for two tasks on 2 cores."""

    def __init__(self, cluster: Cluster, cpus_per_task: int = 1) -> None:
        super().__init__(cluster.cpus // cpus_per_task, cluster.usable_cpus)
        self._cluster, self.object_store, self.nodes = cluster, cluster.store, cluster.kinds
        self._cpus_per_task = cpus_per_task
        self._parking: Parking | None = None

    def prepare(self, task: Task, items: Sequence[Any], sample: Sequence[Any]) -> None:
        import ray

        self._require_importable(task.__module__)
        self._task = task
        self._run_in(ray_environment.DEFAULT)
        sizes = self._require_picklable(items)
        start = time.perf_counter()
        self._arguments = [
            ray.put(item) if size > self.INLINE_BYTES else item for item, size in zip(items, sizes, strict=True)
        ]
        self.put_s = time.perf_counter() - start
        self.put_bytes = sum(size for size in sizes if size > self.INLINE_BYTES)
        self._items, self._sample = items, list(itertools.islice(itertools.cycle(sample), self.slots))
        _, self._spilled = self._cluster.spilled()

    def _run_in(self, environment: dict[str, Any]) -> None:
        """Have all tasks from here on run on the workers of one environment."""
        strategy = "SPREAD" if self._cluster.nodes > 1 else "DEFAULT"
        options = {"num_cpus": self._cpus_per_task, "scheduling_strategy": strategy}
        self._environment = environment
        self._submit = ray_environment.submit(self._task, environment, options)

    def _require_importable(self, module: str) -> None:
        from ray.exceptions import RayError

        try:
            lacking = self._cluster.lacking(module)
        except RayError as error:
            raise VariantError(f"ray: a node of the cluster does not answer ({type(error).__name__})") from error
        if lacking:
            where = "; ".join(f"on {name} ({reason})" for name, reason in sorted(lacking.items()))
            raise VariantError(f"ray: {module} can't be imported {where}: install there what it needs")

    def cold_start(self) -> ColdStart | None:
        """As for every variant, on workers that from here on run all of its tasks, and no other's.

        None where Ray can't set up an environment for fresh workers; then they are those of the default one.
        """
        from ray.exceptions import RuntimeEnvSetupError

        self._run_in(ray_environment.fresh())
        try:
            return self._started(self._first_tasks)
        except RuntimeEnvSetupError:
            self._run_in(ray_environment.DEFAULT)
            return None

    def _first_tasks(self) -> list[float]:
        """Seconds of each worker's first task, once there is one for every slot."""
        took: dict[Worker, float] = {}
        start = time.perf_counter()
        while len(took) < self.slots:
            if time.perf_counter() - start > self.patience_s:
                raise NotUpError([])
            told = self._fetched([self._submit.first(item) for item in self._sample])
            took |= {worker: seconds for worker, seconds in told if seconds is not None}
            self._started_cold = set(took)
        return list(took.values())

    def _warm_round(self, timed: bool = False) -> list[Warm]:
        items = self._arguments[: self.slots] if timed else self._sample
        return self._fetched([self._submit.warm_up(item) for item in items])

    def _fetched(self, refs: list[Any]) -> list[Any]:
        import ray
        from ray.exceptions import NodeDiedError, OutOfMemoryError, WorkerCrashedError

        ended, since = 0, time.perf_counter()
        while True:
            slice_s = min(self.patience_s, LOOK_S)
            ready, late = ray.wait(refs, num_returns=len(refs), timeout=slice_s, fetch_local=False)
            if len(ready) > ended:
                ended, since = len(ready), time.perf_counter()
            elif late and time.perf_counter() - since >= self.patience_s:
                self._cancel(late)
                raise NotUpError([])
            if late:
                self._require_the_same()  # of one that has left, workers never come up again
                continue
            try:
                told: list[Any] = ray.get(ready, timeout=self.patience_s)
            except (WorkerCrashedError, OutOfMemoryError, NodeDiedError) as error:
                raise WorkerDiedError(
                    f"ray: a worker died in the warm-up ({type(error).__name__}): does the task end its process, or "
                    "need more memory than there is?"
                ) from None
            return told

    @contextlib.contextmanager
    def resting(self) -> Iterator[None]:
        """As for every variant; only on a joined cluster something has to be done for it."""
        from ray.exceptions import RayError

        if not self._cluster.ids:
            yield
            return
        try:
            self._parking = self._parking or Parking(self._environment)
            with self._parking.parked():
                yield
        except RayError as error:
            self._require_the_same()
            why = type(error).__name__
            raise VariantError(f"ray: its workers can't be kept while the other side runs ({why})") from error
        if not self._parking.workers <= self._workers:  # Ray has ended some before they were parked for the first time
            self.warm_up()

    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:
        from ray.exceptions import NodeDiedError, ObjectLostError, OutOfMemoryError, WorkerCrashedError

        raw: list[Any] = []
        submit, arguments, invalid = self._submit.run, self._arguments[chosen], ""
        start = time.perf_counter()
        refs = [submit(argument) for argument in arguments]
        submitted = time.perf_counter()
        try:
            raw = self._results(refs, chosen)
        except (WorkerCrashedError, OutOfMemoryError, NodeDiedError, ObjectLostError) as error:
            invalid = f"a worker died ({type(error).__name__})"
        seconds = time.perf_counter() - start
        if on_result is not None:
            on_result(len(refs))
        if invalid:
            self._settle(refs)
        return Round(start, seconds, submitted - start, [Execution(*fields) for fields in raw], invalid)

    def _results(self, refs: list[Any], chosen: slice) -> list[Any]:
        """All results; late is only who has let `patience_s` pass without any other having ended, too."""
        import ray
        from ray.exceptions import GetTimeoutError, RayTaskError

        ended, since = 0, time.perf_counter()
        while True:
            try:
                results: list[Any] = ray.get(refs, timeout=min(self.patience_s, LOOK_S))
                return results
            except GetTimeoutError as error:
                if isinstance(error, RayTaskError):  # the task itself raised it
                    raise
            self._require_the_same()
            ready, waiting = ray.wait(refs, num_returns=len(refs), timeout=0, fetch_local=False)
            if len(ready) > ended:
                ended, since = len(ready), time.perf_counter()
            elif waiting and time.perf_counter() - since >= self.patience_s:
                index = range(len(self._items))[chosen][refs.index(waiting[0])]
                self._cancel(waiting)
                raise self._late(index, self._items[index]) from None

    def _settle(self, refs: list[Any]) -> None:
        """Let a broken round's other tasks end: what still runs would be timed with the next round."""
        import ray

        _, waiting = ray.wait(refs, num_returns=len(refs), timeout=self.patience_s, fetch_local=False)
        if waiting:
            self._cancel(waiting)

    @staticmethod
    def _cancel(refs: list[Any]) -> None:
        import ray

        for ref in refs:
            ray.cancel(ref, force=True)
        ray.wait(refs, num_returns=len(refs), timeout=CANCELLED_S, fetch_local=False)

    def inspect(self, round_: Round) -> Round:
        self._require_the_same()
        before = self._spilled
        on_disk, self._spilled = self._cluster.spilled()
        if (on_disk or self._spilled != before) and not round_.invalid:
            return replace(round_, invalid="objects spilled from the object store to disk")
        return super().inspect(round_)

    def _strangers(self, round_: Round) -> set[Worker]:
        """With fewer slots than workers, any of them may run the next task."""
        return set() if self._cpus_per_task > 1 else super()._strangers(round_)

    def _require_the_same(self) -> None:
        if lost := self._cluster.lost():
            raise VariantError(f"ray: {lost}: it was killed or has crashed, and nothing timed since counts")
        if changed := self._cluster.changed():
            raise VariantError(f"ray: {changed}: figures of before and after are not alike; start the run again")

    def places(self) -> list[Place]:
        from ray.exceptions import RayError

        try:
            hosts = self._cluster.hosts()
        except RayError as error:
            raise VariantError(f"ray: a node does not say how much memory it has ({type(error).__name__})") from error
        return [Place(host.name, host.slots // self._cpus_per_task, host.free) for host in hosts]

    def weigh(self, results: Sequence[Any]) -> tuple[int, float]:
        """As for every variant, and through the object store as many blank bytes as the results have, if it is used."""
        import ray
        from ray.exceptions import GetTimeoutError

        total, seconds = super().weigh(results)
        if total <= self.INLINE_BYTES * len(results):
            return total, seconds

        def travel(size: int) -> float:
            start = time.perf_counter()
            try:
                ray.get([self._submit.blank(size) for _ in results], timeout=self.patience_s)
            except GetTimeoutError:
                raise VariantError(
                    f"ray: {size} blank bytes a task do not come back in {self.patience_s:g} s; raise --task-timeout"
                ) from None
            return time.perf_counter() - start

        travel(0)  # now the workers know the function
        return total, seconds + max(travel(total // len(results)) - travel(0), 0)

    def close(self) -> None:
        self._arguments = []
        self._parking = None  # its gate ends when nobody knows it any more
