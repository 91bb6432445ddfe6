"""Rays of this process's own, one after the other."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.harness.runners import cluster, nodes
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.stamps import node
from tests import tasks
from tests.folders import left_over, ray_folders


@pytest.mark.usefixtures("no_ray_here", "no_leftovers")
def test_two_starts_in_one_process() -> None:
    folders = ray_folders()
    for _ in range(2):
        with cluster.start(1) as ready:
            assert (ready.cpus, ready.nodes) == (1, 1)
            assert ready.spilled() == (False, ())
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
    head: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, node: str, sentence: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(NEVER_UP.format(node=node))
    address = head(nodes=2, PYTHONPATH=str(tmp_path), RAY_AUTH_TOKEN=cluster.TOKEN)
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", cluster.TOKEN)  # Ray keeps the first that a process has seen
    for module in (cluster, nodes):
        monkeypatch.setattr(module, "ANSWER_S", 10.0)
    with pytest.raises(cluster.ClusterError, match=sentence), cluster.join(address):
        pass
