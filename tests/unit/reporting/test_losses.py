"""Where a bar's CPU time goes: its parts are all of it, whatever the account."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.reporting.run_figures import MEANINGS, losses
from tests.made import record


def parts(**info: Any) -> dict[str, float]:
    return losses(record(**info)["extra_info"])


def account(computation: float, load_balance: float, dispatch: float) -> dict[str, float]:
    measured = computation * load_balance * dispatch
    return {"measured": measured, "computation": computation, "load_balance": load_balance, "dispatch": dispatch}


def test_data_are_a_part_of_what_dispatch_loses() -> None:
    """A round of 100 ms, of which a fifth is dispatch."""
    found = parts(efficiency=account(1.0, 1.0, 0.8), submit_s=0.04, wait_s=0.06, item_s=0.01, result_s=0.005)
    assert found == pytest.approx({"useful": 0.8, "computation": 0, "load_balance": 0, "data": 0.15, "dispatch": 0.05})


def test_data_that_travel_while_tasks_run_lose_no_more_than_dispatch_does() -> None:
    found = parts(efficiency=account(1.0, 1.0, 0.9), submit_s=0.04, wait_s=0.06, item_s=0.01, result_s=0.5)
    assert (found["data"], found["dispatch"]) == (pytest.approx(0.1), 0)


@given(*[st.floats(0.05, 1.3)] * 3, st.floats(0, 1), st.floats(0, 1))
def test_the_parts_are_all_of_it(a: float, b: float, c: float, item_s: float, result_s: float) -> None:
    found = parts(efficiency=account(a, b, c), item_s=item_s, result_s=result_s)
    assert list(found) == list(MEANINGS)
    assert min(found.values()) >= 0
    assert sum(found.values()) == pytest.approx(1)
