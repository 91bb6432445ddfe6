"""How long a warm Ray and a warm process pool take to start a task and to return its result. None of the suite's code.

What Ray's rounds of two 80 ms tasks lose to dispatch, in its smallest form: two tasks for two CPUs, with a driver that
is busy between rounds, as a program is.

    python -m benchmarks.experiments.hand_over
"""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

ROUNDS = 40


def task(_: int) -> tuple[float, float]:
    start, state = time.perf_counter(), 1
    for _step in range(1_000_000):
        state = (1_103_515_245 * state + 12_345) % 2**31
    return start, time.perf_counter()


def show(name: str, run: Callable[[], list[tuple[float, float]]]) -> None:
    starts, ends = [], []
    for _ in range(ROUNDS):
        task(0)
        begin = time.perf_counter()
        stamps = run()
        ends.append(time.perf_counter() - max(end for _, end in stamps))
        starts.append(min(start for start, _ in stamps) - begin)
    started, ended = (1e3 * statistics.median(times) for times in (starts, ends))
    print(
        f"{name}: first task starts {started:.1f} ms after submission, last result comes {ended:.1f} ms after its task"
    )


def main() -> None:
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        list(pool.map(task, [0] * 4))
        show("pool", lambda: list(pool.map(task, [0, 0])))
    import ray

    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    remote = ray.remote(task)
    ray.get([remote.remote(0) for _ in range(4)])
    show("ray", lambda: ray.get([remote.remote(0), remote.remote(0)]))
    ray.shutdown()


if __name__ == "__main__":
    main()
