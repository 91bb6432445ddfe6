"""What Ray's process priority costs here: Ray gives its workers nice 15, and who is nice waits for everybody else.

Owns that measurement: two process pools, one of them as nice as Ray's workers are by default. Ray itself can't run at
two priorities in one session, and without Ray the priority is all that differs.
"""

import contextlib
import time
from collections.abc import Sequence
from typing import Any

import psutil

from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.estimators.speedup import speedup
from benchmarks.harness.records.doctor import Priority
from benchmarks.harness.runners.process_pool import Pool
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.stamps import Task

DEFAULT = 15
"""`RAY_worker_niceness`, unless it is set."""

BUSY = 0.3
"""Cores that others must keep busy before their share is worth a measurement; an idle Ray itself uses a twentieth."""

BLOCKS = 8


def busy_cores(seconds: float = 0.5) -> float:
    """How many cores are busy while this process waits: what others use."""
    before = psutil.cpu_times()
    time.sleep(seconds)
    after = psutil.cpu_times()
    idle = (after.idle - before.idle) + (getattr(after, "iowait", 0.0) - getattr(before, "iowait", 0.0))
    return max((psutil.cpu_count() or 1) - idle / seconds, 0.0)


def measure(task: Task, items: Sequence[Any], slots: int, niceness: int) -> Priority:
    """How much longer the items take at Ray's default priority, as things are now; only where others are busy.

    Args:
        task, items: as they are.
        slots: processes of each pool.
        niceness: what Ray's workers ran at in this session.
    """
    busy = busy_cores()
    found = Priority(busy_cores=busy, niceness=niceness, slower=None)
    if busy < BUSY:
        return found
    pools = Pool(slots), Pool(slots)
    try:
        for pool in pools:
            pool.prepare(task, items, items[:1])
            pool.warm_up()
        for worker in {execution.worker for _ in range(3) for execution in pools[1].run().executions}:
            with contextlib.suppress(psutil.NoSuchProcess):
                psutil.Process(worker[1]).nice(DEFAULT)
        pairs: list[Pair] = []
        for index in range(2 * BLOCKS):
            first, second = (pools[::-1], pools)[index % 2]
            rounds: dict[Any, Round] = {first: first.run(), second: second.run()}
            pairs.append(Pair(rounds[pools[1]].seconds, rounds[pools[0]].seconds, index % 2 == 0))
        found["slower"] = speedup(pairs)
    finally:
        for pool in pools:
            pool.close()
    return found
