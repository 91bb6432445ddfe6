"""What travels with tasks: everything, nothing, or what is small."""

import pytest

from benchmarks.harness.runners.nodes import Cluster
from benchmarks.harness.runners.process_pool import Pool
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.serial_loop import Serial

SMALL, LARGE = bytes(1_000), bytes(1_000_000)


def test_items_travel_whole_where_there_is_no_place_for_them() -> None:
    total, seconds = Serial(1).weigh_items([SMALL, LARGE])
    assert 1_001_000 < total < 1_002_000
    assert seconds > 0


def test_only_small_items_travel_with_rays_tasks() -> None:
    total, _ = Ray(Cluster(2, 1, 0.1)).weigh_items([SMALL, LARGE])
    assert 1_000 < total < 2_000


@pytest.mark.parametrize("items", [[SMALL, LARGE], []])
def test_a_pools_workers_hold_them(items: list[bytes]) -> None:
    total, seconds = Pool(2).weigh_items(items)
    assert total == 0
    assert seconds < 0.001
