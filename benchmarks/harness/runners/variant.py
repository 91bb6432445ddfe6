"""Ways to run a workload's items: a round, and what every variant does.

Owns the interface and the warm-up. Does not decide how many rounds run, compares no results and computes no speedup;
how tasks are handed out is each variant's own module.
"""

import pickle
import statistics
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.harness import tree
from benchmarks.harness.runners.stamps import Execution, Task, Warm, Worker

VARIANTS = ("serial", "ray", "pool", "joblib", "dask")

ALL = slice(None)

LEAST_THREAD_SHARE = 0.8
"""A task whose thread has less of its process's CPU time computes in others, too. Ray's own take up to a tenth."""


class VariantError(Exception):
    """A variant can't run this workload as a timing needs it; one sentence that says why."""


def missing(variant: str, packages: str, error: ImportError) -> VariantError:
    """What to say where a variant's own packages are not installed."""
    return VariantError(
        f"{variant}: needs {packages} ({error}); pip install -c constraints.txt -e '.[peers]' brings what is missing"
    )


@dataclass(frozen=True)
class Round:
    """One timed run of all items.

    Attributes:
        start: when it began, on the driver's monotonic clock (seconds).
        seconds: items ready → all results in the driver.
        submit_s: the part of it until the last task was submitted.
        executions: one per item, in item order; empty where the round broke off.
        invalid: why the round can't be used, or an empty string.
    """

    start: float
    seconds: float
    submit_s: float
    executions: list[Execution]
    invalid: str = ""

    @property
    def results(self) -> list[Any]:
        return [execution.result for execution in self.executions]

    def stamps_only(self) -> "Round":
        """The round without its results, which may be large."""
        return replace(self, executions=[execution._replace(result=None) for execution in self.executions])


class Variant(ABC):
    """A way to run items. `prepare`, `warm_up`, then any number of `run`, then `close`.

    Attributes:
        slots: tasks that can run at once.
        put_s, put_bytes: what `prepare` spent on handing items over before any timing, seconds and bytes.
        thread_share: the part of its CPU time that a task spends in the thread that runs it, as measured in the
            warm-up; None where tasks are too short to measure.
    """

    name: str

    def __init__(self, slots: int) -> None:
        self.slots = slots
        self.put_s = 0.0
        self.put_bytes = 0
        self.thread_share: float | None = None
        self._workers: set[Worker] = set()

    @abstractmethod
    def prepare(self, task: Task, items: Sequence[Any], sample: Sequence[Any]) -> None:
        """Hand `items` over in the form that suits the variant; `sample` are quick items for the warm-up."""

    @abstractmethod
    def _warm_round(self) -> list[Warm]:
        """Run the warm-up items once, at least one for each slot."""

    @abstractmethod
    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:
        """One timed round of the `chosen` items. `on_result` gets how many tasks are done since it was last called.

        A worker's death does not raise: it makes the round invalid. What the task raises is raised.
        """

    def inspect(self, round_: Round) -> Round:
        """The round with what makes it invalid, as far as that shows only afterwards. Untimed."""
        strangers = {execution.worker for execution in round_.executions} - self._workers
        if not round_.invalid and strangers:
            pids = ", ".join(str(pid) for _, pid in sorted(strangers))
            return replace(round_, invalid=f"worker changed (now process {pids})")
        return round_

    def warm_up(self, patience_s: float = 120) -> float:
        """Run the warm-up items until every worker has done one twice; return the seconds until the first results.

        Raises:
            VariantError: not all workers came up in `patience_s`, one runs another tree's files, or a task keeps more
                than one thread busy.
        """
        start = time.perf_counter()
        first = self._warm_round()
        cold_start_s = time.perf_counter() - start
        self._workers = {worker for worker, _, _ in first}
        while True:
            again = self._warm_round()
            settled = {worker for worker, _, _ in again} <= self._workers
            self._workers |= {worker for worker, _, _ in again}
            if settled and len(self._workers) >= self.slots:
                break
            if time.perf_counter() - start > patience_s:
                came = len(self._workers)
                raise VariantError(f"{self.name}: {came} of {self.slots} workers came up in {patience_s:.0f} s")
        if strangers := tree.strangers(files for _, _, files in again):
            raise VariantError(f"{self.name}: a worker runs {', '.join(strangers)} from elsewhere, not from this tree")
        if shares := [share for _, share, _ in again if share is not None]:
            self.thread_share = statistics.median(shares)
            if self.thread_share < LEAST_THREAD_SHARE:
                raise VariantError(
                    f"{self.name}: the task spends {1 - self.thread_share:.0%} of its CPU time in threads of its own; "
                    "every variant has to run it on one thread, or the speedup compares different work: "
                    "limit the threads of the library that the task calls"
                )
        return cold_start_s

    def pack(self, value: Any) -> bytes:
        """What travels between driver and worker for `value`."""
        return pickle.dumps(value, protocol=5)

    def weigh(self, results: Sequence[Any]) -> tuple[int, float]:
        """Bytes of `results` on their way to the driver, and seconds that sending and fetching them adds to a round.

        Measured here and once: packing is shared by the slots, unpacking is the driver's alone.
        """
        start = time.perf_counter()
        packed = [self.pack(result) for result in results]
        packing = time.perf_counter() - start
        for data in packed:
            pickle.loads(data)  # noqa: S301 — packed two lines above
        unpacking = time.perf_counter() - start - packing
        return sum(map(len, packed)), packing / self.slots + unpacking

    def close(self) -> None:  # noqa: B027 — most have nothing to give back
        """Give back what `prepare` took."""
