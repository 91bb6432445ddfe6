"""What this machine offers: CPUs and memory that this process may use, and versions of what is installed.

Owns reading them, on Linux (control groups included) and macOS. Starts nothing and decides nothing.
"""

import os
from importlib import metadata
from pathlib import Path

import psutil

PACKAGES = ("ray", "numpy", "torch", "torchvision", "pillow")

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}
"""Environment that keeps numerical libraries on one thread, for every process that is started or loads them later."""

CGROUP = Path("/sys/fs/cgroup")


def _limit(name: str) -> list[str]:
    """Fields of a control-group file; empty where there is no such limit or no control group."""
    try:
        return (CGROUP / name).read_text().split()
    except OSError:
        return []


def usable_cpus() -> int:
    """CPUs that this process may keep busy: its affinity and its control group's quota, at least 1."""
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    match _limit("cpu.max"):
        case [quota, period] if quota != "max":
            cpus = min(cpus, int(quota) // int(period))
    return max(cpus, 1)


def free_memory() -> int:
    """Bytes that can still be taken without swapping or meeting the control group's limit."""
    free = psutil.virtual_memory().available
    match _limit("memory.max"), _limit("memory.current"):
        case [limit], [used] if limit != "max":
            free = min(free, int(limit) - int(used))
    return free


def versions() -> dict[str, str]:
    """Installed version of each of `PACKAGES`, from package metadata: nothing is imported."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found
