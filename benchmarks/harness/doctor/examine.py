"""What would make this function faster on Ray, measured: first which chunks, then whether the best ones hold.

Owns what is tried and in which order. The rounds are `trial`'s, words are `reporting.doctor_lines`'.
"""

import contextlib
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.harness import machine
from benchmarks.harness.doctor import chunks, data, priority
from benchmarks.harness.doctor.choose import Chosen
from benchmarks.harness.doctor.threads import AllThreads
from benchmarks.harness.doctor.trial import Arm, Trial
from benchmarks.harness.estimators.speedup import speedup
from benchmarks.harness.records.doctor import Chunk, Examined, Remedy, Threads
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.runners.variant import Variant

if TYPE_CHECKING:
    from benchmarks.harness.runners.nodes import Cluster

SEARCH_S, CONFIRM_S = 10.0, 8.0
LEAST, MOST = 6, 20
"""Blocks: six are the fewest that bound a median."""

ENOUGH = 0.9
"""The shortest chunk that keeps so much of the best speedup is the one to take: shorter tasks balance better."""

UNEVEN, WEIGHTY = 1.25, 0.1
"""An item that takes so many times the mean, and so much of an ideal round, is worth another place in the order."""

THREADED = 0.8
"""A loop whose own thread has less of its CPU time uses others; how many cores they get depends on who else runs."""


class Examination:
    """One function's. Everything started is closed by `close`."""

    def __init__(self, name: str, task: Callable[[Any], Any], chosen: Chosen, cluster: "Cluster") -> None:
        self._task, self._items, self._chosen, self._cluster = task, chosen.items, chosen, cluster
        self._few = [chosen.items[index] for index in chosen.few]
        self._opened: list[Variant] = []
        self._trial = Trial(name, self._ready(Serial(1), chunks.Chunked(task), [self._items]))
        self._ray = self._ready(Ray(cluster), task, self._few)
        self._as_is = self._one_by_one()

    def run(self, task: str, given: str) -> Examined:
        """All of it: chunks searched, remedies held against Ray as it is, and what stands beside them.

        Args:
            task, given: as they were named.
        """
        slots, chosen = self._ray.slots, self._chosen
        curve = self._search()
        best = max(curve, key=lambda chunk: chunk["speedup"]["median"])
        enough = next(c for c in curve if c["speedup"]["median"] >= ENOUGH * best["speedup"]["median"])
        durations = _durations(self._task, self._items)
        remedies = self._confirm(enough["length"], durations)
        round_ = self._ray.run()
        return {
            "task": task,
            "items": given,
            "given": chosen.given,
            "run": len(self._items),
            "alone": len(self._few),
            "item_s": chosen.item_s,
            "uneven": max(durations) / statistics.fmean(durations),
            "before": speedup(self._as_is.pairs),
            "chunks": curve,
            "best": best["length"],
            "enough": enough["length"],
            "remedies": remedies,
            "data": data.losses(self._ray, self._few, round_.results, round_.seconds),
            "priority": priority.measure(self._task, self._few, slots, self._niceness()),
            "threads": self._threads(),
            "physical_cpus": min(machine.physical_cpus() or 1, machine.usable_cpus()),
            "logical_cpus": machine.usable_cpus(),
        }

    def _niceness(self) -> int:
        assert self._ray.terms is not None, "it is warm"
        return int(max(self._ray.terms.niceness))

    def close(self) -> None:
        for variant in self._opened:
            variant.close()

    def _one_by_one(self) -> Arm:
        """Ray as it is: a task for each item, of as many as it can hand out in a fraction of a second."""
        return Arm("ray", self._ray, of=self._chosen.few)

    def _ready(self, variant: Variant, task: Callable[[Any], Any], items: Sequence[Any]) -> Any:
        self._opened.append(variant)
        variant.prepare(task, items, items[:1])
        variant.warm_up()
        return variant

    def _in_chunks(self, length: int) -> Arm:
        made = chunks.split(self._items, length)
        task = chunks.Chunked(self._task)
        self._opened.append(variant := Ray(self._cluster))
        variant.prepare(task, made, [made[0][:1]])
        variant.warm_up()
        return Arm(f"chunks of {length}", variant, lambda results: list(itertools.chain.from_iterable(results)))

    def _search(self) -> list[Chunk]:
        """The curve. Its rounds choose, so they are not the ones that the choice is judged by."""
        shortest = max(-(-len(self._items) // len(self._few)), 2)
        arms = {1: self._one_by_one()}
        for length in chunks.lengths(len(self._items), self._ray.slots, shortest):
            if length <= -(-len(self._items) // self._ray.slots):
                arms[length] = self._in_chunks(length)
        self._trial.run(list(arms.values()), SEARCH_S, LEAST, MOST)
        found: list[Chunk] = []
        for length, arm in arms.items():
            if arm.pairs:
                found.append({"length": length, "tasks": -(-len(self._items) // length), "speedup": speedup(arm.pairs)})
        return found

    def _confirm(self, length: int, durations: Sequence[float]) -> list[Remedy]:
        """Fresh rounds of what may help, beside Ray as it is."""
        arms: dict[tuple[str, int], Arm] = {}
        if length > 1:
            arms["chunks", length] = self._in_chunks(length)
        slots, few = self._ray.slots, self._chosen.few
        if max(durations) > UNEVEN * statistics.fmean(durations) and max(durations) > WEIGHTY * sum(durations) / slots:
            arms["longest first", 0] = self._longest_first([durations[index] for index in few])
        if self._ray.put_bytes:
            by_value = Ray(self._cluster)
            by_value.INLINE_BYTES = sys.maxsize
            arms["by value", 0] = Arm("by value", self._ready(by_value, self._task, self._few), of=few)
        physical = machine.physical_cpus() or slots
        if physical < slots and self._cluster.nodes == 1 and slots % physical == 0:
            fewer = Ray(self._cluster, cpus_per_task=slots // physical)
            arms["physical CPUs", physical] = Arm("fewer", self._ready(fewer, self._task, self._few), of=few)
        self._trial.run([self._as_is, *arms.values()], CONFIRM_S, LEAST, MOST)
        return [
            {"name": name, "detail": detail, "speedup": speedup(arm.pairs), "gain": speedup(arm.ratios(self._as_is))}
            for (name, detail), arm in arms.items()
            if arm.pairs and arm.ratios(self._as_is)
        ]

    def _longest_first(self, durations: Sequence[float]) -> Arm:
        order = sorted(range(len(self._few)), key=lambda index: -durations[index])

        def back(results: list[Any]) -> list[Any]:
            found: list[Any] = [None] * len(results)
            for index, result in zip(order, results, strict=True):
                found[index] = result
            return found

        variant = self._ready(Ray(self._cluster), self._task, [self._few[index] for index in order])
        return Arm("longest first", variant, back, self._chosen.few)

    def _threads(self) -> Threads:
        """Whether the library has threads of its own, and what they bring."""
        variant = AllThreads()
        self._opened.append(variant)
        variant.prepare(self._task, self._items, ())
        variant.run()
        cores = variant.cores
        if variant.share >= THREADED:
            return {"cores": cores, "speedup": None}
        arm = Arm("all threads", variant, exact=False)
        self._trial.run([arm], CONFIRM_S / 2, LEAST, MOST)
        return {"cores": cores, "speedup": speedup(arm.pairs) if arm.pairs else None}


@contextlib.contextmanager
def examination(name: str, task: Callable[[Any], Any], chosen: Chosen, cluster: "Cluster") -> Iterator[Examination]:
    """An examination that leaves nothing running."""
    it = Examination(name, task, chosen, cluster)
    try:
        yield it
    finally:
        it.close()


def _durations(task: Callable[[Any], Any], items: Sequence[Any]) -> list[float]:
    """Seconds of each item, the quicker of two: what interrupts this process would pass for a long item."""
    found: list[list[float]] = []
    for _ in range(2):
        moments = [time.perf_counter()]
        for item in items:
            task(item)
            moments.append(time.perf_counter())
        found.append([end - start for start, end in itertools.pairwise(moments)])
    return list(map(min, *found))
