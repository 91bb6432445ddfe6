"""One sentence a reader can act on: the account's largest loss, the number that shows it, and what to change.

Owns the rules. Pure functions of a record's `extra_info`: runs nothing, reads no clock, knows neither pytest nor Ray.
"""

import math

from benchmarks.harness.records.benchmark import Info
from benchmarks.harness.text import percent, seconds, size

HEALTHY = 0.9
"""From this efficiency on an account needs no advice. Less than a tenth is hard to see and to win back: a default
run's speedup is known to 5 or 10 %, and on two cores tasks run 4 % slower beside Ray's own processes."""

COLD_S = 1.0
"""Shorter cold starts need no advice: workers whose task imports nothing heavy have first results in 0.1 to 0.3 s."""

UNEVEN = 1.25
"""Items whose longest task takes so many times the mean are uneven. Equal ones reach 1.02 in a serial round."""

LARGE = 100 * 1024
"""Bytes from which on Ray returns a result through its object store. What passes there between a round's last task and
its last result is then its travelling: sending and fetching the same bytes once more, alone and into memory that is
warm, took 10 to 32 ms where 54 to 105 passed there."""

SHARED = "memory, caches or a core's two threads are shared; touch less memory in a task, or use fewer CPUs"


def sentence(info: Info) -> str | None:
    """What keeps this record's variant from its slots, and what to change; None where it is healthy.

    Args:
        info: `extra_info` of a record with `efficiency`, that is of a variant beside a serial partner.
    """
    shares = info["efficiency"]
    if shares["measured"] >= HEALTHY:
        advice = _cold(info)
    else:
        factors = [
            (shares["computation"], _computation),
            (shares["load_balance"], _balance),
            (shares["dispatch"], _dispatch),
        ]
        _, worst = min(factors, key=lambda factor: factor[0])
        advice = worst(info)
    if advice is None:
        return None
    speedup = f"{info['speedup']['median']:.2f}× of {info['cpus']} ({percent(shares['measured'])})"
    return f"{info['workload']}-{info['size']}-{info['variant']}: {speedup}: {advice}"


def _round_s(info: Info) -> float:
    return info["submit_s"] + info["wait_s"]


def _computation(info: Info) -> str:
    share = info["efficiency"]["computation"]
    longer = f"tasks take {1 / share:.2f} times as long side by side as alone"
    # Of the loss, the part that is time without a core; the rest is slower work on a core of one's own.
    waiting = math.log(min(max(info["core_share"], 1e-9), 1)) / math.log(share)
    if waiting >= 0.5:
        return (
            f"{longer}, and have a core {percent(info['core_share'])} of it: cores are shared; "
            "stop what else runs here, or use fewer CPUs"
        )
    return f"{longer}, each on a core: {SHARED}"


def _balance(info: Info) -> str:
    tasks, cpus, most = info["tasks"], info["cpus"], info["busiest_tasks"]
    idle = percent(1 - info["efficiency"]["load_balance"])
    if tasks < cpus:
        return (
            f"{tasks} task{'s' * (tasks > 1)} for {cpus} CPUs leave{'s' * (tasks == 1)} {idle} of them idle; split up"
        )
    if info["uneven"] >= UNEVEN:
        return (
            f"the longest task takes {seconds(info['longest_s'])}, {info['uneven']:.1f} times the mean, and CPUs wait "
            f"{idle} of the time for the busiest; split the long tasks, or submit them first"
        )
    if most * cpus > tasks:
        return (
            f"{most:.0f} of {tasks} equal tasks come to the busiest of {cpus} CPUs, and CPUs wait {idle} of the time "
            "for it; make more and shorter tasks"
        )
    return (
        f"tasks that are equal alone are not side by side, and CPUs wait {idle} of the time for the slowest: {SHARED}"
    )


def _dispatch(info: Info) -> str:
    lost, share = info["dispatch_s"], 1 - info["efficiency"]["dispatch"]
    travel_s = info["result_s"]
    if info["result_bytes"] > LARGE * info["tasks"] and info["tail_s"] is not None:
        travel_s = max(travel_s, info["tail_s"])
    if travel_s >= lost / 4:
        return (
            f"results of {size(info['result_bytes'] // info['tasks'])} a task lose {percent(share)} to travelling "
            f"({seconds(travel_s)} of {seconds(_round_s(info))} to send and fetch them); "
            "return less: a summary, or a reference to data that stays where it is"
        )
    # What a round loses stays the same while its tasks, one after another on a slot, grow.
    row = math.ceil(info["tasks"] / info["cpus"])
    aim = min(1 - HEALTHY, share / 2)
    enough = lost * (1 - aim) / aim / row
    return (
        f"tasks of {seconds(info['task_s'])} lose {percent(share)} to dispatch; "
        f"make them longer than {seconds(enough)}, and it is {percent(aim)}"
    )


def _cold(info: Info) -> str | None:
    cold_s, round_s = info["cold_start_s"], _round_s(info)
    if cold_s < max(COLD_S, round_s):
        return None
    return (
        f"but cold workers take {seconds(cold_s)} to their first results, as long as {cold_s / round_s:.0f} rounds; "
        "keep them for many rounds, and import less in the task's module"
    )
