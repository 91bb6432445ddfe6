"""The trace: what Chrome's format asks for, events nested in their lanes, and times that are the record's."""

import json
from collections import defaultdict

import pytest

from benchmarks.harness.reporting import trace
from tests.made import ROUND, record


def parsed(*records: dict) -> list[dict]:
    return json.loads(trace.text(list(records)))["traceEvents"]


def test_every_event_has_what_the_format_asks_for() -> None:
    for event in parsed(record(), record("other", "pool")):
        assert {"name", "ph", "pid", "tid", "args"} <= event.keys()
        if event["ph"] == "X":
            assert isinstance(event["ts"], int)
            assert event["ts"] >= 0
            assert event["dur"] >= 0
        else:
            assert event["ph"] == "M"
            assert event["name"] in ("process_name", "thread_name", "process_sort_index", "thread_sort_index")


def test_within_a_lane_events_nest_and_never_cross() -> None:
    lanes = defaultdict(list)
    for event in parsed(record(), record("other", "pool")):
        if event["ph"] == "X":
            lanes[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    assert len(lanes) == 2 * (1 + 3)
    for events in lanes.values():
        for index, (start, end) in enumerate(events):
            for other, until in events[index + 1 :]:
                assert (
                    other >= end
                    or until <= start
                    or (start <= other and until <= end)
                    or (other <= start and end <= until)
                )


def test_lanes_are_named_and_hold_what_their_name_says() -> None:
    events = parsed(record())
    names = {(e["pid"], e["tid"]): e["args"]["name"] for e in events if e["name"] == "thread_name"}
    found = defaultdict(set)
    for event in events:
        if event["ph"] == "X":
            found[event["pid"], names[event["pid"], event["tid"]]].add(event["name"])
    assert found == {
        (1, "driver"): {"round", "task"},
        (2, "driver"): {"put", "round", "submit", "wait"},
        (2, "worker 1"): {"task"},
        (2, "worker 2"): {"task"},
    }
    processes = [e["args"]["name"] for e in events if e["name"] == "process_name"]
    assert processes == ["tiny-small-ray: serial round beside it", "tiny-small-ray"]


def test_times_are_the_records() -> None:
    events = [e for e in parsed(record()) if e["ph"] == "X" and e["pid"] == 2]
    (round_,) = (e for e in events if e["name"] == "round")
    (put,) = (e for e in events if e["name"] == "put")
    assert round_["dur"] == 100_000
    assert put["ts"] + put["dur"] == round_["ts"] == 4_000
    assert put["args"] == {"bytes": 2_000_000}
    tasks = [
        (e["tid"] - 1, (e["ts"] - round_["ts"]) / 1e6, (e["ts"] + e["dur"] - round_["ts"]) / 1e6)
        for e in events
        if e["name"] == "task"
    ]
    assert tasks == ROUND["tasks"]


def test_without_rounds_there_is_no_trace() -> None:
    serial = record(variant="serial")
    del serial["extra_info"]["timeline"]
    with pytest.raises(trace.NoRoundsError, match="no rounds to trace"):
        trace.text([serial])
