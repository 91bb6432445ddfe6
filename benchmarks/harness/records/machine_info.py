"""Where a run was made: what this suite adds to pytest-benchmark's `machine_info`, and whether two of them differ.

Owns those facts. What follows from a difference is `baselines`'.
"""

from collections.abc import Mapping
from typing import Any

from benchmarks.harness import machine
from benchmarks.harness.settings import Settings


def add(machine_info: dict[str, Any], settings: Settings) -> None:
    """Add what this suite's figures depend on. Only what is known before Ray runs: it is asked for at both ends."""
    machine_info["versions"] = machine.versions()
    machine_info["usable_cpus"] = machine.usable_cpus()
    machine_info["physical_cpus"] = machine.physical_cpus()
    machine_info["cpu_quota"] = machine.cpu_quota()
    machine_info["niceness"] = machine.niceness()
    machine_info["ray_niceness"] = settings.ray_niceness if settings.ray_address is None else None
    machine_info["ray_num_cpus"] = settings.local_cpus if settings.ray_address is None else None
    machine_info["ray_address"] = settings.ray_address
    machine_info["image_source"] = settings.image_source


def differences(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[str]:
    """What makes two runs' times incomparable: machine, CPUs, versions, images. A phrase each, both values named.

    Of pytest-benchmark's own fields only those count that stay the same from run to run: its CPU entry holds the
    present clock rate.
    """
    current, saved = _facts(now), _facts(then)
    keys = [*current, *(key for key in saved if key not in current)]
    return [
        f"{key} {saved.get(key)} then, {current.get(key)} now" for key in keys if saved.get(key) != current.get(key)
    ]


def _facts(info: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "machine": info.get("node"),
        "system": info.get("system"),
        "architecture": info.get("machine"),
        "CPU": info.get("cpu", {}).get("brand_raw"),
        "usable CPUs": info.get("usable_cpus"),
        "Ray's niceness": info.get("ray_niceness"),
        "Ray CPUs": info.get("ray_num_cpus"),
        "Ray address": info.get("ray_address"),
        "image source": info.get("image_source"),
        "Python": info.get("python_version"),
        **info.get("versions", {}),
    }
