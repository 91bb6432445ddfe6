"""What one test times, and getting it ready: memory, items handed out, warm workers, what a round is likely to take.

Owns all that comes before the first round. Rounds are `pairing`'s matter.
"""

import platform
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from reprlib import repr as short  # an item may have megabytes
from typing import Any

from benchmarks.harness import machine
from benchmarks.harness.runners import stops
from benchmarks.harness.runners.alarm import TooLateError, no_longer_than
from benchmarks.harness.runners.rounds import ColdStart
from benchmarks.harness.runners.terms import VariantError
from benchmarks.harness.runners.variant import Place, Variant
from workloads import Workload, WorkloadError

WARM_PAIR_S = 1.0
"""A pair estimated below this runs twice untimed first, and the quicker run plans the rounds: the first alone, at times
twice as slow, halved their number. For longer pairs that would cost too much, and one task is enough to estimate it."""

TIMED_TASK_S = 1.0
"""Whether tasks keep to one thread and leave their items alone is also seen on timed items that take less than this."""


class NotEnoughMemoryError(Exception):
    """The tasks would need more memory than is free; the message says how much of each."""


@dataclass(frozen=True)
class Subject:
    """What one test times: a workload's items, run by a variant, beside a partner or alone."""

    name: str
    size: str
    workload: Workload
    items: Sequence[Any]
    variant: Variant
    partner: Variant | None

    @property
    def test(self) -> str:
        """As errors name it: `fibonacci-small-ray`."""
        return f"{self.name}-{self.size}-{self.variant.name}"

    def runners(self) -> list[Variant]:
        """Partner, if there is one, and variant."""
        return [runner for runner in (self.partner, self.variant) if runner is not None]


def items_of(name: str, workload: Workload, size: str, tasks: int) -> Sequence[Any]:
    """A workload's items.

    Raises:
        WorkloadError: they are no sequence, or there are none.
    """
    items = workload.items(size, tasks)
    try:
        count = len(items[:])
    except Exception:  # whatever its class raises
        raise WorkloadError(
            f"workloads/{name}.py: items must return a sequence, as a list, not a {type(items).__name__}: every round "
            "runs them all again"
        ) from None
    if not count:
        raise WorkloadError(f"workloads/{name}.py: items returned none for size {size}; a round needs at least one")
    return items


def check_memory(test: str, per_task: int, variant: Variant, partner: Variant | None) -> None:
    """Refuse what would be killed or swap, on any machine that tasks run on.

    Every slot of the variant runs a task, and so does its partner's: what a worker has used, it keeps. Each worker
    needs as much as this process has to itself now, after it has imported the workload.

    Raises:
        NotEnoughMemoryError: names the machine that has too little.
    """
    if not per_task:
        return
    imported = machine.own_memory()
    needs, free = Counter[str](), dict[str, int]()
    for runner in (variant, *([partner] if partner else [])):
        here = [Place(platform.node(), runner.slots, machine.free_memory())]
        for place in here if runner.name == "serial" else runner.places():
            needs[place.host] += place.slots * (per_task + (0 if runner.name == "serial" else imported))
            free[place.host] = place.free
    for host, need in needs.items():
        if need > free[host]:
            where = "" if host == platform.node() else f" on {host}"
            serial = variant.name == "serial"
            workers = "" if serial else f", and {imported / 1e9:.2f} GB a worker for what it imports"
            raise NotEnoughMemoryError(
                f"{test} needs {need / 1e9:.1f} GB of memory{where} ({per_task / 1e9:.2f} GB a task{workers}), and "
                f"{free[host] / 1e9:.1f} GB are free"
            )


def get_ready(subject: Subject, tasks: int) -> ColdStart | None:
    """Hand out the items and warm every worker up.

    Returns:
        What fresh workers took to their first results; None where there were none. Beside a pool it is not asked for:
        the same workload's test beside serial has it.
    """
    sample = items_of(subject.name, subject.workload, "small", tasks)
    for runner in subject.runners():
        runner.prepare(subject.workload.task, subject.items, sample)
    if subject.partner is not None:  # first, while no worker starts beside it
        subject.partner.warm_up()
    beside_serial = subject.partner is None or subject.partner.name == "serial"
    start = time.perf_counter()
    cold = subject.variant.cold_start() if beside_serial else None
    stopped = stops.since(start)
    subject.variant.warm_up()
    return None if stopped else cold


def pair_seconds(subject: Subject) -> float:
    """Seconds that a round and its partner's take together."""
    start = time.perf_counter()
    try:
        with no_longer_than(subject.variant.patience_s):
            subject.workload.task(subject.items[0])
    except TooLateError:
        raise VariantError(
            f"item 0 ({short(subject.items[0])}) takes longer than {subject.variant.patience_s:g} s in this process; "
            "raise --task-timeout if that is how long it takes"
        ) from None
    task_s = time.perf_counter() - start
    if task_s < TIMED_TASK_S and subject.size != "small":  # small ones are what has warmed the workers up
        for runner in subject.runners():
            runner.check_timed()
    estimate = sum(task_s * len(subject.items) / runner.slots for runner in subject.runners())
    if estimate < WARM_PAIR_S:
        estimate = min(sum(runner.run().seconds for runner in subject.runners()) for _ in range(2))
    return estimate
