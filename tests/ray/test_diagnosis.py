"""The sentence, on workloads with exactly one disease each, really run on Ray.

Where cores must not matter, tasks wait instead of computing: their times are known, and four slots fit on two cores.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.harness.measuring.pace import Alone
from benchmarks.harness.measuring.pairing import Pairing
from benchmarks.harness.measuring.record import record_of
from benchmarks.harness.measuring.subject import Subject, get_ready
from benchmarks.harness.reporting.diagnosis import sentence
from benchmarks.harness.runners import cluster
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.settings import Plan
from tests import tasks
from tests.ray.conftest import Rays
from tests.signs import SIGNS
from workloads import Workload

pytestmark = pytest.mark.alone

PLAN = Plan(min_rounds=20, max_time=1.0, disable_gc=False)
SLOTS = 4


@pytest.fixture(scope="module")
def ray_of_four(rays: Rays) -> Iterator[cluster.Cluster]:
    """A Ray of four CPUs on two cores, whatever the machine has."""
    rays.end()
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(cores)[:2]))
    try:
        with cluster.start(SLOTS) as ready:
            warm = Ray(ready)  # or the first test, whichever it is, would have workers that have yet to start
            warm.prepare(tasks.square, [1] * SLOTS, [1] * SLOTS)
            warm.warm_up()
            yield replace(ready, usable_cpus=SLOTS)  # as if all were there: what they share is what is to be seen
    finally:
        os.sched_setaffinity(0, cores)


def diagnose(ray: cluster.Cluster, task: Callable[[Any], Any], items: list[Any], pairs: int) -> str | None:
    workload = Workload(
        task=task,
        items=lambda size, tasks: items,
        check=lambda items, results: "",
        sizes={"small": {}, "medium": {}, "full": {}},
    )
    subject = Subject("ill", "small", workload, items, Ray(ray), Serial(1))
    cold = get_ready(subject, SLOTS)
    pairing = Pairing(subject, pairs, Alone(PLAN))
    for _ in range(pairs):
        pairing.before()
        pairing.run()
        pairing.after()
    return sentence(record_of(subject, pairing, cold))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs cores to be taken away, as Linux can")
@pytest.mark.parametrize(
    ("disease", "task", "items", "pairs"),
    [
        ("too short", tasks.wait, [0.001] * 8, 20),
        ("uneven", tasks.wait, [0.2, 0.04, 0.04, 0.04], 6),
        ("not shared out", tasks.wait, [0.08] * 5, 6),
        ("too few", tasks.wait, [0.15] * 2, 6),
        ("cores shared", tasks.busy, [2**70 - 1] * SLOTS, 10),
        ("results", tasks.wait_and_return_much, [0.05] * SLOTS, 6),
        ("cold", tasks.wait_longer_at_first, [0.15] * SLOTS, 6),
        (None, tasks.wait, [0.15] * SLOTS, 6),
    ],
)
def test_one_disease_is_named_and_no_other(
    ray_of_four: cluster.Cluster, disease: str | None, task: Callable[[Any], Any], items: list[Any], pairs: int
) -> None:
    found = diagnose(ray_of_four, task, items, pairs)
    print(found)
    named = [name for name, sign in SIGNS.items() if found and sign in found]
    assert named == ([disease] if disease else []), found
    assert (found is None) == (disease is None)
