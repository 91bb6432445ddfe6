"""One real round to look at: which of them, and its tasks on lanes.

Owns what the record keeps of it. Pure functions of pairs and rounds; `reporting.timeline_chart` draws it.
"""

import math
from collections.abc import Sequence
from statistics import median

from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.records.benchmark import ShownRound
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.stamps import node


def typical(pairs: Sequence[Pair]) -> int:
    """Index of the pair whose two rounds are both closest to their medians: neighbours in time, and the median ones."""
    reference_s, candidate_s = median(pair.reference_s for pair in pairs), median(pair.candidate_s for pair in pairs)

    def distance(index: int) -> float:
        pair = pairs[index]
        return abs(math.log(pair.reference_s / reference_s)) + abs(math.log(pair.candidate_s / candidate_s))

    return min(range(len(pairs)), key=distance)


def lanes(round_: Round) -> ShownRound:
    """A round as the record keeps it, in seconds from its start, to the microsecond.

    Returns:
        `seconds`, `submit_s`, and `tasks`: (lane, start, end) for each, lanes are workers, in order of first use.
        A node with another clock than the driver's has its first task at the end of submission: no better is known.
    """
    here = {"", node()}
    firsts: dict[str, float] = {}
    for execution in round_.executions:
        name = execution.worker[0]
        firsts[name] = min(firsts.get(name, math.inf), execution.start)
    offsets = {name: round_.start if name in here else first - round_.submit_s for name, first in firsts.items()}
    in_order = sorted(round_.executions, key=lambda execution: execution.start - offsets[execution.worker[0]])
    lane = {worker: index for index, worker in enumerate(dict.fromkeys(execution.worker for execution in in_order))}
    tasks = [
        (lane[e.worker], round(e.start - offsets[e.worker[0]], 6), round(e.end - offsets[e.worker[0]], 6))
        for e in in_order
    ]
    return {"seconds": round(round_.seconds, 6), "submit_s": round(round_.submit_s, 6), "tasks": tasks}
