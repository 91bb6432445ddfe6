"""Made-up records, for tests of what is written from them."""

import copy
from typing import Any

ROUND = {"seconds": 0.1, "submit_s": 0.01, "tasks": [(0, 0.012, 0.09), (1, 0.013, 0.095), (0, 0.0901, 0.099)]}
SERIAL_ROUND = {"seconds": 0.18, "submit_s": 0.0, "tasks": [(0, 0.0, 0.06), (0, 0.06, 0.12), (0, 0.12, 0.18)]}

INFO: dict[str, Any] = {
    "size": "small",
    "params": {},
    "tasks": 3,
    "cpus": 2,
    "usable_cpus": 2,
    "physical_cpus": 2,
    "niceness": {"driver": 0, "workers": [0]},
    "gpus": {"driver": 0, "workers": [0]},
    "thread_share": 1.0,
    "verified": True,
    "statement": "sums as Gauss says",
    "cold_start_s": 0.2,
    "first_task_s": 0.05,
    "put_s": 0.004,
    "put_bytes": 2_000_000,
    "submit_s": 0.01,
    "wait_s": 0.09,
    "invalid_pairs": 1,
    "rounds": {"variant": [0.1, 0.11, 0.1], "partner": [0.18, 0.19, 0.18], "invalid": [0.4]},
    "tasks_per_node": {"": 3},
    "tasks_per_worker": {"a:1": 2, "a:2": 1},
    "result_bytes": 30,
    "result_s": 0.0001,
    "partner": {"variant": "serial", "q1": 0.18, "median": 0.18, "q3": 0.19},
    "speedup": {"median": 1.8, "low": 1.7, "high": 1.9, "pairs": 20},
    "efficiency": {"measured": 0.85, "computation": 0.95, "load_balance": 0.95, "dispatch": 0.942},
    "tail_s": 0.001,
    "timeline": {"partner": SERIAL_ROUND, "variant": ROUND},
    "task_s": 0.06,
    "dispatch_s": 0.01,
    "busiest_tasks": 2,
    "longest_s": 0.06,
    "uneven": 1.0,
    "core_share": 1.0,
}


def record(workload: str = "tiny", variant: str = "ray", **info: Any) -> dict[str, Any]:
    """A workload's record beside serial; `info` goes over what it would be."""
    name = f"test_workload[{workload}-small-{variant}]"
    return {
        "name": name,
        "fullname": f"benchmarks/test_workloads.py::{name}",
        "group": f"{workload}-small",
        "stats": {
            "min": 0.1,
            "max": 0.11,
            "mean": 0.103,
            "stddev": 0.006,
            "median": 0.1,
            "iqr": 0.01,
            "ops": 9.7,
            "q1": 0.1,
            "q3": 0.11,
            "rounds": 3,
            "data": [0.1, 0.11, 0.1],
        },
        "extra_info": {**copy.deepcopy(INFO), "workload": workload, "variant": variant, **info},
    }


def saved(*records: dict[str, Any], when: str = "2026-11-24T10:00:00+00:00", commit: str = "a" * 40) -> dict[str, Any]:
    """A run as pytest-benchmark saves it."""
    return {
        "machine_info": {
            "node": "here",
            "usable_cpus": 2,
            "versions": {"ray": "2.60.0"},
            "command": "pytest benchmarks",
        },
        "commit_info": {"id": commit, "dirty": False},
        "benchmarks": list(records),
        "datetime": when,
        "version": "5.3.1",
    }
