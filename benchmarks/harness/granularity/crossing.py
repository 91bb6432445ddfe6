"""How long a task must be: efficiency over task length → the length from which a variant keeps a share of its slots.

Owns the estimator of the break-even length. Pure functions: runs nothing, reads no clock, knows neither pytest nor Ray.

The measure is Task Bench's minimum effective task granularity, METG (Slaughter et al., "Task Bench: A Parameterized
Benchmark for Evaluating Parallel Runtime Performance", SC 2020). Its granularity is slots × time / tasks, overhead
included; the length here is what the task takes alone, which is what its author can choose: METG(50 %) = length / 50 %.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from benchmarks.harness.records.benchmark import Crossing

Floats = npt.NDArray[np.float64]

STRETCHES = 5


def curve(logs: Floats) -> Floats:
    """Efficiency at each length from logs of efficiency, blocks × lengths: medians, made to rise with the length.

    A longer task is never less efficient; where noise says so, isotonic regression takes the mean of the neighbours.
    """
    risen: Floats = optimize.isotonic_regression(np.exp(np.median(logs, axis=0))).x
    return risen


def crossing_of(lengths_s: Sequence[float], efficiencies: Floats, share: float) -> float | None:
    """Length at which a rising curve reaches `share`, between lengths by a straight line over the logarithm of length.

    The shortest length measured if the curve starts above `share`; None if it ends below.
    """
    reached = np.flatnonzero(efficiencies >= share)
    if not len(reached):
        return None
    above = int(reached[0])
    if above == 0:
        return float(lengths_s[0])
    low, high = efficiencies[above - 1], efficiencies[above]
    return float(np.exp(np.interp(share, [low, high], np.log([lengths_s[above - 1], lengths_s[above]]))))


def crossing(lengths_s: Sequence[float], logs: Floats, share: float) -> Crossing:
    """Where efficiency crosses `share`, with a 95 % interval from stretches of the run (batch means, Law 2015, ch. 9).

    Args:
        lengths_s: task lengths, rising, seconds.
        logs: logs of efficiency, blocks × lengths, in the order they ran.
        share: above 0, below 1.

    The interval is Student's t of the logs of the crossings of `STRETCHES` stretches of consecutive blocks: the machine
    drifts, so neighbouring blocks are alike, and intervals that take them for independent are too narrow. Of six
    runs of ten blocks each, the crossings of 50 % lay between 1.16 and 1.56 ms, further apart than resampled blocks
    said. Nothing is extrapolated: where a stretch never reaches the share, the interval has no upper end.
    """
    whole = crossing_of(lengths_s, curve(logs), share)
    parts = [crossing_of(lengths_s, curve(part), share) for part in np.array_split(logs, min(STRETCHES, len(logs)))]
    reached = [length for length in parts if length is not None]
    if whole is None or len(reached) < len(parts) or len(parts) < 2:
        low = min(reached) if reached and len(parts) > 1 else None
        return Crossing(share=share, length_s=whole, low=low if reached else lengths_s[-1], high=None)
    freedom = len(parts) - 1
    reach = float(special.stdtrit(freedom, 0.975) * np.std(np.log(reached), ddof=1) / len(parts) ** 0.5)
    low, high = whole * np.exp(-reach), whole * np.exp(reach)
    return Crossing(
        share=share,
        length_s=whole,
        low=None if low < lengths_s[0] or whole == lengths_s[0] else float(low),
        high=None if high > lengths_s[-1] else float(high),
    )
