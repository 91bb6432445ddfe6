"""What a Ray consists of: its nodes' CPUs, memory, software and object store, and what of it lies on disk.

Owns asking for these facts. Starts and ends no Ray: that is `cluster`'s.
"""

import importlib
import platform
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.harness import machine
from benchmarks.harness.runners.pulse import Pulse

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
        cpu: what its CPU is called.
        software: versions that driver and workers must share.
    """

    name: str
    slots: int
    usable_cpus: int
    free: int
    cpu: str
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
        kinds: how many nodes a joined cluster has of each kind, those without a CPU among them.
        machines: the names of the machines that a joined cluster's nodes with CPUs are on.
        ids: of a joined cluster's nodes with CPUs.
        pulse: where it shows whether it still lives; None where nobody asks.
    """

    cpus: int
    nodes: int
    start_s: float
    spill_folder: Path | None = field(default=None)
    usable_cpus: int | None = field(default=None)
    store: Store | None = field(default=None)
    kinds: dict[str, int] = field(default_factory=dict)
    machines: frozenset[str] = field(default=frozenset())
    ids: frozenset[str] = field(default=frozenset())
    pulse: Pulse | None = field(default=None)

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
            name, usable, free, cpu, versions = _host()
            return [Host(name, self.cpus, usable, free, cpu, versions)]
        return hosts()

    def lost(self) -> str:
        """What of it has ended, as a phrase; empty where it lives."""
        return "" if self.pulse is None else self.pulse.lost()

    def changed(self) -> str:
        """Which node has come or gone since the cluster was joined, as a phrase; empty where none has."""
        if not self.ids:
            return ""
        now = {node["NodeID"] for node in with_cpus()}
        if came := now - self.ids:
            return f"node {min(came)} has joined the cluster, and its CPUs are counted nowhere"
        if left := self.ids - now:
            return f"node {min(left)} has left the cluster"
        return ""

    def lacking(self, module: str) -> dict[str, str]:
        """Of a joined cluster the machines on which a module of this tree can't be imported, and why.

        Raises:
            ray.exceptions.RayError: a node doesn't answer in `ANSWER_S`.
        """
        if not self.ids:
            return {}
        nodes = with_cpus()
        answers: list[tuple[str, str]] = ask_each(nodes, _import, module)
        return {name: reason for name, reason in answers if reason}


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


def _host() -> tuple[str, int, int, str, dict[str, str]]:
    return platform.node(), machine.usable_cpus(), machine.free_memory(), machine.cpu_model(), software()


def _import(module: str) -> tuple[str, str]:
    """This machine's name, and why the module can't be imported here; empty where it can."""
    try:
        importlib.import_module(module)
    except Exception as error:  # whatever its own code raises
        return platform.node(), f"{type(error).__name__}: {error}"
    return platform.node(), ""


def hosts() -> list[Host]:
    """The nodes with CPUs of the cluster that this process is connected to.

    Raises:
        ray.exceptions.RayError: a node doesn't answer in `ANSWER_S`, or can't run this tree.
    """
    nodes = with_cpus()
    return [
        Host(name, int(node["Resources"]["CPU"]), usable, free, cpu, versions)
        for node, (name, usable, free, cpu, versions) in zip(nodes, ask_each(nodes, _host), strict=True)
    ]


def wait_for_a_cpu() -> None:
    """Ask the cluster for a CPU, as long as it has none: an autoscaler brings up a node for who asks.

    Raises:
        ray.exceptions.GetTimeoutError: none came up in `ANSWER_S`.
    """
    import ray

    if not with_cpus():
        ray.get(ray.remote(num_cpus=1, max_retries=0)(platform.node).remote(), timeout=ANSWER_S)


def kinds(found: Sequence[Host]) -> dict[str, int]:
    """How many of the cluster's nodes are alike, by CPUs and their name; those without a CPU among them."""
    counts = Counter(f"{host.slots} CPU{'s' * (host.slots != 1)}, {host.cpu}" for host in found)
    if without := sum(node["Alive"] for node in _nodes()) - len(found):
        counts["no CPU for tasks"] = without
    return dict(counts)


def existing_cpus(found: Sequence[Host]) -> int:
    """As many of the nodes' CPUs as really exist; several nodes may be on one machine."""
    slots = Counter[str]()
    for host in found:
        slots[host.name] += host.slots
    usable = {host.name: host.usable_cpus for host in found}
    return sum(min(count, usable[name]) for name, count in slots.items())


def with_cpus() -> list[dict[str, Any]]:
    """Ray's own facts on each node with a CPU."""
    return [node for node in _nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]


def _nodes() -> list[dict[str, Any]]:
    import ray

    found: list[dict[str, Any]] = ray.nodes()
    return found


def ask_each(nodes: Sequence[dict[str, Any]], what: Callable[..., Any], *arguments: Any) -> list[Any]:
    """What a function returns on each of some nodes, without taking a CPU there."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    ask = ray.remote(num_cpus=0, max_retries=0)(what)
    asked = [
        ask.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote(*arguments)
        for node in nodes
    ]
    answers: list[Any] = ray.get(asked, timeout=ANSWER_S)
    return answers
