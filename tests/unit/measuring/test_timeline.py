from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.measuring.timeline import lanes, typical
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.stamps import Execution


def test_the_typical_pair_has_both_median_rounds() -> None:
    pairs = [Pair(9, 5, True), Pair(4, 2, True), Pair(3, 1, False), Pair(4.1, 2, True), Pair(4, 9, False)]
    assert typical(pairs) == 1


@given(st.lists(st.tuples(st.floats(0.01, 10), st.floats(0.01, 10)), min_size=1, max_size=30))
def test_there_is_always_a_typical_pair(times: list[tuple[float, float]]) -> None:
    assert 0 <= typical([Pair(partner, variant, True) for partner, variant in times]) < len(times)


def test_workers_become_lanes_from_the_rounds_start() -> None:
    executions = [
        Execution("b", ("", 8), 100.5, 101.0, 0.5),
        Execution("a", ("", 7), 100.1, 100.4, 0.3),
        Execution("c", ("", 7), 100.5, 100.9, 0.4),
    ]
    assert lanes(Round(100.0, 1.1, 0.05, executions)) == {
        "seconds": 1.1,
        "submit_s": 0.05,
        "tasks": [(0, 0.1, 0.4), (1, 0.5, 1.0), (0, 0.5, 0.9)],
    }


def test_a_node_with_another_clock_begins_where_submission_ends() -> None:
    executions = [
        Execution(None, ("", 7), 100.1, 100.4, 0.3),
        Execution(None, ("far", 7), 5.0, 5.25, 0.25),
        Execution(None, ("far", 7), 5.5, 5.75, 0.25),
    ]
    tasks = lanes(Round(100.0, 1.1, 0.05, executions))["tasks"]
    assert [task for task in tasks if task[0] == 0] == [(0, 0.05, 0.3), (0, 0.55, 0.8)]
