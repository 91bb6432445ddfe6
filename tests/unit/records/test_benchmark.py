"""Which records are whose."""

from typing import Any

from benchmarks.harness.records.benchmark import Record, swept, timed


def record(name: str, **extra_info: Any) -> Record:
    stats = {"median": 1.0, "q1": 1.0, "q3": 1.0, "rounds": 20}
    return {"name": name, "fullname": name, "group": "", "stats": stats, "extra_info": extra_info}


WORKLOAD = record("test_workload[tiny-small-ray]", workload="tiny", variant="ray")
BREAK_EVEN = record("test_granularity[ray]", granularity=[], variant="ray")
OTHER = record("test_own", note="somebody else's benchmark")


def test_workloads_and_break_even_tests_are_told_apart_and_others_left_out() -> None:
    records = [BREAK_EVEN, WORKLOAD, OTHER, WORKLOAD]
    assert timed(records) == [WORKLOAD, WORKLOAD]
    assert swept(records) == [BREAK_EVEN]
    assert timed([]) == swept([OTHER]) == []


def test_an_iterator_will_do() -> None:
    assert timed(iter([WORKLOAD, BREAK_EVEN])) == [WORKLOAD]
