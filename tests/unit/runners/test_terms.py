"""What a warm-up refuses: the serial loop and a real pool, each with a task that breaks one term."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.harness.runners.process_pool import Pool
from benchmarks.harness.runners.serial_loop import Serial
from benchmarks.harness.runners.stamps import Task, Warm
from benchmarks.harness.runners.terms import VariantError, require_equal
from benchmarks.harness.runners.variant import Variant
from tests import taint_tasks
from tests.warmed import warm


@pytest.fixture(params=["serial", "pool"])
def variant(request: pytest.FixtureRequest) -> Iterator[Variant]:
    made: Variant = Pool(2) if request.param == "pool" else Serial(1)
    yield made
    made.close()


def test_an_item_that_its_task_changes_is_named_with_both_values(variant: Variant) -> None:
    with pytest.raises(
        VariantError, match=rf"{variant.name}: the task changes its item 0 \(\[3, 1\] became \[1, 3\]\)"
    ):
        warm(variant, taint_tasks.sort_in_place, [[3, 1], [4, 2]])


def test_items_that_stay_as_they_are_pass_also_where_parts_are_shared(variant: Variant) -> None:
    part = [1.5, float("nan")]
    ready = warm(variant, taint_tasks.read_only, [[part, part], {"a": part}])
    assert ready.terms is not None
    assert ready.terms.niceness == (os.getpriority(os.PRIO_PROCESS, 0),)


def test_work_left_to_a_child_process_is_refused(variant: Variant) -> None:
    with pytest.raises(VariantError, match=r"the task spends \d+% of its CPU time in child processes of its own"):
        warm(variant, taint_tasks.compute_in_a_child, [1, 2])


def test_children_that_are_not_the_tasks_count_for_nothing() -> None:
    """A pool's workers, for instance, import while the serial loop warms up."""
    ready = Serial(1)
    ready.prepare(taint_tasks.compute, [1, 2], [1, 2])
    other = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        ready.warm_up()
    finally:
        other.kill()
        other.wait()
    assert ready.terms is not None
    assert ready.terms.thread_share == pytest.approx(1, abs=0.05)


def test_a_warm_up_that_does_not_end_is_given_up(variant: Variant) -> None:
    variant.patience_s = 2
    with pytest.raises(
        VariantError, match=rf"{variant.name}: 0 of {variant.slots} workers .* in 2 s: .*--task-timeout"
    ):
        warm(variant, taint_tasks.wait_for_ever, [1, 2])


def test_a_round_without_progress_is_given_up_and_names_the_item(variant: Variant, tmp_path: Any) -> None:
    flag = tmp_path / "wait"
    ready = warm(variant, taint_tasks.wait_while, [str(tmp_path / "other"), str(flag)])
    flag.touch()
    ready.patience_s = 1
    started = time.monotonic()
    with pytest.raises(
        VariantError, match=rf"{variant.name}: item 1 \('.*wait'\) has no result, and no task .* for 1 s"
    ):
        ready.run()
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("task", [taint_tasks.give_a_function, taint_tasks.give_a_generator])
def test_results_that_cant_travel_are_one_sentence(task: Task) -> None:
    pool = Pool(1)
    try:
        with pytest.raises(VariantError, match=r"pool: the result of item 0 can't be pickled \(\w+: "):
            warm(pool, task, [1])
    finally:
        pool.close()


def test_items_that_cant_travel_are_one_sentence() -> None:
    with pytest.raises(VariantError, match=r"pool: item 1 \(<generator .*\) can't be pickled \(TypeError: "):
        Pool(1).prepare(taint_tasks.square, [1, (n for n in range(2))], [1])
    with pytest.raises(VariantError, match=r"serial: items can be neither pickled nor copied \(TypeError: "):
        warm(Serial(1), taint_tasks.read_only, [(n for n in range(2))])


def test_a_worker_that_dies_in_the_warm_up_is_one_sentence() -> None:
    pool = Pool(1)
    try:
        with pytest.raises(VariantError, match="pool: a worker died in the warm-up"):
            warm(pool, taint_tasks.die, [1])
    finally:
        pool.close()


def test_a_cold_start_is_a_fresh_process_and_holds_nobody() -> None:
    pool = Pool(2)
    try:
        pool.prepare(taint_tasks.count_calls, [1, 2], [1, 2])
        cold = pool.cold_start()
        assert cold is not None
        assert cold.seconds > cold.first_task_s > 0.5  # the first call's half second
    finally:
        pool.close()
    assert Serial(1).cold_start() is None


def told(**more: Any) -> Warm:
    usual = Warm(("", 1), 1.0, False, frozenset(), 0, 0, "", "")
    return usual._replace(**more)


def test_terms_are_the_lowest_of_all_workers() -> None:
    terms = require_equal("ray", [told(niceness=15, gpus=2), told(niceness=0, gpus=0, thread_share=0.9)])
    assert terms.niceness == (0, 15)
    assert terms.gpus == 0
    assert terms.thread_share == pytest.approx(0.95)
