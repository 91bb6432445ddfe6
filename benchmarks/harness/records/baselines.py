"""Saved runs that this one is compared with: whether they can be, and what there was to compare with.

Owns the check of a baseline before the run. Saving, loading and the table of raw times are pytest-benchmark's.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from benchmarks.harness.records import storage as saved
from benchmarks.harness.records.machine_info import differences

Json = dict[str, Any]


@dataclass
class Baselines:
    """What this run is compared with.

    Attributes:
        now: this run's `machine_info`, once pytest-benchmark has asked for it.
        records: the saved benchmarks by full name; where several runs were loaded, those of the last.
        differences: what was different in the saved runs, a phrase each.
        elsewhere: what that storage has instead, of other systems or Pythons.
        missing: the storage that holds no run to compare with, though one was asked for.
        unmatched: names of tests of this run that no saved run has.
    """

    now: Json = field(default_factory=dict)
    records: dict[str, Json] = field(default_factory=dict)
    loaded: int = 0
    differences: list[str] = field(default_factory=list)
    missing: str = ""
    elsewhere: str = ""
    unmatched: list[str] = field(default_factory=list)


KEY = pytest.StashKey[Baselines]()


def compare_machines(config: pytest.Config, machine_info: Json, compared: Json) -> None:
    """Note a saved run that is about to be compared, and how its machine differs.

    Raises:
        pytest.UsageError: it differs, and `--benchmark-compare-fail` would judge by it.
    """
    baselines = config.stash.setdefault(KEY, Baselines())
    if not baselines.loaded:
        baselines.now = copy.deepcopy(machine_info)
    baselines.loaded += 1
    baselines.records |= {record["fullname"]: record for record in compared["benchmarks"]}
    if found := differences(baselines.now, compared["machine_info"]):
        if config.getoption("benchmark_compare_fail"):
            raise pytest.UsageError(
                f"--benchmark-compare-fail: the saved run can't judge this one: {'; '.join(found)}. "
                "Save a baseline here with --benchmark-autosave, or compare without --benchmark-compare-fail"
            )
        baselines.differences += found
    # pytest-benchmark's own check, next in line, would print both records whole wherever a clock rate differs. What
    # it is given is ours to change by its documentation, and nothing reads it afterwards.
    machine_info.clear()
    machine_info.update(copy.deepcopy(compared["machine_info"]))


def require_baseline(config: pytest.Config) -> None:
    """See to a comparison without anything to compare with.

    A first run is no error: `--benchmark-compare-fail` is put out of force, and the report says what to do.

    Raises:
        pytest.UsageError: one run was asked for by its number, and there is no such run; or nothing is to be compared
            and `--benchmark-compare-fail` is given all the same.
    """
    asked = config.getoption("benchmark_compare")
    baselines = config.stash.setdefault(KEY, Baselines())
    if not asked and config.getoption("benchmark_compare_fail"):
        raise pytest.UsageError("--benchmark-compare-fail needs --benchmark-compare, which says what to compare with")
    if not asked or baselines.loaded:
        return
    storage = config.getoption("benchmark_storage").removeprefix("file://")
    if asked is not True:
        raise pytest.UsageError(
            f"--benchmark-compare {asked}: no such saved run in {storage}; `pytest-benchmark list` shows what there is"
        )
    baselines.missing, baselines.elsewhere = storage, saved.elsewhere(config)
    if baselines.elsewhere and config.getoption("benchmark_compare_fail"):
        raise pytest.UsageError(
            f"--benchmark-compare-fail: {baselines.elsewhere}; save one of these with --benchmark-autosave, or name "
            "the run to compare with, as in --benchmark-compare=FOLDER/0001"
        )
    config.pluginmanager.getplugin("pytest-benchmark").compare_fail = None


def match(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """Note which of the collected tests have nothing in the saved run to be compared with.

    Raises:
        pytest.UsageError: none has, and `--benchmark-compare-fail` would pass without having looked at anything.
    """
    baselines = config.stash.setdefault(KEY, Baselines())
    if not baselines.loaded or not items:
        return
    baselines.unmatched = [item.name for item in items if item.nodeid not in baselines.records]
    if len(baselines.unmatched) == len(items) and config.getoption("benchmark_compare_fail"):
        has = ", ".join(name.rpartition("::")[2] for name in baselines.records) or "no benchmark"
        raise pytest.UsageError(f"--benchmark-compare-fail: the saved run has none of the selected tests; it has {has}")
