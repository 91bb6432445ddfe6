"""One pytest-benchmark JSON for each side of a comparison, from those that its sessions wrote, pass by pass.

Owns what a side's saved run holds. Where and how it is saved is pytest-benchmark's.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.logger import Logger
from pytest_benchmark.stats import Stats
from pytest_benchmark.utils import get_machine_id, load_storage

from benchmarks.harness.records import whole_files
from benchmarks.harness.records.comparison import Outcome
from benchmarks.harness.sides.side import Side

Json = dict[str, Any]
FIGURES = ("slowdown", "low", "high")


def save(
    config: pytest.Config,
    sides: Sequence[Side],
    files: Mapping[str, Sequence[Path]],
    outcomes: Mapping[str, Outcome],
) -> list[str]:
    """Save one run for each side in pytest-benchmark's storage, base first; their names, without the number before it.

    Args:
        config: of the session that the user started; its options say where, and whether with every round's time.
        sides: base and head.
        files: for each side's name the JSON of its sessions.
        outcomes: by test id; they go to `extra_info` as `comparison`.

    Raises:
        OSError: a run could not be saved.
    """
    logger = Logger(Logger.QUIET, config=config)
    netrc = config.getoption("benchmark_netrc")
    place = config.getoption("benchmark_storage")
    storage = load_storage(place, logger=logger, default_machine_id=get_machine_id(), netrc=netrc)
    files_of = whole_files.of(storage)
    # A session in which every test failed writes none.
    runs = {
        side.name: [json.loads(path.read_text(encoding="utf-8")) for path in files[side.name] if path.exists()]
        for side in sides
    }
    saved: list[str] = []
    for side in sides:
        found = merge(runs[side.name], with_data=config.getoption("benchmark_save_data"))
        if not found.get("benchmarks"):
            continue
        found["commit_info"] |= side.commit or {}
        for record in found["benchmarks"]:
            if outcome := outcomes.get(record["fullname"]):
                record["extra_info"]["comparison"] = {
                    "side": side.name,
                    "word": outcome.word,
                    **{key: getattr(outcome.verdict, key, None) for key in FIGURES},
                    "questions": {
                        question: {"word": its.word, **{key: getattr(its, key) for key in FIGURES}}
                        for question, its in outcome.others.items()
                    },
                }
        storage.save(found, f"{side.name}-{side.label}")
        if files_of is not None and files_of.failure is not None:
            raise files_of.failure
        saved.append(f"{side.name}-{side.label}")
    return saved


def merge(runs: Sequence[Json], with_data: bool) -> Json:
    """Several sessions' JSON as one: each benchmark with the rounds of all passes, the rest as the last one has it.

    What `extra_info` says of a test is its last pass's; `passes` is added to it.
    """
    if not runs:
        return {}
    benchmarks: dict[str, Json] = {}
    times: dict[str, list[list[float]]] = {}
    for run in runs:
        for record in run["benchmarks"]:
            benchmarks[record["fullname"]] = record
            times.setdefault(record["fullname"], []).append(record["stats"]["data"])
    for name, record in benchmarks.items():
        stats = Stats()
        for seconds in (seconds for data in times[name] for seconds in data):
            stats.update(seconds)
        record["stats"] = {**stats.as_dict(), "iterations": record["stats"]["iterations"]}
        if with_data:
            record["stats"]["data"] = stats.data
        record["extra_info"]["passes"] = len(times[name])
    return {**runs[-1], "benchmarks": list(benchmarks.values())}
