"""What the doctor says: worth it or not, and what to change, each with the figure that shows it.

Owns the wording and its rules. Reads records and computes nothing that is not in them.
"""

from collections.abc import Iterable

from benchmarks.harness.records.benchmark import Info, Record, timed
from benchmarks.harness.records.doctor import Chunk, Examined, Ratio, Remedy
from benchmarks.harness.reporting.answer import worth
from benchmarks.harness.text import bounds, number_of, percent, seconds, size

HELPS = 1.05
"""A change is advised where the whole interval of its gain lies above this: less is hard to see again."""

MUCH = 0.5
"""Of the work itself: with two CPUs, which halve the work, all that they win is then lost to what travels."""

LITTLE_S = 0.02
"""Less work than this in a round is soon outweighed by what a round costs, 2 to 6 ms for its first and last task."""

HEAVY = 0.05
"""Data is named where it takes so much of a round."""


def examined(records: Iterable[Record]) -> list[Info]:
    """The records that the doctor has looked at."""
    return [record["extra_info"] for record in timed(records) if "doctor" in record["extra_info"]]


def lines(records: Iterable[Record]) -> list[str]:
    """Everything it has to say, the verdict first."""
    found: list[str] = []
    for info in examined(records):
        found += [verdict(info), *advice(info["doctor"])]
    return found


def verdict(info: Info) -> str:
    """Worth it or not, as it is and with what helps most."""
    its, ratio = info["doctor"], info["speedup"]
    word = worth(ratio["low"], ratio["high"])
    said = f"{_times(ratio['median'], ratio['low'], ratio['high'])} as fast as a serial loop with {info['cpus']} CPUs"
    text = f"{its['task']}: is Ray worth it here? {word.capitalize()}: {said}"
    helping = [remedy for remedy in its["remedies"] if helps(remedy)]
    if helping:
        best = max(helping, key=lambda remedy: remedy["speedup"]["median"])
        now = worth(best["speedup"]["low"], best["speedup"]["high"])
        text += f"; {HOW[best['name']].format(best['detail'])} {now}: {_of(best['speedup'])}"
    some = f", {its['run']} of them run" if its["run"] < its["given"] else ""
    some += f", {its['alone']} as tasks of their own" if its["alone"] < its["run"] else ""
    return f"{text}. {number_of(its['given'], 'item')} of {seconds(its['item_s'])} each{some}."


HOW = {
    "chunks": "with {0} items in a task",
    "longest first": "with the longest items first",
    "by value": "with items sent by value",
    "physical CPUs": "on {0} CPUs",
}


def helps(remedy: Remedy) -> bool:
    """Whether it makes Ray faster, as far as that was measured."""
    low = remedy["gain"]["low"]
    return low is not None and low > HELPS


def advice(its: Examined) -> list[str]:
    """What to change and what not to, a sentence each."""
    found = [_remedy(remedy, its) for remedy in its["remedies"]]
    found = [text for text in found if text] + _priority(its) + _threads(its)
    found += _data(its)
    if not any(remedy["name"] == "chunks" for remedy in its["remedies"]) and len(its["chunks"]) > 1:
        found.insert(0, f"Items per task: one is best ({curve(its['chunks'])}).")
    if not any(map(helps, its["remedies"])) and worth(its["before"]["low"], its["before"]["high"]) != "yes":
        whole = its["run"] * its["item_s"]
        why = "what keeps it from its CPUs is in the account."
        if whole < LITTLE_S:
            why = (
                f"all items take {seconds(whole)} in a loop, and Ray has no longer to start tasks, run them and fetch "
                "their results. Leave it serial, or bring more work."
            )
        found.append(f"Nothing that was tried helps: {why}")
    return found


def curve(chunks: Iterable[Chunk]) -> str:
    """`1: 0.12×, 4: 0.44×, …`"""
    return ", ".join(f"{chunk['length']}: {chunk['speedup']['median']:.2f}×" for chunk in chunks)


def _remedy(remedy: Remedy, its: Examined) -> str:
    gain = _of(remedy["gain"])
    if remedy["name"] == "chunks":
        best = its["best"]
        text = f"{curve(its['chunks'])}; best is {best}, and {its['enough']} the shortest that keeps nine tenths of it"
        if helps(remedy):
            return f"Items per task: put {remedy['detail']} into one, {gain} faster than one by one ({text})."
        return f"Items per task: {remedy['detail']} in one make no difference that shows, {gain} ({text})."
    if remedy["name"] == "longest first":
        uneven = f"the longest item takes {its['uneven']:.1f} times the mean"
        if helps(remedy):
            return f"Order: {uneven}; submit the longest first, {gain} faster than in their order, or split them."
        return f"Order: {uneven}, but submitting the longest first makes no difference that shows, {gain}; split them."
    if remedy["name"] == "by value":
        if helps(remedy):
            return f"Items: send them by value, {gain} faster than by reference."
        return f"Items: by reference, put into the object store once, is right; sent by value Ray is {gain} as fast."
    if helps(remedy):
        return f"CPUs: use the {remedy['detail']} physical ones, {gain} faster than all {its['logical_cpus']} logical."
    return f"CPUs: on the {remedy['detail']} physical ones Ray is {gain} as fast as on all {its['logical_cpus']}."


def _priority(its: Examined) -> list[str]:
    found = its["priority"]
    slower = found["slower"]
    if slower is None or slower["low"] is None or slower["low"] <= HELPS:
        return []
    here = "" if found["niceness"] is None else f"; here its workers ran at {found['niceness']}"
    return [
        f"Priority: others keep {found['busy_cores']:.1f} cores busy, and Ray's workers are nice 15 by default{here}. "
        f"A process pool at nice 15 takes {_of(slower)} as long as at nice 0: set RAY_worker_niceness=0 before Ray "
        "starts, or stop the others."
    ]


def _threads(its: Examined) -> list[str]:
    found = its["threads"]
    if found["speedup"] is None:
        return []
    own, on_ray = found["speedup"], [its["before"], *(remedy["speedup"] for remedy in its["remedies"])]
    ray = max(on_ray, key=lambda ratio: ratio["median"])
    text = (
        f"Threads: with all of its own the library keeps {found['cores']:.1f} cores busy and is {_of(own)} as fast as "
    )
    text += f"on one thread; the best on Ray is {_of(ray)}"
    if own["low"] is not None and ray["high"] is not None and own["low"] > ray["high"]:
        return [f"{text}. Leave it to the library, in one process."]
    if ray["low"] is not None and own["high"] is not None and ray["low"] > own["high"]:
        return [f"{text}. Ray is better, if its tasks keep to one thread each: set OMP_NUM_THREADS=1."]
    return [f"{text}: no difference that shows. Never use both at once."]


def _data(its: Examined) -> list[str]:
    """What travels, where it takes a part of a round that shows, or of the work itself, which no chunk wins back."""
    found = [
        f"Data: {loss['what']}: {size(loss['bytes'])}, {seconds(loss['seconds'])} "
        f"{'once, as long as' if loss['once'] else 'each round,'} {percent(loss['share'])} of one."
        for loss in its["data"]
        if loss["share"] >= HEAVY
    ]
    travel = sum(loss["seconds"] for loss in its["data"] if not loss["once"])
    work = its["alone"] * its["item_s"]
    if travel >= MUCH * work:
        found.append(
            f"Data: serialising items and results takes {seconds(travel)}, and all that is done with them "
            f"{seconds(work)}: chunks don't win that back. Return less, or leave data where it is made."
        )
    return found


def _of(ratio: Ratio) -> str:
    return _times(ratio["median"], ratio["low"], ratio["high"])


def _times(median: float, low: float | None, high: float | None) -> str:
    return f"{median:.2f}× {bounds(low, high)}"
