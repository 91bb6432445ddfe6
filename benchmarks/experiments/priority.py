"""What Ray's workers lose to whatever else runs here, at Ray's own priority and at the pool's.

    python -m benchmarks.experiments.priority --pairs 40 --repeats 2

Rounds of one 30 ms task a CPU on Ray and in a warm pool, next to each other in balanced order; with nothing else, and
beside one busy loop a core at nice 0. Each priority has a Ray of its own, and the conditions take turns.
"""

import argparse
import contextlib
import itertools
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator

from benchmarks.harness import machine
from benchmarks.harness.doctor.priority import DEFAULT
from benchmarks.harness.estimators.pairs import Pair, leads
from benchmarks.harness.estimators.speedup import speedup
from benchmarks.harness.granularity.spin import spin, steps_per_second
from benchmarks.harness.runners import cluster
from benchmarks.harness.runners.process_pool import Pool
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.text import bounds, columns, seconds

TASK_S = 0.03


@contextlib.contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """So many processes that do nothing but compute."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def measured(niceness: int, loops: int, pairs: int, steps: int, cpus: int) -> list[Pair]:
    """Rounds of the pool (reference) and of a Ray whose workers run at `niceness` (candidate)."""
    items = [steps] * cpus
    with cluster.start(cpus, niceness=niceness) as ready:
        ray, pool = Ray(ready), Pool(cpus)
        try:
            for variant in (ray, pool):
                variant.prepare(spin, items, items)
                variant.warm_up()
            with busy_loops(loops):
                found = []
                for index in range(pairs):
                    order = (pool, ray) if leads(index) else (ray, pool)
                    took = {variant.name: variant.run().seconds for variant in order}
                    found.append(Pair(took["pool"], took["ray"], leads(index)))
                return found
        finally:
            pool.close()
            ray.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=40, help="of each condition, each time (%(default)s)")
    parser.add_argument("--repeats", type=int, default=2, help="how often each condition has its turn (%(default)s)")
    asked = parser.parse_args()
    os.environ.update(machine.ONE_THREAD)
    cpus, steps = machine.usable_cpus(), round(TASK_S * steps_per_second())
    found: dict[tuple[int, int], list[Pair]] = defaultdict(list)
    for _, loops, niceness in itertools.product(range(asked.repeats), (0, cpus), (DEFAULT, 0)):
        found[loops, niceness] += measured(niceness, loops, asked.pairs, steps, cpus)
    rows = []
    for (loops, niceness), pairs in found.items():
        ratio = speedup(pairs)
        times = [
            statistics.median(times) for times in zip(*[(p.candidate_s, p.reference_s) for p in pairs], strict=True)
        ]
        beside = f"{loops} busy loops" if loops else "nothing"
        figures = (*map(seconds, times), f"{ratio['median']:.2f}×", bounds(ratio["low"], ratio["high"]))
        rows.append((beside, str(niceness), *figures, str(ratio["pairs"])))
    heads = ("beside", "nice", "a round on Ray", "in a pool", "speed, Ray ÷ pool", "95 % interval", "pairs")
    print("\n".join(columns(heads, rows)))


if __name__ == "__main__":
    main()
