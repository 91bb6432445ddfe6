"""What the user reads of the break-even test: the crossings, and what they predict for more CPUs.

Owns the wording. Reads records and computes nothing that is not in them.
"""

import math
from collections.abc import Iterable

from benchmarks.harness.records.benchmark import Crossing, Record, SweepInfo, Swept, swept
from benchmarks.harness.text import number_of, percent, seconds


def lines(records: Iterable[Record]) -> list[str]:
    """Break-even task lengths, and what they predict for more CPUs, two lines a variant."""
    found: list[str] = []
    for record in swept(records):
        info = record["extra_info"]
        whole = info["granularity"][0]
        found.append(
            f"granularity-{info['variant']}: tasks that keep {number_of(whole['cpus'], 'CPU')} busy: {_measured(whole)}"
        )
        found.append(_prediction(info))
    return found


def _prediction(info: SweepInfo) -> str:
    """What the model says for many CPUs, if it agrees with all that was measured here; else that it does not."""
    sweeps = {sweep["cpus"]: sweep for sweep in info["granularity"]}
    whole = info["granularity"][0]
    models = {row["cpus"]: row["lengths_s"] for row in info["predicted"]}
    for cpus, sweep in sorted(sweeps.items()):
        for crossing, length in zip(sweep["metg"], models[cpus], strict=True):
            if not holds(crossing, length, sweep["lengths_s"]):
                return (
                    f"  no prediction for more CPUs: for {percent(crossing['share'])} of {number_of(cpus, 'CPU')} its "
                    f"model says {_length(length)}, measured is {_crossing(crossing, sweep)}"
                )
    many = "; ".join(
        f"{cpus} CPUs {' and '.join(map(_length, lengths))}" for cpus, lengths in models.items() if cpus not in sweeps
    )
    shares = " and ".join(percent(crossing["share"]) for crossing in whole["metg"])
    return (
        f"  predicted for {shares} from {seconds(whole['cost_s'])} a task, {whole['rate']:.0f} tasks a second from one "
        f"driver and tasks that take {1 / whole['computation']:.2f} times as long side by side: {many}"
    )


def holds(crossing: Crossing, length_s: float | None, lengths_s: list[float]) -> bool:
    """Whether a predicted length lies inside what was measured: its interval, open where no end was reached."""
    low, high = crossing["low"], crossing["high"]
    if length_s is None:  # no length will do, says the model: then the longest one measured must not have reached it
        return high is None
    if crossing["length_s"] is None and low is None:
        low = lengths_s[-1]
    return (low or 0.0) <= length_s <= (math.inf if high is None else high)


def _length(value: float | None) -> str:
    return "no length" if value is None else seconds(value)


def _measured(sweep: Swept) -> str:
    return ", ".join(f"{percent(crossing['share'])} at {_crossing(crossing, sweep)}" for crossing in sweep["metg"])


def _crossing(crossing: Crossing, sweep: Swept) -> str:
    if crossing["length_s"] is None:
        best = max(sweep["efficiencies"])
        return f"not reached up to {seconds(sweep['lengths_s'][-1])} ({percent(best)} at best)"
    low, high, shortest = crossing["low"], crossing["high"], sweep["lengths_s"][0]
    if high == shortest:
        return f"below {seconds(shortest)}"
    ends = [seconds(low) if low else f"< {seconds(shortest)}"]
    ends.append(seconds(high) if high else f"> {seconds(sweep['lengths_s'][-1])}")
    return f"{seconds(crossing['length_s'])} [{', '.join(ends)}]"
