"""The doctor on real functions: what it says, what it records, and what it refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser import PROGRAM, browser

MODULE = """
def short(item):
    return sum(range(item))
def items():
    return [30 + n % 3 for n in range(4000)]
"""


def doctor(suite: pytest.Pytester, *args: str) -> pytest.RunResult:
    (suite.path / "mine.py").write_text(MODULE)
    return suite.runpytest_subprocess("benchmarks", "--ray-num-cpus", "2", *args, timeout=240)


def test_a_task_too_short_for_ray_is_named_and_chunks_help(suite: pytest.Pytester) -> None:
    files = ("--benchmark-json", "run.json", "--report", "doctor.html")
    task = ("--task", "mine:short", "--items", "mine:items", "--benchmark-max-time", "0.5")
    result = doctor(suite, *task, *files)
    result.assert_outcomes(passed=2)
    said = " ".join(line.strip() for line in result.outlines)
    assert "mine:short: is Ray worth it here? No: 0.0" in said
    assert "4000 items of " in said
    assert "Items per task: put " in said
    info = found(suite)
    (chunks,) = [remedy for remedy in info["remedies"] if remedy["name"] == "chunks"]
    assert chunks["gain"]["low"] > 5, "before and after"
    assert info["chunks"][0]["length"] == 1
    assert info["run"] == 4000
    if PROGRAM is not None:
        with browser() as it:
            for width in (360, 1280):
                seen = it.look(suite.path / "doctor.html", width)
                assert (seen.complaints, seen.overlaps) == ([], [])


def found(suite: pytest.Pytester) -> dict[str, Any]:
    benchmarks = json.loads((suite.path / "run.json").read_text())["benchmarks"]
    (info,) = [each["extra_info"]["doctor"] for each in benchmarks if each["extra_info"]["variant"] == "ray"]
    return info


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--task", "mine:short"), "--task mine:short: what is it called with? Add --items*"),
        (("--items", "[1]"), "--items [[]1]: it is for --task*"),
        (("--task", "mine:none", "--items", "[1]"), "--task mine:none: mine has no 'none'"),
        (("--task", "mine:short", "--items", "['a']"), "--task mine:short: raised TypeError on item 0: *"),
        (("--task", "mine:short", "--items", "[1]", "--workload-size", "small"), "--workload-size does not go with *"),
        (("--task", "mine:short", "--items", "[1]", "--against", "HEAD"), "--against does not go with --task*"),
        (("--tasks-per-cpu", "0"), "--tasks-per-cpu 0: must be a whole number from 1 to 10000"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(
    suite: pytest.Pytester, refuses: Callable[..., pytest.RunResult], arguments: tuple[str, ...], sentence: str
) -> None:
    (suite.path / "mine.py").write_text(MODULE)
    refuses("--ray-num-cpus", "2", *arguments).stderr.fnmatch_lines([f"ERROR: {sentence}"])


def test_more_tasks_than_cpus_can_be_balanced(suite: pytest.Pytester) -> None:
    quick = ("--workload-size", "small", "--benchmark-max-time", "0.2", "--benchmark-min-rounds", "2")
    more = ("--ray-num-cpus", "2", "--tasks-per-cpu", "3", "--benchmark-json", "run.json")
    suite.runpytest_subprocess("benchmarks", *quick, *more).assert_outcomes(passed=2)
    benchmarks = json.loads((suite.path / "run.json").read_text())["benchmarks"]
    assert {each["extra_info"]["tasks"] for each in benchmarks} == {6}
