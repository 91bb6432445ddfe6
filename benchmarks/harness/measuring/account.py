"""Where the loss went: a parallel round's time split into factors that multiply to its measured efficiency.

Owns the account. Pure functions: runs nothing, reads no clock, knows neither pytest nor Ray. What the account means
for a reader is `reporting.diagnosis`'s matter.

The factors are those of the POP centre's efficiency model (Performance Optimisation and Productivity, "Standard
Metrics for Performance Analysis"): computation is its computation scaling, load balance its load balance, dispatch its
communication efficiency. For a round of T seconds on P slots whose executions last dᵢ, beside a serial round of S:

    measured      S / (P · T)           what the speedup is of the slots
    computation   S / Σ dᵢ              below 1 where tasks run longer side by side than alone
    load balance  Σ dᵢ / (P · busiest)  below 1 where the busiest worker computes longer than the mean slot
    dispatch      busiest / T           below 1 where even the busiest worker waits for tasks or for the driver

Where there are more slots than CPUs, P is the CPUs that exist in `measured`, and slots in load balance: tasks that take
turns on a core are expected to take so many times as long, and `computation` is what they lose beyond that.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from statistics import fmean, median
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.harness.estimators.pairs import Pair, neighbours
from benchmarks.harness.records.benchmark import Efficiency, Intervals, Traits
from benchmarks.harness.runners.stamps import Execution, Worker

Floats = npt.NDArray[np.float64]

LEAST_BLOCKS = 3
"""Fewer blocks say nothing of how much they differ."""

RESAMPLES, SEED = 1_000, 7


class Account(NamedTuple):
    """Shares of 1; `computation` × `load_balance` × `dispatch` is `measured`. Noise can lift any of them above 1."""

    measured: float
    computation: float
    load_balance: float
    dispatch: float


def busy(executions: Sequence[Execution]) -> dict[Worker, float]:
    """Seconds that each worker spent in tasks. Only durations: clocks of different nodes are never compared."""
    seconds: dict[Worker, float] = defaultdict(float)
    for execution in executions:
        seconds[execution.worker] += execution.seconds
    return seconds


def account(
    serial_s: float, round_s: float, slots: int, executions: Sequence[Execution], cpus: int | None = None
) -> Account:
    """The account of one round; exact.

    Args:
        serial_s: seconds of the serial round beside it.
        round_s: seconds of the round.
        slots: tasks that could run at once.
        executions: all of the round's, at least one.
        cpus: as many of the slots as have a CPU; None for all.
    """
    by_worker = busy(executions)
    total, busiest = sum(by_worker.values()), max(by_worker.values())
    cpus = slots if cpus is None else cpus
    return Account(
        measured=serial_s / (cpus * round_s),
        computation=serial_s * slots / (cpus * total),
        load_balance=total / (slots * busiest),
        dispatch=busiest / round_s,
    )


def efficiency(pairs: Sequence[Pair], accounts: Sequence[Account]) -> Efficiency:
    """One account for all rounds: the mean of logs over the middle half of the blocks, the same ones for all factors.

    Medians of the factors would not multiply to the median of the measured efficiency; means over one set of blocks
    do, to rounding. The blocks are the speedup's (`pairs.neighbours`), sorted by measured efficiency, a quarter cut
    off at either end: a midmean, which heavy tails move about as little as a median.

    Args:
        pairs: valid pairs in the order they ran, at least one.
        accounts: one for each pair.
    """
    measured, computation, load_balance, dispatch = np.exp(_midmean(_logs(pairs, accounts))).tolist()
    return Efficiency(measured=measured, computation=computation, load_balance=load_balance, dispatch=dispatch)


def _logs(pairs: Sequence[Pair], accounts: Sequence[Account]) -> Floats:
    """Of each block, or of each pair where none has a neighbour: blocks × shares."""
    logs: Floats = np.log(np.array(accounts, dtype=float))
    if not (found := neighbours(pairs)):
        return logs
    one, other = np.array(found).T
    means: Floats = (logs[one] + logs[other]) / 2
    return means


def _midmean(logs: Floats) -> Floats:
    """Over the middle half of the blocks by their first column: … × blocks × columns → … × columns."""
    order = np.argsort(logs[..., 0], axis=-1, kind="stable")
    cut = order.shape[-1] // 4
    middle = order[..., cut : order.shape[-1] - cut]
    means: Floats = np.take_along_axis(logs, middle[..., np.newaxis], axis=-2).mean(axis=-2)
    return means


def intervals(pairs: Sequence[Pair], accounts: Sequence[Account]) -> Intervals | None:
    """95 % of `efficiency` from blocks drawn anew (percentile bootstrap, Efron & Tibshirani 1993, ch. 13).

    Args:
        pairs, accounts: as for `efficiency`.

    Returns:
        None where there are fewer than `LEAST_BLOCKS` blocks.
    """
    if len(neighbours(pairs)) < LEAST_BLOCKS:
        return None
    logs = _logs(pairs, accounts)
    drawn = np.random.default_rng(SEED).integers(len(logs), size=(RESAMPLES, len(logs)))
    bounds = np.exp(np.percentile(_midmean(logs[drawn]), [2.5, 97.5], axis=0)).T.tolist()
    measured, computation, load_balance, dispatch = [(low, high) for low, high in bounds]
    return Intervals(measured=measured, computation=computation, load_balance=load_balance, dispatch=dispatch)


def traits(rounds: Sequence[tuple[float, Sequence[Execution]]], serial: Sequence[Sequence[Execution]]) -> Traits:
    """What the rounds of a variant, (seconds, executions) each, were like beside the executions of serial rounds."""
    return Traits(
        task_s=median(_mean(executions) for _, executions in rounds),
        dispatch_s=median(seconds - max(busy(executions).values()) for seconds, executions in rounds),
        busiest_tasks=median(max(Counter(e.worker for e in executions).values()) for _, executions in rounds),
        longest_s=median(max(e.seconds for e in executions) for executions in serial),
        uneven=median(max(e.seconds for e in executions) / _mean(executions) for executions in serial),
        core_share=median(_on_core(executions) for _, executions in rounds)
        / max(median(map(_on_core, serial)), 1e-9),  # a task that only waits has no core at all
    )


def slowness(rounds: Sequence[Sequence[Execution]], serial: Sequence[Sequence[Execution]]) -> dict[str, float]:
    """By node, how many times as long a task takes there as the same item in the serial round beside it, the median."""
    ratios: dict[str, list[float]] = defaultdict(list)
    for executions, alone in zip(rounds, serial, strict=True):
        for one, other in zip(executions, alone, strict=True):
            ratios[one.worker[0]].append(one.seconds / max(other.seconds, 1e-9))
    return {node: median(its) for node, its in ratios.items()}


def _mean(executions: Sequence[Execution]) -> float:
    return fmean(e.seconds for e in executions)


def _on_core(executions: Sequence[Execution]) -> float:
    return sum(e.cpu_s for e in executions) / sum(e.seconds for e in executions)
