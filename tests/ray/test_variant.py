"""What every way to run items does: serial, in a pool, on Ray."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from benchmarks.harness.runners.nodes import Cluster
from benchmarks.harness.runners.process_pool import Pool
from benchmarks.harness.runners.ray_tasks import Ray
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.runners.terms import VariantError
from benchmarks.harness.runners.variant import Variant
from tests import tasks
from tests.warmed import warm


@pytest.fixture(params=["serial", "pool", "ray"])
def variant(request: pytest.FixtureRequest) -> Iterator[Variant]:
    made: Variant
    if request.param == "ray":
        made = Ray(request.getfixturevalue("ray_here"))
    else:
        made = Pool(2) if request.param == "pool" else Serial(1)
    yield made
    made.close()


def test_results_come_in_the_order_of_the_items(variant: Variant) -> None:
    round_ = warm(variant, tasks.square, list(range(20))).run()
    assert round_.results == [number * number for number in range(20)]
    assert variant.inspect(round_).invalid == ""


def test_stamps_lie_inside_the_round_and_tell_the_workers(variant: Variant) -> None:
    round_ = warm(variant, tasks.where, [0] * 6).run()
    spans = [execution.end - execution.start for execution in round_.executions]
    first, last = min(e.start for e in round_.executions), max(e.end for e in round_.executions)
    assert all(span >= 0 for span in spans)
    assert last - first <= round_.seconds
    assert 0 <= round_.submit_s <= round_.seconds
    assert [execution.worker[1] for execution in round_.executions] == round_.results
    serial = variant.name == "serial"
    assert (os.getpid() in round_.results) == serial


def test_every_slot_has_a_warm_worker_of_its_own(variant: Variant) -> None:
    warm(variant, tasks.busy, [255] * 8)
    workers = {execution.worker for _ in range(5) for execution in variant.run().executions}
    assert len(workers) == variant.slots


@pytest.mark.alone
def test_one_thread_a_task_is_measured(variant: Variant) -> None:
    warm(variant, tasks.busy, [255] * 4)
    assert variant.terms is not None
    assert variant.terms.thread_share == pytest.approx(1, abs=0.2)


def test_a_task_of_two_threads_is_refused(variant: Variant) -> None:
    with pytest.raises(VariantError, match=rf"{variant.name}: the task spends \d\d+% of its CPU time in threads"):
        warm(variant, tasks.two_threads, [1, 2])


def test_what_a_task_raises_comes_out(variant: Variant) -> None:
    variant.prepare(tasks.fail, [7, 8], [7, 8])
    with pytest.raises(LookupError, match=r"no result for [78]"):
        variant.run()


def test_progress_counts_every_task(variant: Variant) -> None:
    counted: list[int] = []
    warm(variant, tasks.square, list(range(9))).run(counted.append)
    assert sum(counted) == 9


def test_large_items_reach_ray_tasks_without_a_copy(ray_here: Cluster) -> None:
    items = [np.full(1_000_000, value, np.uint8) for value in (1, 2, 3)]
    variant = warm(Ray(ray_here), tasks.total, items)
    assert variant.run().results == [1_000_000, 2_000_000, 3_000_000]
    assert 3_000_000 <= variant.put_bytes < 3_010_000
    assert variant.put_s > 0


@pytest.mark.parametrize("variant", ["pool", "ray"], indirect=True)
def test_results_have_a_weight(variant: Variant) -> None:
    warm(variant, tasks.square, [1, 2])
    few, few_s = variant.weigh([1, 2])
    many, many_s = variant.weigh([bytes(30_000_000)] * 2)
    assert few < 100
    assert 60_000_000 <= many < 60_001_000
    assert few_s < many_s


def test_small_items_travel_with_the_task(ray_here: Cluster) -> None:
    variant = warm(Ray(ray_here), tasks.square, [1, 2])
    assert variant.put_bytes == 0


def dying(tmp_path: Path) -> tuple[Path, list[str]]:
    flag = tmp_path / "die"
    return flag, [str(flag), str(tmp_path / "live")]


@pytest.mark.parametrize("variant", ["pool", "ray"], indirect=True)
def test_a_death_in_a_round_makes_it_invalid_and_the_next_is_whole(variant: Variant, tmp_path: Path) -> None:
    flag, items = dying(tmp_path)
    warm(variant, tasks.die_once, items)
    flag.touch()
    round_ = variant.inspect(variant.run())
    assert round_.invalid.startswith("a worker died")
    assert round_.results == []
    variant.warm_up()
    again = variant.inspect(variant.run())
    assert again.invalid == ""
    assert again.results == items


def test_a_death_between_rounds_shows_as_another_worker(ray_here: Cluster, tmp_path: Path) -> None:
    variant = warm(Ray(ray_here), tasks.meet, [str(tmp_path)] * 2)
    victim = psutil.Process(variant.run().results[0])
    victim.send_signal(signal.SIGKILL)
    psutil.wait_procs([victim], timeout=10)
    for met in tmp_path.iterdir():
        met.unlink()  # now a round is whole only with a new worker, or it breaks off
    round_ = variant.inspect(variant.run())
    assert round_.invalid.startswith(("worker changed", "a worker died"))


def test_workers_that_never_come_up_are_an_error(ray_here: Cluster) -> None:
    warm(Ray(ray_here), tasks.square, [1, 2])  # two have been up before, and have longer for it than the 2 s below
    greedy = Ray(Cluster(cpus=3, nodes=1, start_s=0, spill_folder=ray_here.spill_folder))
    greedy.prepare(tasks.square, [1], [1])
    greedy.patience_s = 2
    with pytest.raises(VariantError, match=r"2 of 3 workers came up .* in 2 s"):
        greedy.warm_up()
