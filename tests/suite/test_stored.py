"""Saving and comparing: pytest-benchmark's options work on this suite as documented, and say what differs."""

import fnmatch
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.utils import get_machine_id

QUICK = ("--workload-size", "small", "--benchmark-max-time", "0.3", "--variants", "serial,pool")


def run(suite: pytest.Pytester, *args: str) -> pytest.RunResult:
    return suite.runpytest_subprocess("benchmarks", *QUICK, *args, timeout=120)


def stored(suite: pytest.Pytester) -> list[Path]:
    return sorted((suite.path / ".benchmarks").rglob("*.json"))


def alter(path: Path, **machine_info: Any) -> None:
    record = json.loads(path.read_text())
    record["machine_info"].update(machine_info)
    path.write_text(json.dumps(record))


def test_a_first_run_is_told_what_to_do(suite: pytest.Pytester) -> None:
    result = run(suite, "--benchmark-compare", "--benchmark-compare-fail", "mean:10%", "--benchmark-autosave")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["Nothing to compare with in ./.benchmarks yet: run once with --benchmark-autosave*"])
    assert len(stored(suite)) == 1


def test_two_runs_are_compared_with_their_speedups(suite: pytest.Pytester) -> None:
    assert run(suite, "--benchmark-save", "first").ret == 0
    record = json.loads(stored(suite)[0].read_text())
    for bench in record["benchmarks"]:
        if "speedup" in bench["extra_info"]:
            bench["extra_info"]["speedup"] = {"median": 7.25, "low": 7.0, "high": 7.5, "pairs": 20}
    # A clock rate that changes from run to run does not make another machine.
    record["machine_info"]["cpu"]["hz_actual_friendly"] = "1 Hz"
    stored(suite)[0].write_text(json.dumps(record))
    result = run(suite, "--benchmark-compare", "--benchmark-autosave", "--benchmark-histogram=hist", "--report", "r.md")
    assert result.ret == 0
    result.stdout.fnmatch_lines(
        [
            "*tiny-small-serial* (0001_first)*",
            "speedup *saved run *this run",
            "tiny-small-pool *7.25× [[]7.00 7.50[]] *×*",
        ]
    )
    output = "\n".join([*result.outlines, *result.errlines])
    assert "machine_info is different" not in output
    assert "Not the same machine" not in output
    assert [path.name for path in suite.path.glob("hist*.svg")]
    assert "| tiny-small-pool | 7.25× [7.00 7.50] |" in (suite.path / "r.md").read_text()
    command = Path(sys.executable).with_name("pytest-benchmark")
    listed = suite.run(command, "compare", "--group-by=fullname", "--columns=median")
    assert listed.ret == 0
    listed.stdout.fnmatch_lines(["*tiny-small-pool*(0001_*", "*tiny-small-serial*(0002_*"])


def test_another_machine_is_named_in_one_line_and_refused_as_a_judge(suite: pytest.Pytester) -> None:
    assert run(suite, "--benchmark-autosave").ret == 0
    record = stored(suite)[0]
    versions = json.loads(record.read_text())["machine_info"]["versions"]
    alter(record, usable_cpus=64, image_source="urls", versions={**versions, "ray": "2.9.0"})
    ray = versions["ray"]
    result = run(suite, "--benchmark-compare")
    assert result.ret == 0
    told = [line for line in result.outlines if line.startswith("Not the same machine: ")]
    assert len(told) == 1
    for phrase in ("usable CPUs 64 then, ", "image source urls then, generated now", f"ray 2.9.0 then, {ray} now"):
        assert phrase in told[0]
    assert "machine_info is different" not in "\n".join([*result.outlines, *result.errlines])
    refused = run(suite, "--benchmark-compare", "--benchmark-compare-fail", "mean:10%")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(
        ["ERROR: --benchmark-compare-fail: the saved run can't judge this one: usable CPUs 64 then, *"]
    )


def test_a_regression_fails_the_run_and_the_speedups_are_still_shown(suite: pytest.Pytester) -> None:
    assert run(suite, "--benchmark-autosave").ret == 0
    record = json.loads(stored(suite)[0].read_text())
    for bench in record["benchmarks"]:
        bench["stats"] = {k: v / 1000 if isinstance(v, float) else v for k, v in bench["stats"].items()}
    stored(suite)[0].write_text(json.dumps(record))
    result = run(suite, "--benchmark-compare", "--benchmark-compare-fail", "mean:10%")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["tiny-small-pool * ms * ms *× *[[]*"])
    assert any("Performance has regressed" in line for line in [*result.outlines, *result.errlines])


def test_what_the_saved_run_lacks_is_named_and_never_passes_unseen(
    suite: pytest.Pytester, add_workload: Callable[..., None]
) -> None:
    assert run(suite, "--benchmark-autosave").ret == 0
    add_workload("newcomer")
    result = run(suite, "--benchmark-compare", "-k", "serial")
    result.stdout.fnmatch_lines(["Not in the saved run, so not compared: test_workload[[]newcomer-small-serial]"])
    refused = run(suite, "--benchmark-compare", "--benchmark-compare-fail", "mean:10%", "-k", "newcomer")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines(
        ["ERROR: *the saved run has none of the selected tests; it has test_workload[[]tiny-*"]
    )


def storage(suite: pytest.Pytester) -> Path:
    found = suite.path / ".benchmarks" / get_machine_id()
    found.mkdir(parents=True)
    return found


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "is damaged: it is no JSON"),
        (b"\xff\xfe\x00", "is damaged: it is no JSON"),
        (b'{"benchmarks": [{"name": "a"}], "machine_info": {}}', "is no saved run of pytest-benchmark"),
        (b"[1, 2]", "is no saved run of pytest-benchmark"),
    ],
)
def test_a_baseline_that_is_none_is_no_first_run(
    suite: pytest.Pytester, refuses: Callable[..., pytest.RunResult], text: bytes, reason: str
) -> None:
    (storage(suite) / "0001_run.json").write_bytes(text)
    for more in ((), ("--benchmark-compare-fail=mean:10%",)):
        result = refuses("--collect-only", "--benchmark-compare", *more)
        result.stderr.fnmatch_lines([f"ERROR: --benchmark-compare: */0001_run.json {reason}; remove it, or name *"])


def test_an_unreadable_baseline_is_named(suite: pytest.Pytester, refuses: Callable[..., pytest.RunResult]) -> None:
    (storage(suite) / "0001_run.json").mkdir()
    result = refuses("--collect-only", "--benchmark-compare")
    result.stderr.fnmatch_lines(["ERROR: --benchmark-compare: */0001_run.json can't be read (*); remove it, or *"])


def test_runs_of_another_python_are_named(suite: pytest.Pytester) -> None:
    other = suite.path / ".benchmarks" / "Linux-CPython-3.99-64bit"
    other.mkdir(parents=True)
    (other / "0001_run.json").write_text("{}")
    quick = ("-k", "serial", "--benchmark-compare")
    result = run(suite, *quick)
    assert result.ret == 0
    there = f"no run of {get_machine_id()} in *, only of Linux-CPython-3.99-64bit"
    said = "".join(line.removeprefix("  ") + " " for line in result.outlines)
    assert fnmatch.fnmatch(said, f"*Nothing to compare with: {there}*")
    judged = run(suite, *quick, "--benchmark-compare-fail=mean:10%")
    assert judged.ret == pytest.ExitCode.USAGE_ERROR
    judged.stderr.fnmatch_lines([f"ERROR: --benchmark-compare-fail: {there}; save one of these *"])


def test_what_a_killed_run_has_left_is_named(suite: pytest.Pytester) -> None:
    folder = storage(suite)
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, goes_on = (folder / f"run.unfinished-{pid}" for pid in (ended.pid, os.getpid()))
    left.write_text("{}")
    goes_on.write_text("{}")
    result = suite.runpytest_subprocess("benchmarks", "-k", "serial", *QUICK, "--benchmark-autosave")
    result.stdout.fnmatch_lines([f"a run that was killed has left what it had measured: {left}"])
    assert str(goes_on) not in result.stdout.str()
    assert len(list(folder.glob("0001_*.json"))) == 1
    assert sorted(folder.glob("*.unfinished-*")) == sorted([left, goes_on])  # its own is gone
