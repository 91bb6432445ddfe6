"""Start Ray on this machine or join a running cluster, and leave nothing behind.

Owns Ray's life: settings, begin and end. Whether a cluster can be joined is `admission`'s. Runs no workload.
"""

import contextlib
import logging
import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from benchmarks.harness import machine, tree
from benchmarks.harness.runners import allocator, pulse, remover
from benchmarks.harness.runners.admission import (
    ClusterError,
    checked,
    explained,
    first_line,
    not_let_in,
    rejected,
    require_listener,
    require_welcome,
)
from benchmarks.harness.runners.guard import guarded, heed_environment
from benchmarks.harness.runners.nodes import Cluster, Store
from benchmarks.harness.runners.stamps import node

FOLDER = "/tmp"  # noqa: S108
"""Ray refuses socket paths over 107 bytes, which a folder below TMPDIR can exceed: macOS's is 50 bytes long."""

TOKEN = secrets.token_hex(32)
"""Guards a Ray started here. With a token in the environment Ray neither reads nor writes one in the user's home; one
for the whole process, because Ray keeps the first that it sees."""


STAYS_S = str(24 * 3600)
"""A minute after its GCS has died, Ray ends the driver, and with it what was measured so far. It is noticed before."""

SAME_TERMS = {**machine.ONE_THREAD, allocator.VARIABLE: allocator.TUNABLES}
"""What a joined cluster's workers have in their environment, as those that are started here."""

LEFT_OUT = [".git", ".venv*", ".benchmarks", ".*_cache", ".hypothesis", "tests", "__pycache__"]
"""Of this tree what does not go along to a cluster's nodes."""


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
    own = Path(folder, f"ray-suite-{secrets.token_hex(4)}")
    spill_folder = own / "spilled"
    settings = {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": TOKEN,
        "RAY_task_oom_retries": "0",
        "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_worker_niceness": str(niceness),
        "RAY_gcs_rpc_server_reconnect_timeout_s": STAYS_S,
    }
    shared_memory = machine.free_shared_memory()
    with remover.watching(own), _environment(settings), guarded():
        own.mkdir(mode=0o700)  # only now: from here on there is someone to remove it
        spill_folder.mkdir()
        before = set(psutil.Process().children())
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
            yield Cluster(
                cpus,
                1,
                start_s,
                spill_folder,
                min(cpus, machine.usable_cpus()),
                store,
                pulse=pulse.of_this_driver(),
            )
        finally:
            with _to_its_end():
                _stop(set(psutil.Process().children()) - before if daemons is None else daemons)
                remover.remove(own)


@contextlib.contextmanager
def join(address: str) -> Iterator[Cluster]:
    """A running cluster: this tree goes along, every node is checked; left running at the end.

    Raises:
        ClusterError: no cluster answers at `address`, or nodes differ from this process in Python or packages.
    """
    require_listener(address)
    # In a job, Ray adds this tree to what the job brings along, and this tree's word counts where both say something.
    settings = {
        "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
        "RAY_OVERRIDE_JOB_RUNTIME_ENV": "1",
        "RAY_gcs_rpc_server_reconnect_timeout_s": STAYS_S,
    }
    with _environment(settings):
        require_welcome(address)
        try:
            clock = time.perf_counter()
            runtime_env = {"working_dir": str(tree.ROOT), "excludes": LEFT_OUT, "env_vars": SAME_TERMS}
            with explained(address):
                heed_environment()
                _init(address=address, runtime_env=runtime_env)
                ready = checked(time.perf_counter() - clock)
            yield ready
        finally:
            with _to_its_end():
                _stop(set())


def _store_bytes() -> int:
    import ray

    return int(ray.cluster_resources().get("object_store_memory", 0))


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
        if rejected(error):
            raise not_let_in(options["address"]) from None
        where = "start here" if options["address"] == "local" else f"be reached at {options['address']}"
        raise ClusterError(f"Ray can't {where}: {first_line(error)}") from error
    finally:
        signal.signal(signal.SIGTERM, on_sigterm)
        node.cache_clear()  # a serial round before may have found no Ray, or another one


def _stop(daemons: set[psutil.Process]) -> None:
    """Disconnect, and end what of `daemons` and their workers is still alive after 10 s: by process, never by name.

    Where one of them was killed the others go first, or Ray waits for its answer: 7 s then, not 18.
    """
    import ray

    processes = set(daemons)
    for daemon in daemons:
        with contextlib.suppress(psutil.NoSuchProcess):
            processes.update(daemon.children(recursive=True))
    if not all(_lives(daemon) for daemon in daemons):
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    ray.shutdown()
    node.cache_clear()
    _, alive = psutil.wait_procs(processes, timeout=10)
    for process in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False


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
