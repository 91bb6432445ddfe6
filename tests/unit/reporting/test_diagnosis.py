"""The sentence's rules, on made-up records; `tests/ray` has it on workloads that are really ill."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.reporting import diagnosis
from tests.signs import SIGNS


def info(**more: Any) -> dict[str, Any]:
    """A record's `extra_info`: two tasks on two CPUs, a fifth of 30 ms lost to dispatch, unless told otherwise."""
    healthy = {
        "workload": "w",
        "size": "small",
        "variant": "ray",
        "tasks": 2,
        "cpus": 2,
        "usable_cpus": 2,
        "physical_cpus": None,
        "niceness": {"driver": 0, "workers": [0]},
        "speedup": {"median": 1.6, "pairs": 40},
        "efficiency": {"measured": 0.8, "computation": 1.0, "load_balance": 1.0, "dispatch": 0.8},
        "task_s": 0.024,
        "dispatch_s": 0.006,
        "busiest_tasks": 1,
        "longest_s": 0.024,
        "uneven": 1.0,
        "core_share": 1.0,
        "submit_s": 0.001,
        "wait_s": 0.029,
        "cold_start_s": 0.1,
        "first_task_s": 0.05,
        "result_bytes": 100,
        "result_s": 0.00001,
        "tail_s": 0.003,
    }
    found: dict[str, Any] = healthy | more
    exactly = {name: (share, share) for name, share in found["efficiency"].items()}
    return found | {"efficiency_intervals": exactly}


def shares(computation: float = 1.0, load_balance: float = 1.0, dispatch: float = 1.0) -> dict[str, float]:
    measured = computation * load_balance * dispatch
    return {"measured": measured, "computation": computation, "load_balance": load_balance, "dispatch": dispatch}


def test_large_results_are_known_by_what_passes_after_the_last_task() -> None:
    large = {"result_bytes": 40_000_000, "tail_s": 0.005}
    assert "results of 20.0 MB a task lose 20 % to travelling (5.00 ms of 30.0 ms" in str(
        diagnosis.sentence(info(**large))
    )
    assert "to dispatch" in str(diagnosis.sentence(info(**large | {"tail_s": None})))
    assert "to dispatch" in str(diagnosis.sentence(info(tail_s=0.005)))


def test_items_that_take_long_to_pack_are_named_before_dispatch() -> None:
    found = diagnosis.sentence(info(item_bytes=160_000, item_s=0.004)) or ""
    assert "items of 80.0 kB a task lose 20 % to travelling (4.00 ms of 30.0 ms to pack and unpack them)" in found
    assert "to dispatch" in (diagnosis.sentence(info(item_bytes=160_000, item_s=0.001)) or "")


def test_short_tasks_are_told_how_long_they_should_be() -> None:
    # 6 ms lost beside 54 ms is a tenth
    assert diagnosis.sentence(info()) == (
        "w-small-ray: 1.60× of 2 (80 %): tasks of 24.0 ms lose 20 % to dispatch; make them longer than 54.0 ms, "
        "and it is 10 %"
    )


def test_where_dispatch_takes_less_than_a_tenth_it_is_to_be_halved() -> None:
    found = diagnosis.sentence(info(efficiency=shares(computation=0.95, load_balance=0.95, dispatch=0.94))) or ""
    # 6 ms lost beside 194 ms is 3 %
    assert "lose 6 % to dispatch; make them longer than 194 ms, and it is 3 %" in found


def test_slow_tasks_with_a_core_of_their_own_share_something_else() -> None:
    found = diagnosis.sentence(info(efficiency=shares(computation=0.7), core_share=0.99)) or ""
    assert "1.43 times as long side by side as alone, each on a core: memory, caches" in found


def test_equal_tasks_of_unequal_length_side_by_side_share_something_else() -> None:
    found = diagnosis.sentence(info(efficiency=shares(load_balance=0.8))) or ""
    assert "CPUs wait 20 % of the time for the slowest: memory, caches" in found


@given(*[st.floats(0.1, 1.2)] * 3, st.integers(1, 50), st.integers(2, 64), st.floats(0, 1.1), st.floats(0, 10))
def test_every_sick_record_gets_one_sentence(
    computation: float, balance: float, dispatch: float, count: int, cpus: int, core_share: float, result_s: float
) -> None:
    account = shares(computation, balance, dispatch)
    found = diagnosis.sentence(
        info(efficiency=account, tasks=count, cpus=cpus, core_share=core_share, result_s=result_s)
    )
    if account["measured"] >= diagnosis.HEALTHY:
        assert found is None
    else:
        assert found is not None
        assert sum(sign in found for sign in (*SIGNS.values(), "no single cause stands out")) == 1
