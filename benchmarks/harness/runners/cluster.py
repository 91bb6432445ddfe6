"""Start Ray on this machine or join a running cluster, check it, and leave nothing behind.

Owns Ray's life: settings, the check of every node, and the end. Runs no workload.
"""

import contextlib
import logging
import os
import platform
import secrets
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.harness import machine, tree
from benchmarks.harness.runners.stamps import node

FOLDER = "/tmp"  # noqa: S108
"""Ray refuses socket paths over 107 bytes, which a folder below TMPDIR can exceed: macOS's is 50 bytes long."""

CHECKED_PACKAGES = ("ray", "torch", "torchvision")

TOKEN = secrets.token_hex(32)
"""Guards a Ray started here. With a token in the environment Ray neither reads nor writes one in the user's home; one
for the whole process, because Ray keeps the first that it sees."""


class ClusterError(Exception):
    """Ray can't be used; one sentence that says why and what would work."""


@dataclass(frozen=True)
class Cluster:
    """A Ray that is ready.

    Attributes:
        cpus: CPUs that Ray has, over all nodes.
        nodes: nodes that have CPUs.
        start_s: seconds that starting or joining took.
        spill_folder: where a Ray started here spills objects to; None for a joined cluster.
    """

    cpus: int
    nodes: int
    start_s: float
    spill_folder: Path | None = field(default=None)

    def spilled(self) -> tuple[bool, tuple[int, ...]]:
        """Whether objects of the object store lie on disk, and numbers that change when some go there or come back.

        A joined cluster gives only the numbers, and only where grpcio is installed (`ray[default]`).
        """
        if self.spill_folder is not None:
            paths = sorted(self.spill_folder.rglob("*"))
            return any(path.is_file() for path in paths), tuple(path.stat().st_mtime_ns for path in paths)
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


def start_or_join(address: str | None, cpus: int, folder: str = FOLDER) -> contextlib.AbstractContextManager[Cluster]:
    """The cluster at `address`, or without one a Ray of `cpus` CPUs here, with its files below `folder`."""
    return start(cpus, folder) if address is None else join(address)


@contextlib.contextmanager
def start(cpus: int, folder: str = FOLDER) -> Iterator[Cluster]:
    """A new Ray on this machine with `cpus` CPUs, whatever else runs here; stopped and removed at the end.

    Args:
        cpus: how many tasks it may run at once.
        folder: where its own folder is made; a short path, for its sockets' sake.

    Raises:
        ClusterError: Ray does not start.
    """
    own = Path(tempfile.mkdtemp(prefix="ray-suite-", dir=folder))
    (spill_folder := own / "spilled").mkdir()
    settings = {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": TOKEN,
        "RAY_task_oom_retries": "0",
        "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
    }
    before = set(psutil.Process().children())
    with _environment(settings):
        daemons: set[psutil.Process] | None = None
        try:
            clock = time.perf_counter()
            _init(
                address="local",
                num_cpus=cpus,
                include_dashboard=False,
                object_spilling_directory=str(spill_folder),
                _temp_dir=str(own),
            )
            start_s = time.perf_counter() - clock
            daemons = set(psutil.Process().children()) - before
            yield Cluster(cpus, 1, start_s, spill_folder)
        finally:
            _stop(set(psutil.Process().children()) - before if daemons is None else daemons)
            shutil.rmtree(own, ignore_errors=True)


@contextlib.contextmanager
def join(address: str) -> Iterator[Cluster]:
    """A running cluster: this tree goes along, every node is checked; left running at the end.

    Raises:
        ClusterError: no cluster answers at `address`, or nodes differ from this process in Python or packages.
    """
    _require_listener(address)
    with _environment({"RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}):
        try:
            clock = time.perf_counter()
            excludes = [".git", ".venv*", ".benchmarks", ".*_cache", ".hypothesis", "tests", "__pycache__"]
            runtime_env = {"working_dir": str(tree.ROOT), "excludes": excludes, "env_vars": machine.ONE_THREAD}
            _init(address=address, runtime_env=runtime_env)
            start_s = time.perf_counter() - clock
            yield _checked(start_s)
        finally:
            _stop(set())


def _require_listener(address: str) -> None:
    """Ray itself would try for minutes to reach a port on which nobody listens."""
    host, _, port = address.rpartition(":")
    if address == "auto" or not port.isdecimal():
        return
    try:
        socket.create_connection((host, int(port)), timeout=10).close()
    except (OSError, OverflowError) as error:
        raise ClusterError(f"Ray can't be reached at {address}: {error}") from error


def _init(**options: Any) -> None:
    """`ray.init`, quietly, from this tree's folder and without a SIGTERM handler of its own.

    That handler would raise SystemExit, which pytest takes for one more failed test.
    """
    import ray

    on_sigterm = signal.getsignal(signal.SIGTERM)
    try:
        # Workers look first in the folder that was current here. It has to be this tree's: pytest can be started
        # elsewhere, and another tree's `workloads` would be timed.
        with contextlib.chdir(tree.ROOT):
            ray.init(log_to_driver=False, logging_level=logging.ERROR, **options)
    except (ConnectionError, OSError, RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        where = "start here" if options["address"] == "local" else f"be reached at {options['address']}"
        raise ClusterError(f"Ray can't {where}: {reason}") from error
    finally:
        signal.signal(signal.SIGTERM, on_sigterm)
        node.cache_clear()  # a serial round before may have found no Ray, or another one


def _checked(start_s: float) -> Cluster:
    """Ask every node with CPUs what runs there; differing ones are an error that names them all."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    cpus = sum(int(node["Resources"]["CPU"]) for node in nodes)
    if not cpus:
        raise ClusterError("the cluster has no node with a CPU")
    ask = ray.remote(num_cpus=0, max_retries=0)(software)
    asked = [
        ask.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)).remote()
        for node in nodes
    ]
    mine = software()
    different = [
        f"{node['NodeManagerHostname']} has {name} {theirs.get(name)}, not {version}"
        for node, theirs in zip(nodes, ray.get(asked, timeout=120), strict=True)
        for name, version in mine.items()
        if theirs.get(name) != version
    ]
    if different:
        raise ClusterError("nodes differ from this process: " + "; ".join(different))
    return Cluster(cpus, len(nodes), start_s)


def software() -> dict[str, str]:
    """Versions that driver and workers must share."""
    found = machine.versions()
    return {"Python": platform.python_version(), **{name: found[name] for name in CHECKED_PACKAGES}}


def _stop(daemons: set[psutil.Process]) -> None:
    """Disconnect, and end what of `daemons` and their workers is still alive after 10 s: by process, never by name."""
    import ray

    processes = set(daemons)
    for daemon in daemons:
        with contextlib.suppress(psutil.NoSuchProcess):
            processes.update(daemon.children(recursive=True))
    ray.shutdown()
    node.cache_clear()
    _, alive = psutil.wait_procs(processes, timeout=10)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
