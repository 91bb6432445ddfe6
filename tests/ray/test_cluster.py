"""Rays of this process's own, one after the other."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.harness.runners import admission, cluster, nodes
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.stamps import node
from benchmarks.harness.runners.terms import VariantError
from benchmarks.harness.tree import ROOT
from tests import tasks
from tests.clusters import Heads
from tests.folders import left_over, ray_folders
from workloads import fibonacci


@pytest.mark.usefixtures("no_ray_here", "no_leftovers")
def test_two_starts_in_one_process() -> None:
    folders = ray_folders()
    for _ in range(2):
        with cluster.start(1) as ready:
            assert (ready.cpus, ready.nodes) == (1, 1)
            assert ready.spilled() == (False, ())
    assert not left_over(folders)


PRESSED = """
import os, signal, ray
from benchmarks.harness.runners import cluster

shutdown = ray.shutdown

def pressed():
    os.kill(os.getpid(), signal.SIGINT)
    shutdown()

ray.shutdown = pressed
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    with cluster.start(1):
        pass
except KeyboardInterrupt:
    print("heard")
"""


@pytest.mark.usefixtures("no_leftovers")
def test_a_ctrl_c_while_a_ray_ends_leaves_nothing_and_is_heard() -> None:
    folders = ray_folders()
    done = subprocess.run([sys.executable, "-c", PRESSED], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.stdout == "heard\n", done.stderr
    assert not left_over(folders)


@pytest.mark.usefixtures("no_ray_here")
def test_a_driver_that_timed_before_ray_started_shares_its_nodes_clock() -> None:
    assert node() == ""
    with cluster.start(1) as started:
        variant = Ray(started)
        variant.prepare(tasks.square, [1], [1])
        variant.warm_up()
        (execution,) = variant.run().executions
        assert execution.worker[0] == node() != ""


@pytest.fixture
def same_token(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """For a cluster that this process joins: Ray keeps the first token that a process has seen."""
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", cluster.TOKEN)
    return {"RAY_AUTH_TOKEN": cluster.TOKEN}


def ready(joined: nodes.Cluster) -> Ray:
    """A variant of it that is warm."""
    variant = Ray(joined)
    variant.prepare(fibonacci.task, [1000] * joined.cpus, [1000] * joined.cpus)
    variant.warm_up()
    return variant


def until_told(variant: Ray) -> None:
    """Rounds, and a warm-up after the first that breaks."""
    while not variant.inspect(variant.run()).invalid:
        pass
    variant.warm_up()


@pytest.mark.usefixtures("no_ray_here")
def test_a_node_that_joins_meanwhile_ends_the_test(head: Heads, same_token: dict[str, str]) -> None:
    address = head(**same_token)
    head.add(cpus=0)
    with cluster.join(address) as joined:
        ((kind, count), *others) = joined.kinds.items()
        assert (kind.startswith("2 CPUs, "), count, others) == (True, 1, [("no CPU for tasks", 1)])
        variant = ready(joined)
        assert not variant.inspect(variant.run()).invalid
        head.add()
        with pytest.raises(VariantError, match="has joined the cluster, and its CPUs are counted nowhere"):
            variant.inspect(variant.run())


@pytest.mark.alone
@pytest.mark.usefixtures("no_ray_here")
def test_a_node_that_is_lost_ends_the_test_within_half_a_minute(
    head: Heads, same_token: dict[str, str], told: Callable[[str, float], None]
) -> None:
    address = head(**same_token)
    raylet = head.add()
    with cluster.join(address) as joined:
        variant = ready(joined)
        raylet.kill()
        start = time.monotonic()
        with pytest.raises(VariantError, match="has left the cluster: figures of before and after are not alike"):
            until_told(variant)
        told("node lost", start)


@pytest.mark.usefixtures("no_ray_here")
def test_what_a_node_cant_import_is_named_with_the_node(
    head: Heads, same_token: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(LACKS)
    address = head(**same_token)
    head.add(PYTHONPATH=str(tmp_path))
    sentence = r"workloads.fibonacci can't be imported on \S+ \(ImportError: no library for it here\): install there"
    with cluster.join(address) as joined, pytest.raises(VariantError, match=sentence):
        Ray(joined).prepare(fibonacci.task, [1000], [1000])


@pytest.mark.usefixtures("no_ray_here")
def test_a_cluster_without_a_cpu_is_waited_for(
    head: Heads, same_token: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = head(cpus=0, **same_token)
    monkeypatch.setattr(admission, "ANSWER_S", 20.0)
    monkeypatch.setattr(nodes, "ANSWER_S", 3.0)
    with pytest.raises(admission.ClusterError, match="has no node with a CPU"), cluster.join(address):
        pass
    monkeypatch.setattr(nodes, "ANSWER_S", 60.0)
    with ThreadPoolExecutor() as pool:
        coming = pool.submit(head.add)
        with cluster.join(address) as joined:
            assert (joined.cpus, joined.nodes) == (2, 1)
        coming.result()


LACKS = """
import sys

class Lacks:
    def find_spec(self, name, path=None, target=None):
        if name == "workloads.fibonacci":
            raise ImportError("no library for it here")

sys.meta_path.insert(0, Lacks())
"""
NEVER_UP = """
import sys, time
if all(any(part in argument for argument in sys.orig_argv) for part in ("default_worker", "{node}")):
    time.sleep(10_000)
"""


@pytest.mark.usefixtures("no_ray_here")
@pytest.mark.parametrize(
    ("node", "sentence"),
    [
        ("raylet", "does not let a driver in: in 10 s its node has started no worker; see `ray status` and"),
        ("raylet.1", "a node has not answered in 10 s; see `ray status` there, or wait until its workers have a core"),
    ],
    ids=["the driver's", "another"],
)
def test_a_node_whose_workers_never_come_up_is_one_sentence(
    head: Heads,
    same_token: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    node: str,
    sentence: str,
) -> None:
    (tmp_path / "sitecustomize.py").write_text(NEVER_UP.format(node=node))
    address = head(nodes=2, PYTHONPATH=str(tmp_path), **same_token)
    for module in (admission, nodes):
        monkeypatch.setattr(module, "ANSWER_S", 10.0)
    with pytest.raises(admission.ClusterError, match=sentence), cluster.join(address):
        pass
