"""Ways to run a workload's items: what every variant does.

Owns the interface and the warm-up. Does not decide how many rounds run, compares no results and computes no speedup;
how tasks are handed out is each variant's own module, what a warm-up must show `terms`' matter.
"""

import contextlib
import pickle
import platform
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from reprlib import repr as short  # an item may have megabytes
from typing import Any, NamedTuple

from benchmarks.harness import machine
from benchmarks.harness.runners import stops
from benchmarks.harness.runners.nodes import Store
from benchmarks.harness.runners.rounds import ColdStart, Round
from benchmarks.harness.runners.stamps import ItemError, Task, Warm, Worker, pack
from benchmarks.harness.runners.terms import Terms, VariantError, WorkerDiedError, require_equal

VARIANTS = ("serial", "ray", "pool", "joblib", "dask")

ALL = slice(None)

PATIENCE_S = 120.0


class Place(NamedTuple):
    """A machine that tasks run on: its name, how many at once, and the bytes of memory that are free there."""

    host: str
    slots: int
    free: int


def missing(variant: str, packages: str, error: ImportError) -> VariantError:
    """What to say where a variant's own packages are not installed."""
    return VariantError(
        f"{variant}: needs {packages} ({error}); pip install -c constraints.txt -e '.[peers]' brings what is missing"
    )


def _processes(workers: set[Worker]) -> str:
    return f"process {', '.join(str(pid) for _, pid in sorted(workers))}"


class NotUpError(Exception):
    """A warm-up took too long; its argument is what those of its tasks told that came through."""


class Variant(ABC):
    """A way to run items. `prepare`, `cold_start` if it is of interest, `warm_up`, any number of `run`, then `close`.

    Attributes:
        slots: tasks that can run at once.
        cpus: as many of them as have a CPU of their own; what efficiency is held against.
        patience_s: for so long no task may have ended before a round or a warm-up is given up, seconds.
        put_s, put_bytes: what `prepare` spent on handing items over before any timing, seconds and bytes.
        object_store: where its tasks' large values lie, if they are in a Ray started here.
        nodes: how many nodes of each kind a joined cluster has that its tasks run on; else empty.
        terms: on which terms its workers run tasks, as the warm-up showed; None before it.
        can_be_cut: whether the seconds of a round are the sum of those of its items, so that they can be run piecewise.
    """

    name: str
    can_be_cut = False
    INLINE_BYTES = sys.maxsize
    """Larger items are handed over once, before any timing, where the variant has a place for them."""

    def __init__(self, slots: int, cpus: int | None = None) -> None:
        self.slots = slots
        self.cpus = slots if cpus is None else min(slots, cpus)
        self.patience_s = PATIENCE_S
        self.put_s = 0.0
        self.put_bytes = 0
        self.object_store: Store | None = None
        self.nodes: dict[str, int] = {}
        self.terms: Terms | None = None
        self._workers: set[Worker] = set()
        self._started_cold: set[Worker] = set()

    @abstractmethod
    def prepare(self, task: Task, items: Sequence[Any], sample: Sequence[Any]) -> None:
        """Hand `items` over in the form that suits the variant; `sample` are quick items for the warm-up.

        Raises:
            VariantError: an item can't be handed over.
        """

    def cold_start(self) -> ColdStart | None:
        """Start fresh workers and have each run a task; None where there are no fresh ones to be had.

        Has to come between `prepare` and the first `warm_up`.

        Raises:
            VariantError: as `warm_up`.
        """
        return None

    def _started(self, first: Callable[[], list[float]], before_s: float = 0.0) -> ColdStart:
        """A cold start from what `first` runs on fresh workers, after `before_s` that starting them took."""
        start = time.perf_counter()
        try:
            took = first()
        except NotUpError:
            raise self._not_up([]) from None
        return ColdStart(before_s + time.perf_counter() - start, max(took))

    @abstractmethod
    def _warm_round(self, timed: bool = False) -> list[Warm]:
        """Run the warm-up items once, at least one for each slot; or, if `timed`, as many of those that are timed.

        Raises:
            NotUpError: for `patience_s` none has ended.
            VariantError: a worker died.
        """

    @abstractmethod
    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:
        """One timed round of the `chosen` items. `on_result` gets how many tasks are done since it was last called.

        A worker's death does not raise: it makes the round invalid. What the task raises is raised.

        Raises:
            VariantError: for `patience_s` no task has ended.
        """

    def inspect(self, round_: Round) -> Round:
        """The round with what makes it invalid, as far as that shows only afterwards. Untimed."""
        if round_.invalid:
            return round_
        if stops.since(round_.start):
            return replace(round_, invalid="this process was stopped and continued meanwhile")
        if stopped := {execution.worker for execution in round_.executions if execution.stops}:
            return replace(round_, invalid=f"a worker was stopped and continued ({_processes(stopped)})")
        if strangers := self._strangers(round_):
            return replace(round_, invalid=f"worker changed (now {_processes(strangers)})")
        return round_

    def _strangers(self, round_: Round) -> set[Worker]:
        """Who ran tasks of it and was not there in the warm-up."""
        return {execution.worker for execution in round_.executions} - self._workers

    def warm_up(self) -> None:
        """Run the warm-up items until every worker has done one twice, and see that all run on the same terms.

        The first task of a cold start counts, where these workers are its own.

        Raises:
            VariantError: workers die twice or do not come up in `patience_s`, or the terms are not the same for all.
        """
        try:
            self._warm_up()
        except WorkerDiedError:  # in the round before, for instance
            self._renew()
            self._warm_up()

    def _renew(self) -> None:  # noqa: B027 — most have nothing to renew
        """Replace workers that have died."""

    def _warm_up(self) -> None:
        start = time.perf_counter()
        experienced, self._started_cold, self._workers = self._started_cold, set(), set()
        told: list[list[Warm]] = []
        while True:
            told.append(again := self._patiently(timed=False))
            came = {warm.worker for warm in again}
            settled = came <= experienced
            experienced |= came
            self._workers |= came
            if settled and len(self._workers) >= self.slots:
                break
            if time.perf_counter() - start > self.patience_s:
                raise self._not_up(again)
        # A worker's first task imports, which may take threads; and after a broken round processes end while this runs.
        unsure = told if self.terms is not None else told[:-1]
        for early in unsure:
            require_equal(self.name, [warm._replace(thread_share=None) for warm in early])
        self.terms = self.terms or require_equal(self.name, again)

    def resting(self) -> contextlib.AbstractContextManager[None]:
        """Inside, another session has the turn; afterwards the workers are up and warm as before.

        Raises:
            VariantError: they can't be kept, or warmed up again.
        """
        return contextlib.nullcontext()

    @property
    def nodes_used(self) -> list[str]:
        """Ids of the nodes that its workers are on, sorted; without Ray the only one is empty."""
        return sorted({node for node, _ in self._workers})

    def check_timed(self) -> None:
        """Run the task once a slot on items that are timed: whether these, too, run on the same terms.

        Raises:
            VariantError: as `warm_up`.
        """
        self.terms = require_equal(self.name, self._patiently(timed=True))

    def _patiently(self, timed: bool) -> list[Warm]:
        try:
            return self._warm_round(timed)
        except NotUpError as error:
            raise self._not_up(error.args[0]) from None
        except ItemError as error:
            raise VariantError(f"{self.name}: {error}") from None

    def _not_up(self, told: Sequence[Warm]) -> VariantError:
        came = len(self._workers | self._started_cold | {warm.worker for warm in told})
        return VariantError(
            f"{self.name}: {came} of {self.slots} workers came up and ran an item of the warm-up in "
            f"{self.patience_s:g} s: something else holds their CPUs, or the task takes longer; wait, or raise "
            "--task-timeout"
        )

    def _late(self, index: int, item: Any) -> VariantError:
        return VariantError(
            f"{self.name}: item {index} ({short(item)}) has no result, and no task has ended for "
            f"{self.patience_s:g} s; if that is how long it takes, raise --task-timeout"
        )

    def _require_picklable(self, items: Sequence[Any]) -> list[int]:
        """Bytes of each item as it travels.

        Raises:
            VariantError: one can't.
        """
        sizes = []
        for index, item in enumerate(items):
            try:
                sizes.append(len(self.pack(item)))
            except Exception as error:  # whatever its class raises
                raise VariantError(
                    f"{self.name}: item {index} ({short(item)}) can't be pickled ({type(error).__name__}: {error}); "
                    "items are plain values that can travel to a worker: let the task make the rest from them"
                ) from None
        return sizes

    def places(self) -> list[Place]:
        """Where its tasks run, with the memory that is free there now."""
        return [Place(platform.node(), self.slots, machine.free_memory())]

    def pack(self, value: Any) -> bytes:
        """What travels between driver and worker for `value`."""
        return pack(value)

    def weigh_items(self, items: Sequence[Any]) -> tuple[int, float]:
        """Bytes of those `items` that travel with their tasks, and seconds that packing and unpacking adds to a round.

        Measured here and once: packing is the driver's alone, unpacking is shared by the slots.
        """
        total, packing, unpacking = self._travel([item for item in items if len(self.pack(item)) <= self.INLINE_BYTES])
        return total, packing + unpacking / self.slots

    def weigh(self, results: Sequence[Any]) -> tuple[int, float]:
        """Bytes of `results` on their way to the driver, and seconds that sending and fetching them adds to a round.

        Measured here and once: packing is shared by the slots, unpacking is the driver's alone.
        """
        total, packing, unpacking = self._travel(results)
        return total, packing / self.slots + unpacking

    def _travel(self, values: Sequence[Any]) -> tuple[int, float, float]:
        """Bytes of all values as they travel, and seconds that packing and unpacking them takes in this process."""
        start = time.perf_counter()
        packed = [self.pack(value) for value in values]
        packing = time.perf_counter() - start
        for data in packed:
            pickle.loads(data)  # noqa: S301 — packed three lines above
        return sum(map(len, packed)), packing, time.perf_counter() - start - packing

    def close(self) -> None:  # noqa: B027 — most have nothing to give back
        """Give back what `prepare` took."""
