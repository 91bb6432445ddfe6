"""The joblib variant: `joblib.Parallel` over loky's processes, as scikit-learn has it. Needs the extra `peers`.

Owns how items are handed to joblib.
"""

import itertools
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from benchmarks.harness.runners.rounds import ColdStart, Round
from benchmarks.harness.runners.stamps import Counted, Execution, First, Stamped, Task, Warm
from benchmarks.harness.runners.terms import VariantError, WorkerDiedError
from benchmarks.harness.runners.variant import ALL, NotUpError, Variant, missing


class Joblib(Variant):
    """A warm `Parallel`; a task for each item. Large arrays reach the workers as memory maps, as joblib has it."""

    name = "joblib"

    def prepare(self, task: Task, items: Sequence[Any], sample: Sequence[Any]) -> None:
        try:
            from joblib import Parallel, delayed
        except ImportError as error:
            raise missing(self.name, "joblib", error) from error
        if self.slots == 1:
            raise VariantError("joblib: with a single CPU it runs tasks in this process: give it two CPUs or more")
        self._require_picklable(items)
        self._stamped, self._counted, self._first = (delayed(kind(task)) for kind in (Stamped, Counted, First))
        self._items, self._sample = items, list(itertools.islice(itertools.cycle(sample), self.slots))
        # No batches, which joblib would make of short tasks as it learns their length: a round is a task for each item.
        self._parallel: Any = Parallel(
            self.slots, backend="loky", batch_size=1, pre_dispatch="all", timeout=self.patience_s
        )
        self._parallel.__enter__()

    def cold_start(self) -> ColdStart | None:
        """As for every variant: loky starts its workers with their first tasks."""
        return self._started(lambda: self._warmed(self._first, self._sample))

    def _warm_round(self, timed: bool = False) -> list[Warm]:
        return self._warmed(self._counted, self._items[: self.slots] if timed else self._sample)

    def _warmed(self, function: Any, items: Sequence[Any]) -> list[Any]:
        try:
            return self._call(function, items)
        except BrokenProcessPool:
            raise WorkerDiedError("joblib: a worker died in the warm-up: does the task end its process?") from None
        except multiprocessing.TimeoutError:
            raise NotUpError([]) from None

    def _call(self, function: Any, items: Sequence[Any]) -> list[Any]:
        results: list[Any] = self._parallel(function(item) for item in items)
        return results

    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:
        raw: list[Any] = []
        items, invalid = self._items[chosen], ""
        start = time.perf_counter()
        try:
            raw = self._call(self._stamped, items)
        except BrokenProcessPool:
            invalid = "a worker died"
        except multiprocessing.TimeoutError:  # joblib does not say whose
            raise VariantError(
                f"joblib: a task has no result after {self.patience_s:g} s; if that is how long it takes, raise "
                "--task-timeout"
            ) from None
        seconds = time.perf_counter() - start
        if on_result is not None:
            on_result(len(items))
        return Round(start, seconds, 0.0, [Execution(*fields) for fields in raw], invalid)

    def close(self) -> None:
        """End the workers, which loky would keep for five minutes."""
        if not hasattr(self, "_parallel"):  # `prepare` found no joblib
            return
        from joblib.externals.loky import get_reusable_executor

        self._parallel.__exit__(None, None, None)
        get_reusable_executor().shutdown(wait=True, kill_workers=True)
