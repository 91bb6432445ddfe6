"""Start Ray on this machine or join a running cluster, check it, and leave nothing behind.

Owns Ray's life: settings, the check of every node, and the end. Runs no workload.
"""

import contextlib
import logging
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.harness import machine, tree
from benchmarks.harness.runners.nodes import (
    ANSWER_S,
    Cluster,
    Store,
    existing_cpus,
    hosts,
    kinds,
    software,
    wait_for_a_cpu,
    with_cpus,
)
from benchmarks.harness.runners.stamps import node

FOLDER = "/tmp"  # noqa: S108
"""Ray refuses socket paths over 107 bytes, which a folder below TMPDIR can exceed: macOS's is 50 bytes long."""

TOKEN = secrets.token_hex(32)
"""Guards a Ray started here. With a token in the environment Ray neither reads nor writes one in the user's home; one
for the whole process, because Ray keeps the first that it sees."""


LEFT_OUT = [".git", ".venv*", ".benchmarks", ".*_cache", ".hypothesis", "tests", "__pycache__"]
"""Of this tree what does not go along to a cluster's nodes."""


class ClusterError(Exception):
    """Ray can't be used; one sentence that says why and what would work."""


def start_or_join(
    address: str | None, cpus: int, folder: str = FOLDER, niceness: int = 0
) -> contextlib.AbstractContextManager[Cluster]:
    """The cluster at `address`, `auto` or HOST:PORT; without one a Ray of `cpus` CPUs here, its files in `folder`."""
    return start(cpus, folder, niceness) if address is None else join(address)


@contextlib.contextmanager
def start(cpus: int, folder: str = FOLDER, niceness: int = 0) -> Iterator[Cluster]:
    """A new Ray on this machine with `cpus` CPUs, whatever else runs here; stopped and removed at the end.

    Args:
        cpus: how many tasks it may run at once.
        folder: where its own folder is made; a short path, for its sockets' sake.
        niceness: how much later than this process its workers get a core, from 0 to 19. Ray's own default is 15: beside
            anything else that computes, its rounds alone would suffer (docs/taint.md has the figures).

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
        "RAY_worker_niceness": str(niceness),
        # Idle workers beyond the CPUs are ended: those of a cold start would drive the warm ones out.
        "RAY_num_workers_soft_limit": str(3 * cpus),
    }
    shared_memory = machine.free_shared_memory()
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
            store = Store(_store_bytes(), shared_memory)
            yield Cluster(cpus, 1, start_s, spill_folder, min(cpus, machine.usable_cpus()), store)
        finally:
            with _to_its_end():
                _stop(set(psutil.Process().children()) - before if daemons is None else daemons)
                shutil.rmtree(own, ignore_errors=True)


@contextlib.contextmanager
def join(address: str) -> Iterator[Cluster]:
    """A running cluster: this tree goes along, every node is checked; left running at the end.

    Raises:
        ClusterError: no cluster answers at `address`, or nodes differ from this process in Python or packages.
    """
    _require_listener(address)
    # In a job, Ray adds this tree to what the job brings along, and this tree's word counts where both say something.
    with _environment({"RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0", "RAY_OVERRIDE_JOB_RUNTIME_ENV": "1"}):
        _require_welcome(address)
        try:
            clock = time.perf_counter()
            runtime_env = {"working_dir": str(tree.ROOT), "excludes": LEFT_OUT, "env_vars": machine.ONE_THREAD}
            with _explained(address):
                _init(address=address, runtime_env=runtime_env)
                ready = _checked(time.perf_counter() - clock)
            yield ready
        finally:
            with _to_its_end():
                _stop(set())


def _store_bytes() -> int:
    import ray

    return int(ray.cluster_resources().get("object_store_memory", 0))


def _require_listener(address: str) -> None:
    """Ray itself would try for minutes to reach a port on which nobody listens."""
    if address == "auto":
        return
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=10).close()
    except OSError as error:
        raise ClusterError(f"Ray can't be reached at {address}: {error}") from error


JOB = "RAY_JOB_CONFIG_JSON_ENV_VAR"
"""Where `ray job submit` leaves what its job brings along; Ray's own name for it."""

KNOCK = "import ray, sys; ray.init(address=sys.argv[1], log_to_driver=False, logging_level=40)"
"""Joins a cluster and leaves it again."""


def _require_welcome(address: str) -> None:
    """A node answers a driver once a worker of it is up, and `ray.init` waits for that without end, deaf to Ctrl-C.

    So a process that can be killed goes first. What else is wrong there, this one's own `ray.init` says.
    """
    own = {name: value for name, value in os.environ.items() if name != JOB}  # what a job brings along is not needed
    process = subprocess.Popen(
        [sys.executable, "-c", KNOCK, address], env=own,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        process.wait(ANSWER_S)
    except subprocess.TimeoutExpired as error:
        raise ClusterError(
            f"the cluster at {address} does not let a driver in: in {ANSWER_S:.0f} s its node has started no worker; "
            "see `ray status` and the node's logs there"
        ) from error
    finally:
        process.kill()
        process.wait()


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
        if _rejected(error):
            raise _not_let_in(options["address"]) from None
        where = "start here" if options["address"] == "local" else f"be reached at {options['address']}"
        raise ClusterError(f"Ray can't {where}: {_first_line(error)}") from error
    finally:
        signal.signal(signal.SIGTERM, on_sigterm)
        node.cache_clear()  # a serial round before may have found no Ray, or another one


def _rejected(error: BaseException | None) -> bool:
    """Whether an error of `ray.init` comes from another token: Ray has what it was only in the text of the causes."""
    while error is not None:
        if "AuthenticationError" in f"{type(error).__name__}: {error}":
            return True
        error = error.__cause__ or error.__context__
    return False


def _not_let_in(address: str) -> ClusterError:
    return ClusterError(
        f"the cluster at {address} does not accept this process's token: set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN "
        "to the token that the cluster was started with (in ~/.ray/auth_token on its head node)"
    )


def _checked(start_s: float) -> Cluster:
    """Ask every node with CPUs what runs there; differing ones are an error that names them all."""
    from ray.exceptions import GetTimeoutError

    try:
        wait_for_a_cpu()
    except GetTimeoutError as error:
        raise ClusterError(
            f"the cluster has no node with a CPU, and in {ANSWER_S:.0f} s none came up; see `ray status` there"
        ) from error
    found = hosts()
    mine = software()
    different = [
        f"{host.name} has {name} {host.software.get(name)}, not {version}"
        for host in found
        for name, version in mine.items()
        if host.software.get(name) != version
    ]
    if different:
        raise ClusterError("nodes differ from this process: " + "; ".join(different))
    return Cluster(
        sum(host.slots for host in found),
        len(found),
        start_s,
        usable_cpus=existing_cpus(found),
        kinds=kinds(found),
        machines=frozenset(host.name for host in found),
        ids=frozenset(node["NodeID"] for node in with_cpus()),
    )


@contextlib.contextmanager
def _explained(address: str) -> Iterator[None]:
    """What Ray itself raises while it is joined, in one sentence."""
    from ray.exceptions import AuthenticationError, GetTimeoutError, RayError, RuntimeEnvSetupError

    try:
        yield
    except AuthenticationError as error:
        raise _not_let_in(address) from error
    except GetTimeoutError as error:
        raise ClusterError(
            f"the cluster at {address}: a node has not answered in {ANSWER_S:.0f} s; see `ray status` there, or wait "
            "until its workers have a core"
        ) from error
    except RuntimeEnvSetupError as error:
        raise ClusterError(
            f"the cluster at {address} can't unpack this tree for its workers: {_first_line(error)}"
        ) from error
    except RayError as error:
        raise ClusterError(f"the cluster at {address} can't be used: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    """Of what an exception says; its type where that is nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


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
def _to_its_end() -> Iterator[None]:
    """Ctrl-C or SIGTERM meanwhile is heard when this is over: of a Ray that has ended by half, files would stay.

    It takes 15 s at most. Only the main thread is ever interrupted.
    """
    heard: list[int] = []
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if heard:
        raise KeyboardInterrupt


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
