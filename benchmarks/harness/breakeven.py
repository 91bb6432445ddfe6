"""What the user reads of the break-even test: the crossings, and what they predict for more CPUs.

Owns the wording. Reads records and computes nothing that is not in them.
"""

from collections.abc import Iterable

from benchmarks.harness.stored import Json
from benchmarks.harness.units import percent, seconds


def lines(records: Iterable[Json]) -> list[str]:
    """Break-even task lengths, and what they predict for more CPUs, three lines a variant."""
    found: list[str] = []
    for record in records:
        info = record["extra_info"]
        if "granularity" not in info:
            continue
        whole, *_ = sweeps = info["granularity"]
        texts = [", ".join(f"{percent(c['share'])} {_crossing(c, sweep)}" for c in sweep["metg"]) for sweep in sweeps]
        found.append(f"granularity-{info['variant']}: tasks that keep {whole['cpus']} CPUs busy at {texts[0]}")
        models = {row["cpus"]: " and ".join(map(seconds, row["lengths_s"])) for row in info["predicted"]}
        measured = {sweep["cpus"]: text for sweep, text in zip(sweeps, texts, strict=True)}
        found.append(
            f"  predicted from {seconds(whole['cost_s'])} a task and {whole['rate']:.0f} tasks a second from one "
            "driver, 50 % and 90 %: "
            + "; ".join(f"{cpus} CPUs {text}" for cpus, text in models.items() if cpus not in measured)
        )
        fit = (f"{cpus} CPU{'s' * (cpus > 1)} {models[cpus]} (measured {measured[cpus]})" for cpus in sorted(measured))
        found.append(f"  the same model here: {'; '.join(fit)}")
    return found


def _crossing(crossing: Json, sweep: Json) -> str:
    if crossing["length_s"] is None:
        best = max(sweep["efficiencies"])
        return f"not reached up to {seconds(sweep['lengths_s'][-1])} ({percent(best)} at best)"
    low, high, shortest = crossing["low"], crossing["high"], sweep["lengths_s"][0]
    if high == shortest:
        return f"below {seconds(shortest)}"
    ends = [seconds(low) if low else f"< {seconds(shortest)}"]
    ends.append(seconds(high) if high else f"> {seconds(sweep['lengths_s'][-1])}")
    return f"{seconds(crossing['length_s'])} [{', '.join(ends)}]"
