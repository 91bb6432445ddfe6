"""Which record is a point of which curve."""

from typing import Any

from benchmarks.harness.records.benchmark import scaled, timed
from benchmarks.harness.reporting import scaling_table, speedup_table
from tests.made import record


def on(cpus: int, times: float, **info: Any) -> dict[str, Any]:
    ratio = {"median": times, "low": times - 0.1, "high": times + 0.1, "pairs": 20}
    return record(cpus=cpus, speedup=ratio, **{"usable_cpus": 4, "tasks": 4, **info})


RECORDS: list[Any] = [
    on(4, 3.0),
    on(2, 1.8, scaling="strong"),
    on(1, 0.9, scaling="strong"),
    on(2, 1.7, scaling="weak", tasks=2),
    on(1, 0.95, scaling="weak", tasks=1),
    record(variant="serial"),
]


def test_each_curve_ends_on_all_cpus_and_its_share_is_of_the_ideal() -> None:
    assert [(row[0], row[1], row[2], row[-1]) for row in scaling_table.rows(RECORDS)] == [
        ("tiny-small, strong: 1", "4", "0.90×", "90 %"),
        ("tiny-small, strong: 2", "4", "1.80×", "90 %"),
        ("tiny-small, strong: 4", "4", "3.00×", "75 %"),
        ("tiny-small, weak: 1", "1", "0.95×", "95 %"),
        ("tiny-small, weak: 2", "2", "1.70×", "85 %"),
        ("tiny-small, weak: 4", "4", "3.00×", "75 %"),
    ]


def test_points_on_fewer_cpus_stand_in_no_other_table() -> None:
    assert len(scaled(RECORDS)) == 4
    assert len(timed(RECORDS)) == 2
    assert [row[0] for row in speedup_table.rows(RECORDS)].count("tiny-small-ray") == 1


def test_cpus_that_do_not_exist_are_marked_and_are_no_point() -> None:
    records = [on(4, 1.8, usable_cpus=2), *({**each, "extra_info": {**each["extra_info"], "usable_cpus": 2}}
               for each in RECORDS[1:])]  # fmt: skip
    assert ("tiny-small, strong: 4 (4 on 2 CPUs)", "–") in [(r[0], r[-1]) for r in scaling_table.rows(records)]
    assert [len(curve.real) for curve in scaling_table.curves(records)] == [2, 2]


def test_a_run_on_all_cpus_has_no_curve() -> None:
    assert scaling_table.curves(RECORDS[:1]) == []
