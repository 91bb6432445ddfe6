import random

import pytest

from benchmarks.harness.estimators.pairs import Pair, leads
from benchmarks.harness.measuring.account import account, efficiency, intervals
from benchmarks.harness.records.benchmark import Efficiency, Intervals
from benchmarks.harness.runners.stamps import Execution


def ran(worker: int, seconds: float) -> Execution:
    return Execution(None, ("", worker), 0.0, seconds, seconds)


def of_rounds(count: int, spread: float) -> tuple[Efficiency, Intervals | None]:
    """Serial rounds of 2 s; tasks of about 1.25 s on two workers, rounds of 1.3 s."""
    rng = random.Random(1)
    pairs, accounts = [], []
    for index in range(count):
        task_s = 1.25 * rng.lognormvariate(0, spread)
        pairs.append(Pair(2.0, task_s + 0.05, leads(index)))
        accounts.append(account(2.0, task_s + 0.05, 2, [ran(1, task_s), ran(2, task_s)]))
    return efficiency(pairs, accounts), intervals(pairs, accounts)


def test_intervals_hold_their_share_and_narrow_with_the_rounds_spread() -> None:
    (_, wide), (shares, narrow) = of_rounds(20, 0.2), of_rounds(20, 0.02)
    assert wide is not None
    assert narrow is not None
    for name, (low, high) in narrow.items():
        assert low <= shares[name] <= high  # type: ignore[literal-required]
    low, high = narrow["computation"]
    assert 0.77 < low < high < 0.83
    assert wide["computation"][0] < low
    assert wide["computation"][1] > high


def test_few_pairs_have_none() -> None:
    assert of_rounds(4, 0.1)[1] is None
    assert of_rounds(6, 0.1)[1] is not None


def test_where_tasks_take_turns_on_a_cpu_efficiency_is_of_the_cpus_that_exist() -> None:
    # four tasks at once on two CPUs, each half as fast as alone: nothing is lost but 0.1 s of dispatch
    found = account(4.0, 2.1, 4, [ran(worker, 2.0) for worker in range(4)], cpus=2)
    assert found.measured == pytest.approx(4.0 / (2 * 2.1))
    assert found.computation == pytest.approx(1)
    assert found.load_balance == pytest.approx(1)
    assert found.computation * found.load_balance * found.dispatch == pytest.approx(found.measured)
