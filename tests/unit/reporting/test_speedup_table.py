"""The speedup table and what stands below it, made of records."""

from typing import Any

import pytest

from benchmarks.harness.records.baselines import Baselines
from benchmarks.harness.records.benchmark import Record
from benchmarks.harness.reporting import speedup_table


def record(workload: str, variant: str, partner: str | None = "serial", **more: Any) -> Record:
    info: dict[str, Any] = {
        "workload": workload,
        "variant": variant,
        "size": "medium",
        "tasks": 2,
        "cpus": 2,
        "usable_cpus": 2,
        "physical_cpus": 2,
        "niceness": {"driver": 0, "workers": [0]},
        "gpus": {"driver": 0, "workers": [0]},
        "verified": True,
        "statement": "",
        "cold_start_s": 0.31,
        "put_s": 0.0021,
        "put_bytes": 12_400_000,
        "submit_s": 0.001,
        "wait_s": 0.085,
        "invalid_pairs": 0,
        "tasks_per_node": {"a": 2},
        "tasks_per_worker": {"a:1": 1, "a:2": 1},
        "result_bytes": 340,
    }
    if partner:
        info["partner"] = {"variant": partner, "q1": 0.16, "median": 0.1624, "q3": 0.17}
        info["speedup"] = {"median": 1.884, "low": 1.836, "high": 1.921, "pairs": 40}
    if partner == "serial":
        info["efficiency"] = {"measured": 0.942, "computation": 0.971, "load_balance": 0.99, "dispatch": 0.98}
        info["task_s"] = 0.08
    name = f"test_workload[{workload}-medium-{variant}]"
    stats = {"median": 0.0862, "q1": 0.085, "q3": 0.088, "rounds": 40}
    return {"name": name, "fullname": name, "group": "", "stats": stats, "extra_info": {**info, **more}}


SERIAL = record("image_processing", "serial", partner=None)
RAY = record("image_processing", "ray")
CEILING = record("image_processing", "ray", partner="pool")


def test_a_test_with_a_partner_has_a_row_of_at_most_100_columns() -> None:
    shown = speedup_table.table([SERIAL, RAY], width=100)
    assert shown == [
        "                             partner     time  speedup      95 % CI  pairs  eff = comp × bal × disp",
        "image_processing-medium-ray   162 ms  86.2 ms    1.88×  [1.84 1.92]     40    94 % = 97 × 99 × 98 %",
    ]
    assert max(map(len, shown)) <= 100


def test_on_80_columns_names_stand_above_their_figures() -> None:
    shown = speedup_table.table([SERIAL, RAY], width=80)
    assert max(map(len, shown)) <= 80
    assert shown[1] == "image_processing-medium-ray"
    assert len(shown) == 3
    assert " ".join(shown[2].split()) == "162 ms 86.2 ms 1.88× [1.84 1.92] 40 94 % = 97 × 99 × 98 %"


def test_another_partner_than_serial_is_in_the_name_and_has_no_account() -> None:
    (_, row) = speedup_table.table([CEILING], width=120)
    assert " ".join(row.split()) == "image_processing-medium-ray ÷ pool 162 ms 86.2 ms 1.88× [1.84 1.92] 40 –"


def test_without_a_partner_there_is_no_table() -> None:
    assert speedup_table.table([SERIAL], width=100) == []


@pytest.mark.parametrize(("count", "said"), [(1, "1 invalid pair"), (2, "2 invalid pairs")])
def test_pairs_that_were_left_out_are_counted(count: int, said: str) -> None:
    shown = speedup_table.statements([record("tiny", "ray", invalid_pairs=count, statement="sums as Gauss says")])
    assert shown == ["tiny-medium: sums as Gauss says", f"tiny-medium-ray: {said} left out"]


def test_markdown_has_every_column_by_itself() -> None:
    text = speedup_table.markdown([SERIAL, RAY], Baselines(), "medium, serial, ray")
    assert "| image_processing-medium-ray | serial 162 ms | 86.2 ms | 1.88× | [1.84 1.92] | 40 | 94 % | 97 % |" in text
    assert "| image_processing-medium-serial | 86.2 ms | 85.0 ms – 88.0 ms | 40 |" in text
    assert "| image_processing-medium-ray | 80.0 ms | 1.00 ms | 85.0 ms | 310 ms | 2.10 ms, 12.4 MB | 340 B |" in text


def test_a_saved_speedup_stands_beside_this_runs() -> None:
    saved = {RAY["fullname"]: {"extra_info": {"speedup": {"median": 1.5, "low": None, "high": None, "pairs": 4}}}}
    assert speedup_table.moved([SERIAL, RAY, CEILING][:2], saved) == [
        ("image_processing-medium-ray", "1.50× too few pairs", "1.88× [1.84 1.92]")
    ]
