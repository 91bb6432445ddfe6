"""How many rounds a session alone runs."""

import pytest

from benchmarks.harness.measuring.pace import Alone
from benchmarks.harness.settings import Plan


@pytest.mark.parametrize(
    ("least", "seconds", "pair_s", "rounds"),
    [
        (20, 4.0, 1.0, 20),  # at least so many, whatever their time
        (20, 4.0, 0.1, 40),  # more while they fit
        (20, 4.0, 0.05, 80),
        (7, 0.001, 1.0, 8),  # even, for the order's sake
        (1, 0.001, 1.0, 1),
        (1, 3.0, 1.0, 4),
    ],
)
def test_as_many_rounds_as_were_asked_for_and_more_while_they_fit(
    least: int, seconds: float, pair_s: float, rounds: int
) -> None:
    plan = Plan(min_rounds=least, max_time=seconds, disable_gc=False)
    assert plan.rounds(pair_s) == rounds
    pace = Alone(plan)
    pace.wait()  # for nobody
    pace.done()
