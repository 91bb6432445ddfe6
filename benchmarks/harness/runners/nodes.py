"""What a Ray consists of: its nodes' CPUs, memory, software and object store, and what of it lies on disk.

Owns asking for these facts. Starts and ends no Ray: that is `cluster`'s.
"""

import platform
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.harness import machine

CHECKED_PACKAGES = ("ray", "numpy", "torch", "torchvision")

ANSWER_S = 120.0
"""For so long a node's answer is waited for: it may have to start a worker first."""


class Host(NamedTuple):
    """A node of the cluster and the machine that it is on.

    Attributes:
        name: its host name.
        slots: the node's CPUs, as Ray counts them.
        usable_cpus: CPUs that a process there may really use.
        free: bytes of memory that are free there.
        software: versions that driver and workers must share.
    """

    name: str
    slots: int
    usable_cpus: int
    free: int
    software: dict[str, str]


class Store(NamedTuple):
    """An object store in this machine's memory, and the shared memory that was free for it; bytes."""

    size: int
    shared_memory: int | None

    @property
    def on_disk(self) -> bool:
        """Whether Ray had to put it into a file of an ordinary folder."""
        return self.shared_memory is not None and self.shared_memory < self.size


@dataclass(frozen=True)
class Cluster:
    """A Ray that is ready.

    Attributes:
        cpus: CPUs that Ray has, over all nodes.
        nodes: nodes that have CPUs.
        start_s: seconds that starting or joining took.
        spill_folder: where a Ray started here spills objects to; None for a joined cluster.
        usable_cpus: as many of `cpus` as really exist; None for all.
        store: the object store of a Ray started here; None for a joined cluster.
    """

    cpus: int
    nodes: int
    start_s: float
    spill_folder: Path | None = field(default=None)
    usable_cpus: int | None = field(default=None)
    store: Store | None = field(default=None)

    def spilled(self) -> tuple[bool, tuple[int, ...]]:
        """Whether objects of the object store lie on disk, and numbers that change when some go there or come back.

        A joined cluster gives only the numbers, and only where grpcio is installed (`ray[default]`).
        """
        if self.spill_folder is not None:
            return _files(self.spill_folder)
        import ray

        # No public interface says what was spilled; `ray memory` asks for it this way.
        from ray._private import internal_api

        try:
            stores = [
                internal_api.node_stats(
                    node["NodeManagerAddress"], node["NodeManagerPort"], include_memory_info=False
                ).store_stats
                for node in ray.nodes()
                if node["Alive"]
            ]
        except ImportError:
            return False, ()
        return False, tuple(store.spilled_bytes_total + store.restored_bytes_total for store in stores)

    def hosts(self) -> list[Host]:
        """Its nodes, as they are now."""
        if self.spill_folder is not None:
            return [Host(platform.node(), self.cpus, machine.usable_cpus(), machine.free_memory(), software())]
        return hosts()


def _files(folder: Path) -> tuple[bool, tuple[int, ...]]:
    """Whether there are files below a folder, and when each entry was changed. Ray removes some meanwhile."""
    there, changed = False, []
    for path in sorted(folder.rglob("*")):
        try:
            found = path.stat()
        except FileNotFoundError:
            there = True
            changed.append(0)  # unlike any that was seen before or will be
            continue
        there = there or not path.is_dir()
        changed.append(found.st_mtime_ns)
    return there, tuple(changed)


def software() -> dict[str, str]:
    """Versions that driver and workers must share."""
    found = machine.versions()
    return {"Python": platform.python_version(), **{name: found[name] for name in CHECKED_PACKAGES}}


def _host() -> tuple[str, int, int, dict[str, str]]:
    return platform.node(), machine.usable_cpus(), machine.free_memory(), software()


def hosts() -> list[Host]:
    """The nodes with CPUs of the cluster that this process is connected to.

    Raises:
        ray.exceptions.RayError: a node doesn't answer in `ANSWER_S`, or can't run this tree.
    """
    nodes = _alive()
    return [
        Host(name, int(node["Resources"]["CPU"]), usable, free, versions)
        for node, (name, usable, free, versions) in zip(nodes, _ask_each(nodes, _host), strict=True)
    ]


def existing_cpus(found: Sequence[Host]) -> int:
    """As many of the nodes' CPUs as really exist; several nodes may be on one machine."""
    slots = Counter[str]()
    for host in found:
        slots[host.name] += host.slots
    usable = {host.name: host.usable_cpus for host in found}
    return sum(min(count, usable[name]) for name, count in slots.items())


def _alive() -> list[dict[str, Any]]:
    import ray

    return [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]


def _ask_each(nodes: Sequence[dict[str, Any]], what: Callable[[], Any]) -> list[Any]:
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    ask = ray.remote(num_cpus=0, max_retries=0)(what)
    asked = [
        ask.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote()
        for node in nodes
    ]
    answers: list[Any] = ray.get(asked, timeout=ANSWER_S)
    return answers
