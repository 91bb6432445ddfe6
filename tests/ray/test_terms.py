"""The terms of tasks on a real Ray: priority, fresh workers, items, limits."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks.harness.runners import ray_environment
from benchmarks.harness.runners.nodes import Cluster
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.terms import VariantError
from tests import taint_tasks, tasks
from tests.warmed import warm


@pytest.fixture
def variant(ray_here: Cluster) -> Iterator[Ray]:
    made = Ray(ray_here)
    yield made
    made.close()


def test_workers_have_the_drivers_priority(variant: Ray) -> None:
    terms = warm(variant, taint_tasks.square, [1, 2]).terms
    assert terms is not None
    assert terms.niceness == (os.getpriority(os.PRIO_PROCESS, 0),)


def test_a_cold_start_is_cold_every_time(variant: Ray) -> None:
    ready = warm(variant, taint_tasks.count_calls, [1, 2])
    for _ in range(2):
        cold = ready.cold_start()
        assert cold is not None
        # the first call's half second, though this cluster's workers have run the task before
        assert cold.seconds > cold.first_task_s > 0.5


def started(variant: Ray, folder: Path) -> set[int]:
    """The processes of its cold start, which leave their ids in the folder."""
    folder.mkdir()
    variant.prepare(tasks.meet, [str(folder)] * 2, [str(folder)])
    assert variant.cold_start() is not None
    return processes(folder)


def processes(folder: Path) -> set[int]:
    return {int(path.name) for path in folder.iterdir()}


def test_a_tests_workers_are_those_of_its_cold_start_and_end_after_the_next(ray_here: Cluster, tmp_path: Path) -> None:
    earlier = started(Ray(ray_here), tmp_path / "earlier")
    variant, folder = Ray(ray_here), tmp_path / "now"
    now = started(variant, folder)
    assert len(now) == 2
    variant.warm_up()
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in earlier if psutil.pid_exists(pid)], timeout=30)
    assert not alive
    time.sleep(1.5)  # longer than Ray leaves idle workers alone
    round_ = variant.inspect(variant.run())
    assert round_.invalid == ""
    assert processes(folder) == now >= set(round_.results)


@pytest.mark.parametrize("cpus_per_task", [1, 2])
def test_tasks_that_take_no_time_get_a_cold_start_on_every_slot(ray_here: Cluster, cpus_per_task: int) -> None:
    variant = Ray(ray_here, cpus_per_task)
    variant.prepare(tasks.square, [1, 2], [1])
    cold = variant.cold_start()
    assert cold is not None
    assert cold.seconds > cold.first_task_s > 0
    variant.warm_up()
    assert variant.inspect(variant.run()).results == [1, 4]


def test_where_ray_gives_no_fresh_workers_the_usual_ones_run_the_tasks(
    variant: Ray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_environment, "fresh", lambda: {"conda": "there is none of this name"})
    variant.prepare(tasks.square, [1, 2], [1])
    assert variant.cold_start() is None
    variant.warm_up()
    assert variant.inspect(variant.run()).results == [1, 4]


def test_an_item_that_its_task_changes_is_named_with_both_values(variant: Ray) -> None:
    with pytest.raises(VariantError, match=r"ray: the task changes its item 0 \(\[3, 1\] became \[1, 3\]\)"):
        warm(variant, taint_tasks.sort_in_place, [[3, 1], [4, 2]])


def test_results_and_items_that_cant_travel_are_one_sentence(variant: Ray) -> None:
    with pytest.raises(VariantError, match=r"ray: the result of item 0 can't be pickled \(TypeError: "):
        warm(variant, taint_tasks.give_a_generator, [1, 2])
    with pytest.raises(VariantError, match=r"ray: item 0 \(<generator .*\) can't be pickled \(TypeError: "):
        variant.prepare(taint_tasks.square, [(n for n in range(2))], [1])


def test_what_only_rays_own_pickle_carries_is_allowed(variant: Ray) -> None:
    ready = warm(variant, taint_tasks.give_a_function, [1, 2])
    assert [result() for result in ready.run().results] == [1, 2]


def test_a_worker_that_dies_in_the_warm_up_is_one_sentence(variant: Ray) -> None:
    with pytest.raises(VariantError, match=r"ray: a worker died in the warm-up \(WorkerCrashedError\)"):
        warm(variant, taint_tasks.die, [1, 2])


def test_a_round_without_progress_is_given_up_and_ray_is_usable_afterwards(variant: Ray, tmp_path: Path) -> None:
    flag = tmp_path / "wait"
    ready = warm(variant, taint_tasks.wait_while, [str(tmp_path / "other"), str(flag)])
    flag.touch()
    ready.patience_s = 2
    with pytest.raises(VariantError, match=r"ray: item 1 \('.*wait'\) has no result, and no task has ended for 2 s"):
        ready.run()
    ready.patience_s = 60
    ready.warm_up()
    assert ready.inspect(ready.run()).invalid == ""


def test_a_cluster_whose_cpus_are_taken_is_given_up(variant: Ray) -> None:
    import ray

    stay = ray.remote(num_cpus=2, max_retries=0)(taint_tasks.wait_for_ever).remote(1)
    try:
        variant.patience_s = 3
        variant.prepare(taint_tasks.square, [1, 2], [1])
        for begin in (variant.cold_start, variant.warm_up):
            with pytest.raises(
                VariantError, match=r"ray: 0 of 2 workers came up .* in 3 s: something else holds their CPUs"
            ):
                begin()
    finally:
        ray.cancel(stay, force=True)


def test_a_store_that_fits_into_shared_memory_is_recorded(ray_here: Cluster) -> None:
    store = Ray(ray_here).object_store
    assert store is not None
    assert store.size > 0
    if psutil.LINUX:
        assert store.shared_memory is not None
        assert store.on_disk == (store.shared_memory < store.size)


def test_a_spill_file_that_vanishes_meanwhile_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "gone").symlink_to(tmp_path / "nothing")  # listed, and nothing to stat
    (tmp_path / "there").touch()
    cluster = Cluster(cpus=2, nodes=1, start_s=0, spill_folder=tmp_path)
    on_disk, changed = cluster.spilled()
    assert on_disk
    assert len(changed) == 2


def test_the_memory_of_each_node_is_asked_for(variant: Ray) -> None:
    places = variant.places()
    assert sum(place.slots for place in places) == 2
    assert all(place.free > 0 for place in places)
