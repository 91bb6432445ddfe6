"""What a test's words can't mean on the Ray that is there."""

import platform

import pytest

from benchmarks.harness.plugin.fixture import require_one_machine
from benchmarks.harness.runners.nodes import Cluster


def joined(*machines: str) -> Cluster:
    return Cluster(4, len(machines), 0.1, machines=frozenset(machines))


def test_a_pool_of_this_machine_is_no_measure_for_a_ray_of_others() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"^ray ÷ pool: Ray's tasks run on elsewhere, too, and the other"):
        require_one_machine(joined(platform.node(), "elsewhere"), "ray", "pool")


@pytest.mark.parametrize("partner", ["serial", None])
def test_serial_is_one_wherever_ray_runs(partner: str | None) -> None:
    require_one_machine(joined(platform.node(), "elsewhere"), "ray", partner)


@pytest.mark.parametrize("cluster", [None, Cluster(2, 1, 0.1), joined(platform.node())])
def test_on_one_machine_they_are_compared(cluster: Cluster | None) -> None:
    require_one_machine(cluster, "ray", "pool")
