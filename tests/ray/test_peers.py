"""joblib and Dask do what the pool does: the same items and results, one process a slot, no worker left behind."""

import builtins
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from benchmarks.harness.runners.dask_tasks import Dask
from benchmarks.harness.runners.joblib_pool import Joblib
from benchmarks.harness.runners.variant import Variant, VariantError
from tests import tasks

PEERS = (Joblib, Dask)


@pytest.fixture
def no_workers_left() -> Iterator[None]:
    """Trackers of shared memory, one of loky's and one of Python's, live as long as the process that used them."""
    before = set(psutil.Process().children(recursive=True))
    yield
    left = set(psutil.Process().children(recursive=True)) - before
    assert not [process for process in left if "resource_tracker" not in " ".join(process.cmdline())]


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.usefixtures("no_workers_left")
def test_a_round_has_every_result_in_order_from_warm_workers(peer: type[Variant]) -> None:
    variant = peer(2)
    variant.prepare(tasks.busy, [3, 1, 2, 5], [1])
    try:
        cold = variant.cold_start()
        variant.warm_up()
        first, second = (variant.inspect(variant.run()) for _ in range(2))
    finally:
        variant.close()
    expected = [tasks.busy(item) for item in (3, 1, 2, 5)]
    assert first.results == second.results == expected
    assert (first.invalid, second.invalid) == ("", "")
    assert len({execution.worker for round_ in (first, second) for execution in round_.executions}) == 2
    assert all(round_.start <= e.start <= e.end for round_ in (first, second) for e in round_.executions)
    assert variant.terms.thread_share is not None
    assert cold is not None
    assert cold.seconds > cold.first_task_s > first.seconds / 10  # a process has to start and import, too


@pytest.mark.parametrize("peer", PEERS)
def test_a_missing_package_is_said_with_the_extra_that_brings_it(
    peer: type[Variant], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = builtins.__import__

    def without(name: str, *args: Any) -> Any:
        if name.partition(".")[0] in ("joblib", "distributed"):
            raise ImportError(f"No module named {name!r}")
        return found(name, *args)

    monkeypatch.setattr(builtins, "__import__", without)
    variant = peer(2)
    with pytest.raises(VariantError, match=r"needs (joblib|dask and distributed) .*-e '\.\[peers\]'"):
        variant.prepare(tasks.square, [1], [1])
    variant.close()


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.usefixtures("no_workers_left")
def test_a_dead_worker_makes_the_round_invalid_and_the_next_is_whole(peer: type[Variant], tmp_path: Any) -> None:
    variant = peer(2)
    flag = tmp_path / "flag"
    variant.prepare(tasks.die_once, [str(flag)] * 2, [str(flag)])
    try:
        variant.warm_up()
        flag.touch()
        assert variant.inspect(variant.run()).invalid
        variant.warm_up()
        assert variant.inspect(variant.run()).results == [str(flag)] * 2
    finally:
        variant.close()


def test_joblib_on_a_single_cpu_would_run_tasks_in_this_process() -> None:
    with pytest.raises(VariantError, match=r"^joblib: with a single CPU it runs tasks in this process: give it two"):
        Joblib(1).prepare(tasks.busy, [1], [1])
