"""What the doctor says of made-up measurements: each disease is named by its own sentence, and by no other."""

from typing import Any

import pytest

from benchmarks.harness.records.run import Run
from benchmarks.harness.reporting import doctor_lines, run_page
from tests.made import record


def ratio(median: float, width: float = 0.05) -> dict[str, Any]:
    return {"median": median, "low": median * (1 - width), "high": median * (1 + width), "pairs": 20}


def lost(seconds: float, size: int, share: float) -> list[dict[str, Any]]:
    return [{"what": "results, fetched", "bytes": size, "seconds": seconds, "share": share, "once": False}]


HEALTHY: dict[str, Any] = {
    "task": "mine:f",
    "items": "range(8)",
    "given": 8,
    "run": 8,
    "alone": 8,
    "item_s": 0.1,
    "uneven": 1.0,
    "before": ratio(1.9),
    "chunks": [
        {"length": 1, "tasks": 8, "speedup": ratio(1.9)},
        {"length": 4, "tasks": 2, "speedup": ratio(1.8)},
    ],
    "best": 1,
    "enough": 1,
    "remedies": [],
    "data": lost(1e-4, 80, 0.001),
    "priority": {"busy_cores": 0.1, "niceness": 0, "slower": None},
    "threads": {"cores": 1.0, "speedup": None},
    "physical_cpus": 2,
    "logical_cpus": 2,
}


def remedy(name: str, gain: float, detail: int = 0) -> dict[str, Any]:
    return {"name": name, "detail": detail, "speedup": ratio(1.7), "gain": ratio(gain)}


ILL: dict[str, tuple[dict[str, Any], str]] = {
    "too short": (
        {"before": ratio(0.2), "best": 4, "enough": 4, "remedies": [remedy("chunks", 8, 4)]},
        "Items per task: put 4 into one",
    ),
    "uneven": ({"uneven": 5.0, "remedies": [remedy("longest first", 1.3)]}, "submit the longest first"),
    "data": ({"data": lost(0.02, 8_000_000, 0.3)}, "Data: results, fetched: 8.0 MB, 20.0 ms each round, 30 % of one"),
    "more data than work": ({"data": lost(0.5, 8_000_000, 0.01)}, "chunks don't win that back"),
    "priority": ({"priority": {"busy_cores": 2.0, "niceness": 15, "slower": ratio(3)}}, "set RAY_worker_niceness=0"),
    "threads": (
        {"before": ratio(1.2), "threads": {"cores": 2.0, "speedup": ratio(1.9)}},
        "Leave it to the library",
    ),
    "CPUs": ({"physical_cpus": 1, "remedies": [remedy("physical CPUs", 1.2, 1)]}, "use the 1 physical ones"),
    "nothing helps": ({"before": ratio(0.1), "item_s": 1e-6, "data": []}, "Leave it serial"),
}


@pytest.mark.parametrize("disease", ILL)
def test_each_disease_is_named_and_no_other(disease: str) -> None:
    change, _ = ILL[disease]
    said = " ".join(doctor_lines.advice({**HEALTHY, **change}))
    assert [name for name, (_, sign) in ILL.items() if sign in said] == [disease]


def test_a_healthy_function_needs_no_advice_but_its_curve() -> None:
    assert doctor_lines.advice(HEALTHY) == ["Items per task: one is best (1: 1.90×, 4: 1.80×)."]


def test_a_change_that_does_not_show_is_not_advised() -> None:
    said = doctor_lines.advice({**HEALTHY, "remedies": [remedy("chunks", 1.02, 4), remedy("by value", 0.7)]})
    assert "no difference that shows" in said[0]
    assert "by reference, put into the object store once, is right; sent by value Ray is 0.70×" in said[1]


def test_the_verdict_says_yes_or_no_as_it_is_and_with_the_change() -> None:
    info = record("mine.f", speedup=ratio(0.2), doctor={**HEALTHY, **ILL["too short"][0]})["extra_info"]
    assert doctor_lines.verdict(info) == (
        "mine:f: is Ray worth it here? No: 0.20× [0.19 0.21] as fast as a serial loop with 2 CPUs; "
        "with 4 items in a task yes: 1.70× [1.61 1.78]. 8 items of 100 ms each."
    )


def test_the_page_has_the_doctors_part() -> None:
    page = run_page.of_runs([Run("2026", "", "", {}, [record("mine.f", doctor={**HEALTHY, **ILL["too short"][0]})])])
    assert "The doctor on mine:f" in page
    assert "How many items to put into a task" in page
