"""One test's measurement: prepare, warm up, plan, time, record.

Owns the steps and their order, and calls pytest-benchmark for them. How items are run is the variants' matter, the
order and validity of rounds `pairing`'s, what is written down `record`'s.
"""

import time
from typing import Any

from pytest_benchmark.fixture import BenchmarkFixture
from tqdm import tqdm

from benchmarks.harness.measuring.pace import Pace
from benchmarks.harness.measuring.pairing import Pairing
from benchmarks.harness.measuring.record import record_of
from benchmarks.harness.measuring.subject import Subject, check_memory, get_ready, pair_seconds
from benchmarks.harness.runners.variant import Variant
from benchmarks.harness.settings import Plan
from workloads import load


def measure(
    benchmark: BenchmarkFixture,
    name: str,
    size: str,
    tasks: int,
    variant: Variant,
    partner: Variant | None,
    plan: Plan,
    pace: Pace,
) -> None:
    """Time a workload's rounds on `variant`, each beside one of `partner`, verify them and fill `extra_info`.

    Args:
        benchmark: pytest-benchmark's fixture, unused so far.
        name: the workload's id.
        size: one of `workloads.SIZES`.
        tasks: CPUs to keep busy; what it means is the workload's matter.
        variant: what pytest-benchmark times.
        partner: what the speedup is against; None for none.
        plan: whether garbage is collected in timed rounds.
        pace: how many rounds there are, and when each may run.

    Raises:
        WorkloadError, VariantError: the workload can't be used, or not as a timing needs it.
        NotEnoughMemoryError: the tasks need more memory than is free.
        CheckError, InvalidRoundsError, StoppedError: as `Pairing`.
    """
    start = time.perf_counter()
    workload = load(name)
    import_s = time.perf_counter() - start
    check_memory(f"{name}-{size}-{variant.name}", workload.memory.get(size, 0), variant, partner)
    subject = Subject(name, size, workload, workload.items(size, tasks), variant, partner)
    try:
        cold_start_s = get_ready(subject, tasks)
        rounds = pace.rounds(subject, pair_seconds(subject), import_s + cold_start_s) if benchmark.enabled else 1
        with _progress(subject, rounds) as progress:
            on_result = None if progress.disable else progress.update
            pairing = Pairing(subject, rounds, pace, disable_gc=plan.disable_gc, on_result=on_result)
            benchmark.group = f"{name}-{size}"
            benchmark.pedantic(pairing.run, setup=pairing.before, teardown=pairing.after, rounds=rounds)
            pace.done()
            if not benchmark.enabled:  # then it runs set-up and target once, and no tear-down
                pairing.after()
    finally:
        for runner in subject.runners():
            runner.close()
    benchmark.extra_info.update(record_of(subject, pairing, cold_start_s))


def _progress(subject: Subject, rounds: int) -> "tqdm[Any]":
    """A bar over all tasks of all rounds: at full size, where a round takes seconds or minutes, and on a terminal."""
    return tqdm(
        total=rounds * len(subject.runners()) * len(subject.items),
        desc=f"{subject.name}-{subject.size}-{subject.variant.name}",
        unit="task",
        disable=None if subject.size == "full" else True,
        leave=False,
    )
