"""A task whose length is chosen: a loop counted in steps of CPU work, not by a clock, so that slow cores show.

Owns the task, its truth and its calibration. Imported by every worker, so it imports nothing heavy.
"""

import time

A, C, M = 1_103_515_245, 12_345, 2**31  # a step of rand() as ISO C prints it: never leaves 64 bits


def spin(steps: int) -> int:
    """The state after `steps` steps from 1; about 90 ns each."""
    state = 1
    for _ in range(steps):
        state = (A * state + C) % M
    return state


def truth(steps: int) -> int:
    """What `spin` returns, by repeated squaring of the step instead of a loop."""
    factor, summand, a, c = 1, 0, A, C
    while steps:
        if steps % 2:
            factor, summand = factor * a % M, (summand * a + c) % M
        a, c = a * a % M, (a * c + c) % M
        steps //= 2
    return (factor + summand) % M


def steps_per_second() -> float:
    """How fast this process spins: the fastest of five times 5 ms or more. Sets lengths; measured ones are reported."""
    steps, best = 1_000, 0.0
    while best < 0.005:
        steps *= 2
        times = []
        for _ in range(5):
            start = time.perf_counter()
            spin(steps)
            times.append(time.perf_counter() - start)
        best = min(times)
    return steps / best
