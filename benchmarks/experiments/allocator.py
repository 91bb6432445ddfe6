"""How much processes of the same code differ, with glibc's allocator as it is and as sides of a comparison have it.

    python -m benchmarks.experiments.allocator --processes 7

Each process runs one task again and again, alone; its figure is the mean of the quickest third.
"""

import argparse
import math
import os
import statistics
import subprocess
import sys
import time

from benchmarks.harness import machine
from benchmarks.harness.sides.process import TUNABLES

WORKLOADS = ("fibonacci", "image_processing", "monte_carlo_pi")
RUNS = 24


def one_process(name: str) -> float:
    """Seconds of the task's quicker runs in this process."""
    from workloads import load

    workload = load(name)
    item = workload.items("small", 1)[0]
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        workload.task(item)
        times.append(time.perf_counter() - start)
    return statistics.fmean(sorted(times)[: RUNS // 3])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--processes", type=int, default=7)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(one_process(asked.one))
        return
    kinds = {"as it is": {}, "as sides have it": {"GLIBC_TUNABLES": TUNABLES}}
    for name in WORKLOADS:
        found: dict[str, list[float]] = {kind: [] for kind in kinds}
        for _ in range(asked.processes):
            for kind, variables in kinds.items():
                command = [sys.executable, "-m", __spec__.name, "--one", name]
                env = {**os.environ, **machine.ONE_THREAD, **variables}
                said = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
                found[kind].append(float(said))
        for kind, times in found.items():
            spread = statistics.stdev(map(math.log, times))
            low, high = (f"{1e3 * end(times):.1f}" for end in (min, max))
            print(f"{name}, {kind}: {low} to {high} ms, SD of logs {spread:.1%}", flush=True)


if __name__ == "__main__":
    main()
