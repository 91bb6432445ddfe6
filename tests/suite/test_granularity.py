"""The break-even test as a user meets it: only where it is asked for, with its lines and its curve."""

import json

import pytest

QUICK = ("--variants", "serial,pool", "--benchmark-min-rounds", "4")


@pytest.mark.alone
def test_break_even_lengths_are_measured_and_predicted(suite: pytest.Pytester) -> None:
    result = suite.runpytest_subprocess(
        *("benchmarks", "-m", "granularity", *QUICK, "--ray-num-cpus", "2"),
        *("--benchmark-json", "out.json", "--report", "r.svg", "--report", "r.md"),
        timeout=120,
    )
    result.assert_outcomes(passed=1, deselected=2)
    result.stdout.fnmatch_lines(
        [
            "granularity-pool: tasks that keep 2 CPUs busy: 50 % at *, 90 % *",
        ]
    )
    [record] = json.loads((suite.path / "out.json").read_text())["benchmarks"]
    whole, single = record["extra_info"]["granularity"]
    assert (whole["cpus"], single["cpus"]) == (2, 1)
    assert whole["lengths_s"] == sorted(whole["lengths_s"])
    assert whole["efficiencies"] == sorted(whole["efficiencies"])
    assert whole["efficiencies"][0] < 0.5 < whole["efficiencies"][-1] < 1.3
    assert "break-even" in (suite.path / "r.svg").read_text()
    assert "- granularity-pool: " in (suite.path / "r.md").read_text()


def test_it_is_left_out_unless_asked_for(suite: pytest.Pytester) -> None:
    for arguments, count in ((["benchmarks"], 0), (["benchmarks/test_granularity.py"], 1)):
        result = suite.runpytest_subprocess(*arguments, "--collect-only", "-q", *QUICK)
        assert result.stdout.str().count("test_granularity[pool]") == count
