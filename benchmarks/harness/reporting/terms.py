"""Sentences on terms that were not the same for all, or not the usual ones, where a run had such.

Owns their wording. Reads records and computes nothing that is not in them.
"""

from collections.abc import Iterable

from benchmarks.harness.records.benchmark import Benchmark, Info
from benchmarks.harness.text import number_of, size


def mark(info: Info) -> str:
    """What is added to a test's name wherever it is shown: ` (8 on 2 CPUs)` where tasks take turns on a CPU."""
    cpus, usable = info["cpus"], info.get("usable_cpus", info["cpus"])
    return "" if cpus <= usable else f" ({cpus} on {number_of(usable, 'CPU')})"


def lines(records: Iterable[Benchmark]) -> list[str]:
    """One for each kind of term and variant, however many tests had it."""
    found: dict[str, None] = {}
    for record in records:
        for line in _of(record["extra_info"]):
            found[line] = None
    return list(found)


def _of(info: Info) -> list[str]:
    name, test = info["variant"], f"{info['workload']}-{info['size']}-{info['variant']}"
    found = []
    if mark(info):
        found.append(
            f"{name} is oversubscribed: {info['cpus']} tasks at once on {number_of(info['usable_cpus'], 'CPU')}; "
            "efficiency is of the CPUs that exist"
        )
    niceness = info.get("niceness")
    if niceness is not None and niceness["workers"] != [niceness["driver"]]:
        workers = ", ".join(map(str, niceness["workers"]))
        found.append(
            f"{name}: workers run at nice {workers}, the driver at {niceness['driver']}: whatever else runs here slows "
            "one more than the other"
        )
    gpus = info.get("gpus")
    if gpus is not None and min(gpus["workers"]) < gpus["driver"]:
        found.append(
            f"{name}: this process may use {number_of(gpus['driver'], 'GPU')} and its tasks {min(gpus['workers'])}: if "
            "the workload uses one, the speedup compares different work"
        )
    store = info.get("object_store")
    if store is not None and store["shared_memory"] is not None and store["shared_memory"] < store["bytes"]:
        found.append(
            f"{name}: its object store of {size(store['bytes'])} lies on disk, since /dev/shm had "
            f"{size(store['shared_memory'])} free: large items and results travel more slowly; make it larger (in "
            "Docker: --shm-size)"
        )
    kinds = info.get("nodes", {})
    if len(kinds) > 1:
        shown = "; ".join(f"{count} × {kind}" for kind, count in kinds.items())
        found.append(f"{name}: the cluster's nodes are not all alike ({shown}): a round takes as long as the slowest")
    if info["cold_start_s"] is None and name != "serial" and info.get("partner", {}).get("variant") == "serial":
        found.append(f"{test}: its cold start could not be measured: Ray gave no fresh workers")
    if others := info.get("other_runs"):
        found.append(f"{test}: {number_of(others, 'other run')} went on meanwhile, and each slowed the other down")
    return found
