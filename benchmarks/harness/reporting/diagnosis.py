"""One sentence a reader can act on: the account's largest loss, the number that shows it, and what to change.

Owns the rules. Pure functions of a record's `extra_info`: runs nothing, reads no clock, knows neither pytest nor Ray.
"""

import math

from benchmarks.harness.records.benchmark import Info
from benchmarks.harness.text import number_of, percent, seconds, size

HEALTHY = 0.9
"""From this efficiency on an account needs no advice. Less than a tenth is hard to see and to win back: a default
run's speedup is known to 5 or 10 %, and on two cores tasks run 4 % slower beside Ray's own processes."""

COLD_S = 1.0
"""Seconds: who waits for shorter first tasks hardly notices them, whatever the number of rounds."""

UNLIKE = 1.15
"""Nodes on one of which tasks take so many times as long as on another differ: what is lost there is no task's."""

UNEVEN = 1.25
"""Items whose longest task takes so many times the mean are uneven. Equal ones reach 1.02 in a serial round."""

LARGE = 100 * 1024
"""Bytes from which on Ray returns a result through its object store. What passes there between a round's last task and
its last result is then its travelling: sending and fetching the same bytes once more, alone and into memory that is
warm, took 10 to 32 ms where 54 to 105 passed there."""


def sentence(info: Info) -> str | None:
    """What keeps this record's variant from its slots, and what to change; None where it is healthy.

    Args:
        info: `extra_info` of a record with `efficiency`, that is of a variant beside a serial partner.
    """
    shares = info["efficiency"]
    advice = _cold(info) if shares["measured"] >= HEALTHY else _advice(info)
    if advice is None:
        return None
    speedup = (
        f"{info['speedup']['median']:.2f}× of {info.get('usable_cpus', info['cpus'])} ({percent(shares['measured'])})"
    )
    return f"{info['workload']}-{info['size']}-{info['variant']}: {speedup}: {advice}"


def _advice(info: Info) -> str:
    """On the factor whose loss stands out: even at best it is larger than each other's at worst."""
    shares = info["efficiency"]
    intervals = info.get("efficiency_intervals")
    if intervals is None:
        return f"no cause can be named from {number_of(info['speedup']['pairs'], 'pair')}; run more rounds"
    found = {
        "computation": (shares["computation"], intervals["computation"], _computation),
        "balance": (shares["load_balance"], intervals["load_balance"], _balance),
        "dispatch": (shares["dispatch"], intervals["dispatch"], _dispatch),
    }
    worst = min(found, key=lambda name: found[name][0])
    _, (_, high), advise = found[worst]
    if all(high < low for name, (_, (low, _), _) in found.items() if name != worst):
        return (_unlike_nodes(info) if worst != "dispatch" else "") or advise(info)
    shown = ", ".join(
        f"{name} {percent(share)} [{100 * low:.0f} {100 * high:.0f}]" for name, (share, (low, high), _) in found.items()
    )
    return f"no single cause stands out: {shown}"


def _unlike_nodes(info: Info) -> str:
    """Where a cluster's nodes differ in speed, tasks are longer or wait for each other for no fault of their own."""
    slowness = info.get("node_slowness")
    if not slowness or max(slowness.values()) < UNLIKE * min(slowness.values()):
        return ""
    node, most = max(slowness.items(), key=lambda one: one[1])
    return (
        f"nodes differ: on {node[:8]} tasks take {most / min(slowness.values()):.2f} times as long as on the quickest "
        "one, whatever the task is; use nodes of one kind, or more and shorter tasks"
    )


def _round_s(info: Info) -> float:
    return info["submit_s"] + info["wait_s"]


def _computation(info: Info) -> str:
    share = info["efficiency"]["computation"]
    longer = f"tasks take {1 / share:.2f} times as long side by side as alone"
    # Of the loss, the part that is time without a core; the rest is slower work on a core of one's own.
    waiting = math.log(min(max(info["core_share"], 1e-9), 1)) / math.log(share)
    niceness = info.get("niceness")
    if waiting >= 0.5 and niceness is not None and max(niceness["workers"]) > niceness["driver"]:
        ours, theirs = niceness["driver"], max(niceness["workers"])
        return (
            f"{longer}, and have a core {percent(info['core_share'])} of it: workers run at nice {theirs}, serial at "
            f"{ours}, so all else here comes first; start Ray with RAY_worker_niceness=0, or stop what else runs here"
        )
    if waiting >= 0.5:
        return (
            f"{longer}, and have a core {percent(info['core_share'])} of it: cores are shared; "
            "stop what else runs here, or use fewer CPUs"
        )
    return f"{longer}, each on a core: {_shared(info)}"


def _shared(info: Info) -> str:
    """What tasks share that have a core, or a thread of one, of their own."""
    cores, cpus = info.get("physical_cpus"), info["cpus"]
    threads = "a core's two threads"
    if cores is not None:
        threads = f"cores ({cpus} CPUs are threads of {cores})" if cores < cpus else "their bus"
    return f"memory, caches or {threads} are shared; touch less memory in a task, or use fewer CPUs"


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
        f"tasks that are equal alone are not side by side, and CPUs wait {idle} of the time for the slowest: "
        f"{_shared(info)}"
    )


def _dispatch(info: Info) -> str:
    lost, share = info["dispatch_s"], 1 - info["efficiency"]["dispatch"]
    out_s = info.get("item_s", 0.0)
    if out_s >= lost / 4 and out_s > info["result_s"]:
        return (
            f"items of {size(info['item_bytes'] // info['tasks'])} a task lose {percent(share)} to travelling "
            f"({seconds(out_s)} of {seconds(_round_s(info))} to pack and unpack them); send less: what tells a task "
            "how to make or load its data, or one large value for all tasks"
        )
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
    cold_s, first_s, round_s = info["cold_start_s"], info.get("first_task_s"), _round_s(info)
    if cold_s is None or first_s is None or first_s < max(COLD_S, round_s):
        return None
    return (
        f"but cold workers take {seconds(cold_s)} to their first results, as long as {cold_s / round_s:.0f} rounds, "
        f"and {seconds(first_s)} of it to import and run a task once; keep them for many rounds, and import less in "
        "the task's module"
    )
