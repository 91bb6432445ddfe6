"""The terms that tasks run on: the same for every variant, or there is no figure.

Owns what a warm-up must show and what is only noted. Runs nothing.
"""

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.harness import tree
from benchmarks.harness.runners.stamps import Warm

LEAST_THREAD_SHARE = 0.8
"""A task whose thread has less of its process's CPU time computes in others, too. Ray's own take up to a tenth."""


class VariantError(Exception):
    """A variant can't run this workload as a timing needs it; one sentence that says why."""


class WorkerDiedError(VariantError):
    """A worker did not live through a warm-up."""


class Terms(NamedTuple):
    """What differs between variants without making them wrong.

    Attributes:
        thread_share: the part of its CPU time that a task spends in the thread that runs it; None where too short.
        niceness: the workers' priorities, sorted.
        gpus: how many GPUs a worker may use, the fewest of all.
    """

    thread_share: float | None
    niceness: tuple[int, ...]
    gpus: int


def require_equal(variant: str, told: Sequence[Warm]) -> Terms:
    """The terms of a warm-up's tasks.

    Args:
        variant: who ran them.
        told: one a task, at least one, in the order of the items.

    Raises:
        VariantError: a worker runs another tree's files, a task changes its item, has a result that can't travel, or
            keeps more than one thread or process busy.
    """
    if strangers := tree.strangers(warm.loaded for warm in told):
        raise VariantError(f"{variant}: a worker runs {', '.join(strangers)} from elsewhere, not from this tree")
    for index, warm in enumerate(told):
        if warm.changed:
            raise VariantError(
                f"{variant}: the task changes its item {index} ({warm.changed}): later rounds would run on the changed "
                "one here and on a fresh copy elsewhere; let the task copy what it changes"
            )
        if warm.unpicklable and variant != "serial":
            raise VariantError(
                f"{variant}: the result of item {index} can't be pickled ({warm.unpicklable}); return plain values, "
                "arrays or dataclasses, which can travel from a worker"
            )
    shares = [warm.thread_share for warm in told if warm.thread_share is not None]
    share = statistics.median(shares) if shares else None
    if share is not None and share < LEAST_THREAD_SHARE:
        where = "child processes" if any(warm.children for warm in told) else "threads"
        limit = (
            "call the code itself" if where == "child processes" else "limit the threads of the library that it calls"
        )
        raise VariantError(
            f"{variant}: the task spends {1 - share:.0%} of its CPU time in {where} of its own; every variant has to "
            f"run it on one thread, or the speedup compares different work: {limit}"
        )
    return Terms(share, tuple(sorted({warm.niceness for warm in told})), min(warm.gpus for warm in told))
