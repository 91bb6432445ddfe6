"""Rays of this process's own, one after the other."""

import pytest

from benchmarks.harness.runners import cluster
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
