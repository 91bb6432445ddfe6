import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.measuring.account import Account, account, efficiency, slowness, traits
from benchmarks.harness.runners.stamps import Execution

ORDERS = (True, False, False, True)


def ran(worker: int, start: float, end: float, cpu_s: float | None = None) -> Execution:
    return Execution(None, ("node", worker), start, end, end - start if cpu_s is None else cpu_s)


def test_the_account_of_a_known_round() -> None:
    # Serial takes 8 s. On 2 slots tasks take 10 s together, 6 of them on one worker, and the round 7.5 s.
    found = account(8, 7.5, 2, [ran(1, 0, 6), ran(2, 0, 2), ran(2, 3, 5)])
    assert found == pytest.approx((8 / 15, 8 / 10, 10 / 12, 6 / 7.5))


def test_clocks_of_different_nodes_are_never_compared() -> None:
    far = Execution(None, ("other", 1), 1e6, 1e6 + 2, 2.0)
    assert account(4, 2.5, 2, [ran(1, 0, 2), far]) == pytest.approx((0.8, 1, 1, 0.8))


@given(
    st.floats(0.01, 100),
    st.floats(0.01, 100),
    st.integers(1, 64),
    st.lists(st.tuples(st.integers(0, 5), st.floats(0.001, 10)), min_size=1, max_size=50),
)
def test_the_factors_of_a_round_multiply_to_its_efficiency(
    serial_s: float, round_s: float, slots: int, tasks: list[tuple[int, float]]
) -> None:
    measured, computation, balance, dispatch = account(
        serial_s, round_s, slots, [ran(worker, 0, seconds) for worker, seconds in tasks]
    )
    assert computation * balance * dispatch == pytest.approx(measured)
    assert measured == pytest.approx(serial_s / (slots * round_s))


@given(st.lists(st.tuples(*[st.floats(0.05, 1.2)] * 3, st.booleans()), min_size=1, max_size=60))
def test_the_factors_of_all_rounds_multiply_to_the_measured_efficiency(cases: list[Any]) -> None:
    pairs = [Pair(1.0, 1.0, first) for *_, first in cases]
    found = efficiency(pairs, [Account(a * b * c, a, b, c) for a, b, c, _ in cases])
    assert found["computation"] * found["load_balance"] * found["dispatch"] == pytest.approx(found["measured"])
    for factor, cells in zip(list(found.values())[1:], list(zip(*cases, strict=True))[:3], strict=True):
        assert min(cells) * (1 - 1e-9) <= factor <= max(cells) * (1 + 1e-9)


def test_one_quarter_of_wild_rounds_at_either_end_changes_nothing() -> None:
    calm = Account(0.8 * 0.9 * 0.95, 0.8, 0.9, 0.95)
    wild, lucky = Account(0.05, 0.1, 0.5, 1.0), Account(1.5, 1.5, 1.0, 1.0)
    accounts = [*[wild] * 4, *[calm] * 8, *[lucky] * 4]
    pairs = [Pair(1.0, 1.0, ORDERS[i % 4]) for i in range(len(accounts))]
    assert efficiency(pairs, accounts) == pytest.approx(calm._asdict())


def test_an_effect_of_the_order_cancels() -> None:
    pairs = [Pair(1.0, 1.0, first) for first in ORDERS * 3]
    tilted = [
        Account(0.5 * (1.2 if p.reference_first else 1 / 1.2), 0.5, 1.0, 1.2 if p.reference_first else 1 / 1.2)
        for p in pairs
    ]
    assert efficiency(pairs, tilted) == pytest.approx(Account(0.5, 0.5, 1.0, 1.0)._asdict())


def test_what_stands_beside_the_account() -> None:
    serial = [[ran(0, 0, 1, cpu_s=0.8), ran(0, 1, 4, cpu_s=2.4)]] * 3
    found = traits([(5.0, [ran(1, 0, 1, cpu_s=0.4), ran(1, 1, 4, cpu_s=1.2)])] * 3, serial)
    assert (found["task_s"], found["dispatch_s"], found["busiest_tasks"]) == (2.0, 1.0, 2)
    assert (found["longest_s"], found["uneven"]) == (3.0, 1.5)
    assert found["core_share"] == pytest.approx(0.5)


def test_tasks_that_only_wait_have_a_core_share_too() -> None:
    idle = [ran(0, 0, 1, cpu_s=0.0)]
    assert math.isfinite(traits([(1.0, idle)], [idle])["core_share"])


def test_a_node_is_as_slow_as_its_tasks_beside_the_same_items_alone() -> None:
    """Uneven items, which change nodes from round to round."""
    near, far = ("near", 1), ("far", 2)
    serial = [ran(1, 0, 1), ran(1, 1, 5)]
    rounds = [
        [
            Execution(None, worker, 0, slower * alone.seconds, 1)
            for alone, (worker, slower) in zip(serial, on, strict=True)
        ]
        for on in ([(near, 1.1), (far, 2.0)], [(far, 2.2), (near, 1.1)], [(near, 1.3), (far, 2.1)])
    ]
    assert slowness(rounds, [serial] * 3) == pytest.approx({"near": 1.1, "far": 2.1})
