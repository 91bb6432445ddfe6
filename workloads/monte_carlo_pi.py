"""Monte Carlo π: count random points of the square [−1, 1]² that fall into the unit circle. Pure computation."""

import math
import random
from collections.abc import Sequence

import numpy as np

from workloads import CheckError, Workload

SIZES = {"small": {"samples": 45_000}, "medium": {"samples": 300_000}, "full": {"samples": 10_000_000}}
SEED = 314_159


def task(item: tuple[int, int]) -> int:
    """How many of `item[0]` points drawn with seed `item[1]` lie in the circle."""
    samples, seed = item
    uniform = random.Random(seed).uniform
    inside = 0
    for _ in range(samples):
        if math.hypot(uniform(-1, 1), uniform(-1, 1)) <= 1:
            inside += 1
    return inside


def items(size: str, tasks: int) -> list[tuple[int, int]]:
    """(samples, seed) for every task; the seeds are independent streams of one `SeedSequence`."""
    seeds = np.random.SeedSequence(SEED).spawn(tasks)
    return [(SIZES[size]["samples"], int(seed.generate_state(1, np.uint64)[0])) for seed in seeds]


def standard_errors(inside: int, samples: int) -> float:
    """Distance of the share of hits from π/4, in standard errors of a share of `samples` independent points."""
    p = math.pi / 4
    return abs(inside / samples - p) / math.sqrt(p * (1 - p) / samples)


def check(items: Sequence[tuple[int, int]], results: Sequence[int]) -> str:
    """Hold every count, and their sum, against π/4: at most 5 standard errors away."""
    for index, ((samples, _), inside) in enumerate(zip(items, results, strict=True)):
        if standard_errors(inside, samples) > 5:
            expected = math.pi / 4 * samples
            raise CheckError(f"monte_carlo_pi, item {index}: {inside} of {samples} points, expected {expected:.0f}")
    inside, total = sum(results), sum(samples for samples, _ in items)
    distance = standard_errors(inside, total)
    if distance > 5:
        raise CheckError(f"monte_carlo_pi, all items: {inside} of {total} points, expected {math.pi / 4 * total:.0f}")
    return f"π ≈ {4 * inside / total:.5f} ({distance:.1f} standard errors from the truth)"


WORKLOAD = Workload(task=task, items=items, check=check, sizes=SIZES)
