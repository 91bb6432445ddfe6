"""One test's measurement: prepare, warm up, plan, time, record.

Owns the steps and their order, and calls pytest-benchmark for them. How items are run is the variants' matter, the
order and validity of rounds `pairing`'s, what is written down `record`'s.
"""

import contextlib
import time
from typing import Any

from pytest_benchmark.fixture import BenchmarkFixture
from tqdm import tqdm

from benchmarks.harness.measuring.pace import Pace
from benchmarks.harness.measuring.pairing import Pairing
from benchmarks.harness.measuring.record import record_of
from benchmarks.harness.measuring.subject import Subject, check_memory, get_ready, items_of, pair_seconds
from benchmarks.harness.measuring.tracers import paused
from benchmarks.harness.records.benchmark import Info
from benchmarks.harness.runners.terms import VariantError
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

    Where it raises, pytest-benchmark has no figure of this test either.

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
    try:
        start = time.perf_counter()
        workload = load(name)
        import_s = time.perf_counter() - start
        check_memory(f"{name}-{size}-{variant.name}", workload.memory.get(size, 0), variant, partner)
        subject = Subject(name, size, workload, items_of(name, workload, size, tasks), variant, partner)
        with paused() if benchmark.enabled else contextlib.nullcontext():
            benchmark.extra_info.update(_measured(benchmark, subject, tasks, plan, pace, import_s))
    except VariantError as error:
        _forget(benchmark)
        raise VariantError(f"{name}-{size}-{variant.name}, {error}") from None
    except BaseException:
        _forget(benchmark)
        raise


def _measured(
    benchmark: BenchmarkFixture, subject: Subject, tasks: int, plan: Plan, pace: Pace, import_s: float
) -> Info:
    """All of it, from ready workers to the record."""
    try:
        cold = get_ready(subject, tasks)
        cold_s = import_s if subject.variant.name == "serial" else None  # it has no worker that would have to start
        if cold is not None:
            cold_s = import_s + cold.seconds
        rounds = pace.rounds(subject, pair_seconds(subject), cold_s) if benchmark.enabled else 1
        with _progress(subject, rounds) as progress:
            pairing = Pairing(
                subject,
                rounds,
                pace,
                disable_gc=plan.disable_gc,
                on_result=None if progress.disable else progress.update,
                on_invalid=lambda: _take_back(benchmark),
                on_joined=lambda seconds: _correct(benchmark, seconds),
            )
            benchmark.group = f"{subject.name}-{subject.size}"
            benchmark.pedantic(pairing.run, setup=pairing.before, teardown=pairing.after, rounds=rounds)
            pace.done()
            if not benchmark.enabled:  # then it runs set-up and target once, and no tear-down
                pairing.after()
        return record_of(subject, pairing, cold)
    finally:
        for runner in subject.runners():
            runner.close()


def _timed(benchmark: BenchmarkFixture) -> list[float]:
    """pytest-benchmark's own seconds, one for each round that it has timed so far.

    No public call takes a round back: what its statistics, table, JSON and thresholds are made of is this list of the
    `stats` that the fixture has once it has begun.
    """
    data: list[float] = [] if benchmark.stats is None else benchmark.stats.stats.data
    return data


def _take_back(benchmark: BenchmarkFixture) -> None:
    """The last round is invalid: not even its time is to be seen."""
    del _timed(benchmark)[-1:]


def _correct(benchmark: BenchmarkFixture, seconds: float) -> None:
    """The last round took so long without the waits between its pieces."""
    _timed(benchmark)[-1:] = [seconds]


def _forget(benchmark: BenchmarkFixture) -> None:
    """Leave no figure of a test that fails: neither in pytest-benchmark's table nor in its JSON."""
    benchmark.has_error = True
    _timed(benchmark).clear()


def _progress(subject: Subject, rounds: int) -> "tqdm[Any]":
    """A bar over all tasks of all rounds: at full size, where a round takes seconds or minutes, and on a terminal."""
    return tqdm(
        total=rounds * len(subject.runners()) * len(subject.items),
        desc=f"{subject.name}-{subject.size}-{subject.variant.name}",
        unit="task",
        disable=None if subject.size == "full" else True,
        leave=False,
    )
