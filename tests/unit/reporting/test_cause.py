"""Which cause is named, and on which terms something ran, from records made up for it."""

from typing import Any

import pytest

from benchmarks.harness.reporting import diagnosis, terms


def info(**more: Any) -> Any:
    """A record's `extra_info`: two tasks on two CPUs."""
    usual = {
        "workload": "w", "size": "small", "variant": "ray", "tasks": 2, "cpus": 2, "usable_cpus": 2,
        "physical_cpus": None, "niceness": {"driver": 0, "workers": [0]}, "gpus": {"driver": 0, "workers": [0]},
        "speedup": {"median": 1.6, "pairs": 20}, "partner": {"variant": "serial"},
        "task_s": 0.024, "dispatch_s": 0.006, "busiest_tasks": 1, "longest_s": 0.024, "uneven": 1.0, "core_share": 1.0,
        "submit_s": 0.001, "wait_s": 0.029, "cold_start_s": 0.1, "first_task_s": 0.05, "result_bytes": 100,
        "result_s": 0.00001, "tail_s": 0.003,
    }  # fmt: skip
    return usual | more


def shares(width: float, **factors: float) -> dict[str, Any]:
    """An account and its intervals, which reach so far to either side."""
    found = {"computation": 1.0, "load_balance": 1.0, "dispatch": 1.0} | factors
    found["measured"] = found["computation"] * found["load_balance"] * found["dispatch"]
    reach = {name: (share - width, share + width) for name, share in found.items()}
    return {"efficiency": found, "efficiency_intervals": reach}


def test_a_loss_that_stands_out_is_named() -> None:
    said = diagnosis.sentence(info(**shares(0.02, computation=0.97, dispatch=0.85)))
    assert said is not None
    assert "lose 15 % to dispatch" in said


def test_losses_that_can_t_be_told_apart_name_none() -> None:
    account = shares(0.02, computation=0.95, load_balance=0.97, dispatch=0.95)
    assert diagnosis.sentence(info(**account)) == (
        "w-small-ray: 1.60× of 2 (88 %): no single cause stands out: computation 95 % [93 97], balance 97 % [95 99], "
        "dispatch 95 % [93 97]"
    )


def test_neither_is_one_named_from_too_few_pairs() -> None:
    account = shares(0.0, dispatch=0.8)
    del account["efficiency_intervals"]
    assert diagnosis.sentence(info(**account, speedup={"median": 1.6, "pairs": 4})) == (
        "w-small-ray: 1.60× of 2 (80 %): no cause can be named from 4 pairs; run more rounds"
    )


def test_another_priority_is_named_where_cores_are_shared() -> None:
    lost: dict[str, Any] = {**shares(0.01, computation=0.5), "core_share": 0.5}
    said = diagnosis.sentence(info(**lost, niceness={"driver": 0, "workers": [15]})) or ""
    assert "workers run at nice 15, serial at 0" in said
    assert "RAY_worker_niceness=0" in said
    assert "cores are shared" in (diagnosis.sentence(info(**lost)) or "")


@pytest.mark.parametrize(
    ("physical", "named"),
    [(1, "cores (2 CPUs are threads of 1)"), (2, "memory, caches or their bus are shared"), (None, "two threads")],
)
def test_threads_are_named_with_the_cores_that_there_are(physical: int | None, named: str) -> None:
    lost = shares(0.01, computation=0.7)
    assert named in (diagnosis.sentence(info(**lost, physical_cpus=physical)) or "")


@pytest.mark.parametrize("loss", [{"computation": 0.7}, {"load_balance": 0.7}])
def test_a_slow_node_is_never_the_tasks_fault(loss: dict[str, float]) -> None:
    slowness = {"aaaaaaaaaa": 1.0, "bbbbbbbbbb": 1.5}
    assert diagnosis.sentence(info(**shares(0.01, **loss), node_slowness=slowness)) == (
        "w-small-ray: 1.60× of 2 (70 %): nodes differ: on bbbbbbbb tasks take 1.50 times as long as on the quickest "
        "one, whatever the task is; use nodes of one kind, or more and shorter tasks"
    )
    alike = diagnosis.sentence(info(**shares(0.01, **loss), node_slowness={"a": 1.0, "b": 1.1}))
    assert "nodes differ" not in (alike or "nodes differ")


@pytest.mark.parametrize(
    ("more", "line"),
    [
        ({"cpus": 8}, "ray is oversubscribed: 8 tasks at once on 2 CPUs; efficiency is of the CPUs that exist"),
        ({"niceness": {"driver": 0, "workers": [0, 15]}}, "ray: workers run at nice 0, 15, the driver at 0: "),
        ({"gpus": {"driver": 1, "workers": [0]}}, "ray: this process may use 1 GPU and its tasks 0: "),
        (
            {"object_store": {"bytes": 5 * 10**9, "shared_memory": 64 * 10**6}},
            "ray: its object store of 5000.0 MB lies on disk, since /dev/shm had 64.0 MB free: ",
        ),
        (
            {"nodes": {"2 CPUs, X": 3, "no CPU for tasks": 1}},
            "ray: the cluster's nodes are not all alike (3 × 2 CPUs, X; 1 × no CPU for tasks): ",
        ),
        ({"cold_start_s": None}, "w-small-ray: its cold start could not be measured: "),
        ({"other_runs": 2}, "w-small-ray: 2 other runs went on meanwhile, and each slowed the other down"),
    ],
)
def test_terms_that_were_not_the_usual_ones_are_said(more: dict[str, Any], line: str) -> None:
    said = terms.lines([{"extra_info": info(**more)}])  # type: ignore[list-item]
    assert len(said) == 1
    assert said[0].startswith(line)
    assert terms.lines([{"extra_info": info()}]) == []  # type: ignore[list-item]
