"""What the stamps around a task cost: rounds with them beside rounds without, at small size, in balanced order.

python -m benchmarks.experiments.stamp_cost [PAIRS]
"""

import sys
from typing import Any
from unittest.mock import patch

from benchmarks.harness.estimators.pairs import Pair, leads
from benchmarks.harness.estimators.speedup import speedup
from benchmarks.harness.runners import cluster, ray_tasks, serial_loop
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.runners.stamps import Fields, Task
from benchmarks.harness.runners.variant import Variant
from workloads import Workload, load


class Bare:
    """Stands in for `Stamped`: reads no clock and asks for no worker."""

    def __init__(self, task: Task) -> None:
        self.task = task

    def __call__(self, item: Any) -> Fields:
        return self.task(item), ("", 0), 0.0, 0.0, 0.0, 0


def cost(workload: Workload, stamped: Variant, bare: Variant, pairs: int) -> str:
    items = workload.items("small", 2)
    stamped.prepare(workload.task, items, items)
    with patch.object(serial_loop, "Stamped", Bare), patch.object(ray_tasks, "Stamped", Bare):
        bare.prepare(workload.task, items, items)
    for runner in (stamped, bare):
        runner.warm_up()
    measured = []
    for turn in range(pairs):
        stamped_first = leads(turn)
        first, second = (stamped, bare) if stamped_first else (bare, stamped)
        one, other = first.run().seconds, second.run().seconds
        with_s, without_s = (one, other) if stamped_first else (other, one)
        measured.append(Pair(with_s, without_s, stamped_first))
    ratio = speedup(measured)
    return f"rounds with stamps take {ratio['median']:.4f} times as long [{ratio['low']:.4f} {ratio['high']:.4f}]"


def main(pairs: int = 160) -> None:
    with cluster.start(2) as ready:
        for name in ("fibonacci", "monte_carlo_pi"):
            print(f"{name}, serial: {cost(load(name), Serial(1), Serial(1), pairs)}")
            print(f"{name}, ray:    {cost(load(name), Ray(ready), Ray(ready), pairs)}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
