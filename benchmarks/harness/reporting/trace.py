"""The real rounds as Chrome trace events, which Perfetto and chrome://tracing open: `--report trace.json`.

Owns the format ("Trace Event Format", the Catapult project's document): complete events (`X`), lanes named by metadata
events (`M`). Reads records, computes nothing: the rounds are those of the timelines.

A process of the trace is a round of a variant; all start at 0, so that they lie one below the other. What was put into
the object store before is no part of a round: it stands before it, at negative times moved to the right.
"""

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.harness.records.benchmark import Benchmark, Record, ShownRound, timed
from benchmarks.harness.reporting.speedup_table import label

Event = dict[str, Any]
DRIVER = 0
"""Its lane; workers are 1, 2, …"""


class NoRoundsError(Exception):
    """There is no round to write; one sentence that says where there would be."""


def text(records: Sequence[Record]) -> str:
    """The trace as JSON.

    Raises:
        NoRoundsError: no record has a timeline.
    """
    return json.dumps({"traceEvents": events(timed(records)), "displayTimeUnit": "ms"}, indent=0) + "\n"


def events(records: Sequence[Benchmark]) -> list[Event]:
    """All events, metadata first within each round. Times are microseconds.

    Raises:
        NoRoundsError: no record has a timeline.
    """
    shown = [record for record in records if "timeline" in record["extra_info"]]
    if not shown:
        raise NoRoundsError(
            "no rounds to trace: they are kept of a parallel variant beside serial, as `--variants ray`"
        )
    offset = max(record["extra_info"]["put_s"] for record in shown)
    found: list[Event] = []
    for record in shown:
        info, name = record["extra_info"], label(record)
        beside = info["partner"]["variant"]
        process = 1 + len({event["pid"] for event in found})
        found += _round(process, f"{name}: {beside} round beside it", info["timeline"]["partner"], offset, ())
        put = [_event("put", process + 1, DRIVER, offset - info["put_s"], info["put_s"], bytes=info["put_bytes"])]
        found += _round(process + 1, name, info["timeline"]["variant"], offset, put if info["put_bytes"] else ())
    return found


def _round(process: int, name: str, round_: ShownRound, start: float, before: Sequence[Event]) -> list[Event]:
    """A round's events: the driver's lane with its round, submission and waiting; a lane for each worker's tasks."""
    workers = sorted({lane for lane, _, _ in round_["tasks"]})
    alone = round_["submit_s"] == 0  # a serial loop: the driver is the worker
    found = [_named("process_name", process, DRIVER, name), _sorted("process_sort_index", process, DRIVER, process)]
    for lane in [DRIVER] if alone else [DRIVER, *(worker + 1 for worker in workers)]:
        found.append(_named("thread_name", process, lane, f"worker {lane}" if lane else "driver"))
        found.append(_sorted("thread_sort_index", process, lane, lane))
    found += before
    found.append(_event("round", process, DRIVER, start, round_["seconds"], tasks=len(round_["tasks"])))
    if not alone:
        found.append(_event("submit", process, DRIVER, start, round_["submit_s"]))
        waited = round_["seconds"] - round_["submit_s"]
        found.append(_event("wait", process, DRIVER, start + round_["submit_s"], waited))
    for number, (lane, begin, end) in enumerate(round_["tasks"], start=1):
        found.append(_event("task", process, DRIVER if alone else lane + 1, start + begin, end - begin, number=number))
    return found


def _event(name: str, process: int, lane: int, start: float, seconds: float, **args: Any) -> Event:
    """A complete event. Its end is rounded, not its length, so that what lies inside another stays inside."""
    begin, end = round(1e6 * start), round(1e6 * (start + seconds))
    return {"name": name, "ph": "X", "pid": process, "tid": lane, "ts": begin, "dur": end - begin, "args": args}


def _named(what: str, process: int, lane: int, name: str) -> Event:
    return {"name": what, "ph": "M", "pid": process, "tid": lane, "args": {"name": name}}


def _sorted(what: str, process: int, lane: int, index: int) -> Event:
    return {"name": what, "ph": "M", "pid": process, "tid": lane, "args": {"sort_index": index}}
