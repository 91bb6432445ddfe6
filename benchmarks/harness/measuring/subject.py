"""What one test times, and getting it ready: memory, items handed out, warm workers, what a round is likely to take.

Owns all that comes before the first round. Rounds are `pairing`'s matter.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.harness import machine
from benchmarks.harness.runners.variant import Variant
from workloads import Workload

WARM_PAIR_S = 1.0
"""A pair estimated below this runs twice untimed first, and the quicker run plans the rounds: the first alone, at times
twice as slow, halved their number. For longer pairs that would cost too much, and one task is enough to estimate it."""


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

    def runners(self) -> list[Variant]:
        """Partner, if there is one, and variant."""
        return [runner for runner in (self.partner, self.variant) if runner is not None]


def check_memory(test: str, per_task: int, variant: Variant, partner: Variant | None) -> None:
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


def pair_seconds(subject: Subject) -> float:
    """Seconds that a round and its partner's take together."""
    start = time.perf_counter()
    subject.workload.task(subject.items[0])
    serial_s = (time.perf_counter() - start) * len(subject.items)
    estimate = sum(serial_s / runner.slots for runner in subject.runners())
    if estimate < WARM_PAIR_S:
        estimate = min(sum(runner.run().seconds for runner in subject.runners()) for _ in range(2))
    return estimate
