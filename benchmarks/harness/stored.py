"""Runs that pytest-benchmark stores and compares: what is added to them, and whether two of them can be compared.

Owns `machine_info`, the check of a baseline before the run, and the records that reports are made from. Saving,
loading and the table of raw times are pytest-benchmark's.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from benchmarks.harness import machine, options

Json = dict[str, Any]


@dataclass
class Baselines:
    """What this run is compared with.

    Attributes:
        now: this run's `machine_info`, once pytest-benchmark has asked for it.
        records: the saved benchmarks by full name; where several runs were loaded, those of the last.
        differences: what was different in the saved runs, a phrase each.
        missing: the storage that holds no run to compare with, though one was asked for.
        unmatched: names of tests of this run that no saved run has.
    """

    now: Json = field(default_factory=dict)
    records: dict[str, Json] = field(default_factory=dict)
    loaded: int = 0
    differences: list[str] = field(default_factory=list)
    missing: str = ""
    unmatched: list[str] = field(default_factory=list)


KEY = pytest.StashKey[Baselines]()


def add_machine_info(config: pytest.Config, machine_info: Json) -> None:
    """Add what this suite's figures depend on. Only what is known before Ray runs: it is asked for at both ends."""
    settings = config.stash[options.KEY]
    machine_info["versions"] = machine.versions()
    machine_info["usable_cpus"] = machine.usable_cpus()
    machine_info["ray_num_cpus"] = settings.local_cpus if settings.ray_address is None else None
    machine_info["ray_address"] = settings.ray_address
    machine_info["image_source"] = settings.image_source


def differences(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[str]:
    """What makes two runs' times incomparable: machine, CPUs, versions, images. A phrase each, both values named.

    Of pytest-benchmark's own fields only those count that stay the same from run to run: its CPU entry holds the
    present clock rate.
    """

    def facts(info: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "machine": info.get("node"),
            "system": info.get("system"),
            "architecture": info.get("machine"),
            "CPU": info.get("cpu", {}).get("brand_raw"),
            "usable CPUs": info.get("usable_cpus"),
            "Ray CPUs": info.get("ray_num_cpus"),
            "Ray address": info.get("ray_address"),
            "image source": info.get("image_source"),
            "Python": info.get("python_version"),
            **info.get("versions", {}),
        }

    current, saved = facts(now), facts(then)
    keys = [*current, *(key for key in saved if key not in current)]
    return [
        f"{key} {saved.get(key)} then, {current.get(key)} now" for key in keys if saved.get(key) != current.get(key)
    ]


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

    A first run is no error: `--benchmark-compare-fail` is put out of force, and the report tells what to do.

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
    baselines.missing = storage
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


def records(config: pytest.Config) -> list[Json]:
    """This run's verified benchmarks, as they stand in pytest-benchmark's JSON."""
    session = config.pluginmanager.getplugin("pytest-benchmark")
    if session is None:  # --benchmark-disable leaves it in place; only -p no:benchmark does not
        return []
    found = [bench.as_dict(include_data=False) for bench in session.benchmarks if not bench.has_error]
    return [record for record in found if record["extra_info"].get("verified")]
