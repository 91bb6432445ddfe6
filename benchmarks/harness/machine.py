"""What this machine offers: CPUs and memory that this process may use, and versions of what is installed.

Owns reading them, on Linux and macOS; what control groups allow is `cgroups`' matter. Starts and decides nothing.
"""

import contextlib
import os
import platform
import shutil
from importlib import metadata
from pathlib import Path

import psutil

from benchmarks.harness.cgroups import Groups

GROUPS = Groups()
PACKAGES = ("ray", "numpy", "torch", "torchvision", "pillow")

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}
"""Environment that keeps numerical libraries on one thread, for every process that is started or loads them later."""

DEVICES = Path("/dev")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 — read, never written


def usable_cpus(groups: Groups = GROUPS) -> int:
    """CPUs that this process may keep busy: its affinity and its control groups' quota, at least 1.

    Of a quota of 1.5 CPUs one is usable: a second worker would be halted half of the time.
    """
    cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = groups.cpu_quota()
    return max(cpus if quota is None else min(cpus, int(quota)), 1)


def cpu_quota(groups: Groups = GROUPS) -> float | None:
    """CPUs' worth of time that control groups allow; None for no limit."""
    return groups.cpu_quota()


def cpu_model(file: Path = Path("/proc/cpuinfo")) -> str:
    """What the CPU is called; its architecture where there is no more to know."""
    with contextlib.suppress(OSError):
        for line in file.read_text(encoding="utf-8").splitlines():
            field, _, name = line.partition(":")
            if field.strip() == "model name":
                return " ".join(name.split())
    return platform.processor() or platform.machine()


def physical_cpus() -> int | None:
    """Cores of this machine, however many threads each runs; None where that can't be told."""
    return psutil.cpu_count(logical=False)


def free_memory(groups: Groups = GROUPS) -> int:
    """Bytes that can still be taken without swapping or meeting a control group's limit."""
    free = psutil.virtual_memory().available
    limited = groups.free_memory()
    return free if limited is None else min(free, limited)


def own_memory() -> int:
    """Bytes that this process has to itself: what another one costs that has imported the same."""
    return int(psutil.Process().memory_full_info().uss)


def free_shared_memory(folder: Path = SHARED_MEMORY) -> int | None:
    """Bytes of shared memory that are free; None where there is no such folder, as on macOS."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def niceness() -> int:
    """This process's priority: the higher, the later it gets a core, from -20 to 19."""
    return os.getpriority(os.PRIO_PROCESS, 0)


def gpus(devices: Path = DEVICES) -> int:
    """NVIDIA GPUs that this process may use: the machine's, as far as `CUDA_VISIBLE_DEVICES` shows them."""
    there = [device for device in devices.glob("nvidia[0-9]*") if device.name.removeprefix("nvidia").isdecimal()]
    shown = os.environ.get("CUDA_VISIBLE_DEVICES")
    if shown is None:
        return len(there)
    return min(len(there), len([name for name in shown.split(",") if name.strip() not in ("", "-1")]))


def versions() -> dict[str, str]:
    """Installed version of each of `PACKAGES`, from package metadata: nothing is imported."""
    found: dict[str, str] = {}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found
