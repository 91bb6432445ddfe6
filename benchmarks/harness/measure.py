"""One test's measurement: prepare, warm up, plan, time, record. The one place that calls pytest-benchmark.

Owns how many rounds run and what goes into `extra_info`. How items are run is the variants' matter, the order and
validity of rounds `pairing`'s, the estimate `speedup`'s.
"""

import statistics
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture
from tqdm import tqdm

from benchmarks.harness import diagnosis, machine, timeline
from benchmarks.harness.efficiency import account, efficiency, traits
from benchmarks.harness.options import Plan
from benchmarks.harness.pairing import Pairing, Subject
from benchmarks.harness.speedup import speedup
from benchmarks.harness.stamps import node
from benchmarks.harness.variants import Round, Variant
from workloads import load

if TYPE_CHECKING:
    from benchmarks.harness.lockstep import Turns

WARM_PAIR_S = 1.0
"""A pair estimated below this runs twice untimed first, and the quicker run plans the rounds: the first alone, at times
twice as slow, halved their number. For longer pairs that would cost too much, and one task tells their time."""


class NotEnoughMemoryError(Exception):
    """The tasks would need more memory than is free; the message says how much of each."""


def measure(
    benchmark: BenchmarkFixture,
    name: str,
    size: str,
    tasks: int,
    variant: Variant,
    partner: Variant | None,
    plan: Plan,
    turns: "Turns | None" = None,
) -> None:
    """Time a workload's rounds on `variant`, each beside one of `partner`, verify them and fill `extra_info`.

    Args:
        benchmark: pytest-benchmark's fixture, unused so far.
        name: the workload's id.
        size: one of `workloads.SIZES`.
        tasks: CPUs to keep busy; what it means is the workload's matter.
        variant: what pytest-benchmark times.
        partner: what the speedup is against; None for none.
        plan: how long to go on.
        turns: with another session, which then decides how long; None for a session alone.

    Raises:
        WorkloadError, VariantError: the workload can't be used, or not as a timing needs it.
        NotEnoughMemoryError: the tasks need more memory than is free.
        CheckError, InvalidRoundsError, StoppedError: as `Pairing`.
    """
    workload = load(name)
    _check_memory(f"{name}-{size}-{variant.name}", workload.memory.get(size, 0), variant, partner)
    subject = Subject(name, size, workload, workload.items(size, tasks), variant, partner)
    try:
        cold_start_s = get_ready(subject, tasks)
        rounds = 1
        if turns is not None:
            rounds = turns.ready(subject, _estimate(subject))
        elif benchmark.enabled:
            rounds = plan.rounds(_estimate(subject))
        with _progress(subject, rounds) as progress:
            on_result = None if progress.disable else progress.update
            pairing = Pairing(subject, rounds, disable_gc=plan.disable_gc, on_result=on_result, turns=turns)
            benchmark.group = f"{name}-{size}"
            benchmark.pedantic(pairing.run, setup=pairing.before, teardown=pairing.after, rounds=rounds)
            if turns is not None:
                turns.hand_over("done")
            if not benchmark.enabled:  # then it runs set-up and target once, and no tear-down
                pairing.after()
    finally:
        for runner in subject.runners():
            runner.close()
    benchmark.extra_info.update(record_of(subject, pairing, cold_start_s))


def _check_memory(test: str, per_task: int, variant: Variant, partner: Variant | None) -> None:
    """Refuse what would be killed or swap: every slot of the variant runs a task, and the driver keeps a partner's."""
    need = per_task * (variant.slots + (partner.slots if partner is not None else 0))
    free = machine.free_memory()
    if need > free:
        raise NotEnoughMemoryError(
            f"{test} needs {need / 1e9:.1f} GB of memory ({per_task / 1e9:.2f} GB a task), "
            f"and {free / 1e9:.1f} GB are free"
        )


def get_ready(subject: Subject, tasks: int) -> float:
    """Hand out the items and warm every worker up; seconds that the variant's workers took to their first results."""
    sample = subject.workload.items("small", tasks)
    for runner in subject.runners():
        runner.prepare(subject.workload.task, subject.items, sample)
    return [runner.warm_up() for runner in subject.runners()][-1]


def _estimate(subject: Subject) -> float:
    """Seconds that a round and its partner's take together."""
    start = time.perf_counter()
    subject.workload.task(subject.items[0])
    serial_s = (time.perf_counter() - start) * len(subject.items)
    estimate = sum(serial_s / runner.slots for runner in subject.runners())
    if estimate < WARM_PAIR_S:
        estimate = min(sum(runner.run().seconds for runner in subject.runners()) for _ in range(2))
    return estimate


def _progress(subject: Subject, rounds: int) -> "tqdm[Any]":
    """A bar over all tasks of all rounds: at full size, where a round takes seconds or minutes, and on a terminal."""
    return tqdm(
        total=rounds * len(subject.runners()) * len(subject.items),
        desc=f"{subject.name}-{subject.size}-{subject.variant.name}",
        unit="task",
        disable=None if subject.size == "full" else True,
        leave=False,
    )


def _quartiles(seconds: list[float]) -> dict[str, float]:
    q1, median, q3 = np.percentile(seconds, [25, 50, 75])
    return {"q1": float(q1), "median": float(median), "q3": float(q3)}


def record_of(subject: Subject, pairing: Pairing, cold_start_s: float) -> dict[str, Any]:
    """What a reader of the JSON needs beside pytest-benchmark's own figures; seconds and bytes."""
    workers = [execution.worker for execution in pairing.rounds[-1].executions]
    record: dict[str, Any] = {
        "workload": subject.name,
        "variant": subject.variant.name,
        "size": subject.size,
        "params": dict(subject.workload.sizes[subject.size]),
        "tasks": len(subject.items),
        "cpus": subject.variant.slots,
        "thread_share": subject.variant.thread_share,
        "verified": True,
        "statement": pairing.statement,
        "cold_start_s": cold_start_s,
        "put_s": subject.variant.put_s,
        "put_bytes": subject.variant.put_bytes,
        "submit_s": statistics.median(round_.submit_s for round_ in pairing.rounds),
        "invalid_pairs": pairing.invalid.total(),
        "wait_s": statistics.median(round_.seconds - round_.submit_s for round_ in pairing.rounds),
        "tasks_per_node": Counter(node for node, _ in workers),
        "tasks_per_worker": Counter(f"{node}:{pid}" for node, pid in workers),
    }
    if subject.variant.name != "serial":
        record["result_bytes"], record["result_s"] = subject.variant.weigh(pairing.rounds[-1].results)
    if subject.partner is not None and pairing.pairs:
        record["partner"] = {"variant": subject.partner.name, **_quartiles([pair.partner_s for pair in pairing.pairs])}
        record["speedup"] = speedup(pairing.pairs).record()
        if subject.partner.name == "serial":
            record |= _account(pairing, subject.variant.slots)
            record["diagnosis"] = diagnosis.sentence(record)
    return record


def _tail_s(rounds: Sequence[Round]) -> float | None:
    """Seconds from the end of a round's last task to its last result, the median; None if other nodes' clocks count."""
    if {execution.worker[0] for round_ in rounds for execution in round_.executions} - {"", node()}:
        return None
    return statistics.median(
        round_.start + round_.seconds - max(execution.end for execution in round_.executions) for round_ in rounds
    )


def _account(pairing: Pairing, slots: int) -> dict[str, Any]:
    """Where the loss against serial went, and one pair of rounds to look at."""
    pairs, partners = pairing.pairs, pairing.partner_rounds
    rounds = pairing.rounds[: len(pairs)]  # pytest-benchmark's profiled round comes after them, without a partner
    accounts = [
        account(pair.partner_s, pair.variant_s, slots, round_.executions)
        for pair, round_ in zip(pairs, rounds, strict=True)
    ]
    beside = traits(
        [(round_.seconds, round_.executions) for round_ in rounds],
        [round_.executions for round_ in partners],
    )
    shown = timeline.typical(pairs)
    return {
        "efficiency": efficiency(pairs, accounts)._asdict(),
        **beside._asdict(),
        "tail_s": _tail_s(rounds),
        "timeline": {"partner": timeline.lanes(partners[shown]), "variant": timeline.lanes(rounds[shown])},
    }
