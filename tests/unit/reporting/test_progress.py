import re

import pytest

from benchmarks.harness.reporting.progress import Progress
from tests.unit.outcomes import outcome

ID = "benchmarks/test_workloads.py::test_workload[tiny-small-ray]"


def test_each_pass_is_a_line_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(60) as progress:
        progress.write("base main · head working tree")
        progress.starts(0)
        progress.turn(ID)
        progress.passed(1, 4, [])
        progress.starts(1)
        progress.passed(2, 0, [outcome("a", "ok"), outcome("b", "ok"), outcome("c", "improved")])
    out, err = capsys.readouterr()
    first, second, third = out.splitlines()
    assert first == "base main · head working tree"
    assert re.fullmatch(r"pass 1 after \d+ s, at most 4 more in \d+ s", second)
    assert re.fullmatch(r"pass 2 after \d+ s, the last · 2 ok, 1 improved", third)
    assert err == ""


def test_a_budget_that_is_spent_leaves_no_time_below_zero(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(1e-9) as progress:
        progress.passed(1, 1, [])
    assert "at most 1 more in 0 s" in capsys.readouterr().out
