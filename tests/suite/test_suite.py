"""The suite as a user meets it: real runs of a copy of the tree with one tiny workload."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.harness import machine

QUICK = ("--workload-size", "small", "--benchmark-max-time", "0.5")
AddWorkload = Callable[..., None]


def run(suite: pytest.Pytester, *args: str) -> pytest.RunResult:
    return suite.runpytest_subprocess("benchmarks", *QUICK, *args, timeout=120)


def saved(path: Path) -> dict[str, Any]:
    return {bench["name"]: bench["extra_info"] for bench in json.loads(path.read_text())["benchmarks"]}


@pytest.mark.usefixtures("no_leftovers")
def test_all_variants_are_timed_verified_and_reported(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    reports = [argument for name in ("r.md", "r.svg", "r.png") for argument in ("--report", name)]
    result = run(
        suite, "--variants", "serial,ray,pool", "--ray-num-cpus", "2", "--benchmark-json", "out.json", *reports
    )
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        [
            "ray task benchmarks: small, serial, ray, pool, 2 CPUs for Ray, images generated, *",
            "*partner *time *speedup *95 % CI *pairs *eff = comp × bal × disp",
            "tiny-small-ray ÷ pool * ms * ms *× *[[]*] *–",
            "tiny-small-ray * ms * ms *× *[[]*] *[0-9][0-9] % = *[0-9] × *[0-9] × *[0-9] %",
            "tiny-small-pool * ms * ms *× *[[]*] *[0-9][0-9] % = *[0-9] × *[0-9] × *[0-9] %",
            "tiny-small: sums as Gauss says",
        ]
    )
    records = saved(suite.path / "out.json")
    assert set(records) == {
        "test_workload[tiny-small-serial]",
        "test_workload[tiny-small-ray]",
        "test_workload[tiny-small-pool]",
        "test_ceiling[tiny-small-pool]",
    }
    ray = records["test_workload[tiny-small-ray]"]
    assert (ray["workload"], ray["variant"], ray["size"], ray["tasks"], ray["cpus"]) == ("tiny", "ray", "small", 2, 2)
    assert ray["verified"] is True
    assert ray["invalid_pairs"] == 0
    assert ray["thread_share"] is None or ray["thread_share"] > 0.8  # None where a busy machine left too little to tell
    assert ray["speedup"]["pairs"] >= 20
    assert 0 < ray["speedup"]["low"] <= ray["speedup"]["median"] <= ray["speedup"]["high"]
    assert 0 < ray["submit_s"] < ray["cold_start_s"]
    assert sum(ray["tasks_per_node"].values()) == sum(ray["tasks_per_worker"].values()) == 2
    for name in ("ray", "pool"):
        account = records[f"test_workload[tiny-small-{name}]"]["efficiency"]
        product = account["computation"] * account["load_balance"] * account["dispatch"]
        assert product == pytest.approx(account["measured"], rel=1e-9)
    assert "speedup" not in records["test_workload[tiny-small-serial]"]
    assert records["test_ceiling[tiny-small-pool]"]["partner"]["variant"] == "pool"
    machine = json.loads((suite.path / "out.json").read_text())["machine_info"]
    assert machine["ray_num_cpus"] == 2
    assert machine["image_source"] == "generated"
    assert set(machine["versions"]) == {"ray", "numpy", "torch", "torchvision", "pillow"}
    text = (suite.path / "r.md").read_text()
    assert "| tiny-small-ray | serial " in text
    assert (suite.path / "summary.md").read_text() == text
    assert (suite.path / "r.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (suite.path / "r.svg").read_text()
    written = {path.name for path in suite.path.iterdir() if not path.name.startswith((".", "runpytest-"))}
    tree = {"benchmarks", "conftest.py", "pytest.ini", "workloads"}
    assert written - tree - {"stdout", "stderr"} == {
        *("out.json", "summary.md"),
        *("r.md", "r.svg", "r.png", "r-timeline.svg", "r-timeline.png"),
    }


def test_serial_alone_never_starts_ray(suite: pytest.Pytester, add_workload: AddWorkload) -> None:
    add_workload(
        "lonely",
        (
            "def check(items, results):",
            "def check(items, results):\n    import sys\n    assert 'ray' not in sys.modules",
        ),
    )
    run(suite, "-k", "lonely and serial").assert_outcomes(passed=1, deselected=3)


def test_collecting_imports_nothing_heavy(suite: pytest.Pytester, add_workload: AddWorkload) -> None:
    add_workload("heavy", ("from workloads", "import torch, ray\nfrom workloads"))
    done = suite.run(sys.executable, "-X", "importtime", "-m", "pytest", "benchmarks", "--collect-only", "-q", "-s")
    assert done.ret == 0
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.errlines if line.startswith("import time:")}
    assert "benchmarks.harness.plugin.options" in imported
    assert not imported & {"ray", "torch", "numpy", "scipy", "matplotlib", "workloads.heavy"}
    done.stdout.fnmatch_lines(["benchmarks/test_workloads.py::test_workload[[]heavy-medium-ray]"])


def test_a_missing_part_is_an_error_with_the_files_name(suite: pytest.Pytester, add_workload: AddWorkload) -> None:
    add_workload("partial", ("check=check, ", ""))
    result = run(suite, "-k", "serial")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["workloads/partial.py: *missing 1 required keyword-only argument: 'check'"])


def test_different_results_fail_and_are_not_stored(suite: pytest.Pytester, add_workload: AddWorkload) -> None:
    add_workload("moody", ("    return total", "    import os\n    return total + os.getpid()"))
    result = run(suite, "-k", "moody", "--variants", "pool", "--benchmark-json", "out.json")
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(["moody, item 0 (400000): pool returned * in round 1, not * as the first round did"])
    result.stdout.no_fnmatch_line("*Traceback*")
    assert saved(suite.path / "out.json") == {}


def test_wrong_results_fail_and_are_not_stored(suite: pytest.Pytester, add_workload: AddWorkload) -> None:
    add_workload("wrong", ("    return total", "    return total + 1"))
    result = run(suite, "-k", "serial", "--benchmark-json", "out.json")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["wrong, item 0: 79999800001, Gauss says 79999800000"])
    assert set(saved(suite.path / "out.json")) == {"test_workload[tiny-small-serial]"}


def test_too_little_memory_skips_one_and_runs_the_rest(suite: pytest.Pytester, add_workload: AddWorkload) -> None:
    add_workload("huge", ('"full": {}}', '"full": {}}, memory={"small": 10**15}'))
    result = run(suite, "-k", "serial", "-rs")
    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(
        ["*huge-small-serial needs 1000000.0 GB of memory (1000000.00 GB a task), and * GB are free"]
    )


def rounds(suite: pytest.Pytester, least: str, time: str) -> int:
    """How many a serial test has with these options."""
    arguments = ("--benchmark-min-rounds", least, "--benchmark-max-time", time, "--benchmark-json", "out.json")
    run(suite, "-k", "serial", *arguments).assert_outcomes(passed=1, deselected=1)
    found: int = json.loads((suite.path / "out.json").read_text())["benchmarks"][0]["stats"]["rounds"]
    return found


@pytest.mark.parametrize(("least", "expected"), [("7", 8), ("1", 1)])
def test_min_rounds_are_honoured(suite: pytest.Pytester, least: str, expected: int) -> None:
    """Even, for the order's sake."""
    assert rounds(suite, least, "0.001") == expected


@pytest.mark.alone
def test_max_time_is_honoured(suite: pytest.Pytester) -> None:
    """More than the two that would have to be; how many fit into the second is the machine's matter."""
    assert 2 < rounds(suite, "1", "1") < 500


@pytest.mark.parametrize("option", ["--benchmark-disable", "--benchmark-skip", "--benchmark-cprofile=tottime"])
def test_pytest_benchmarks_own_modes_work(suite: pytest.Pytester, option: str) -> None:
    result = run(suite, "--variants", "serial,pool", option)
    result.assert_outcomes(**({"skipped": 2} if option == "--benchmark-skip" else {"passed": 2}))


def test_disabled_timing_still_verifies(suite: pytest.Pytester, add_workload: AddWorkload) -> None:
    add_workload("wrong", ("    return total", "    return total + 1"))
    result = run(suite, "-k", "wrong and serial", "--benchmark-disable")
    result.assert_outcomes(failed=1, deselected=3)


def test_bad_input_is_one_sentence(suite: pytest.Pytester) -> None:
    """In a process of its own; `tests/unit` has every sentence."""
    result = suite.runpytest_subprocess("benchmarks", "--variants", "serial,dusk", timeout=60)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["ERROR: --variants serial,dusk: no variant 'dusk'; there are serial, ray, pool, joblib, dask"]
    )
    assert not any("Traceback" in line for line in [*result.outlines, *result.errlines])


def test_xdist_may_run_what_is_not_timed(suite: pytest.Pytester) -> None:
    run(suite, "-n", "2", "-k", "serial", "--benchmark-disable").assert_outcomes(passed=1)


def test_full_size_shows_progress_on_a_terminal(suite: pytest.Pytester) -> None:
    """What a person at a terminal sees: both ends of a pseudo-terminal stand in for one."""
    terminal, end = os.openpty()
    termios.tcsetwinsize(end, (30, 120))
    command = [sys.executable, "-m", "pytest", "benchmarks", "--workload-size", "full", "-k", "serial"]
    done = subprocess.Popen([*command, "--benchmark-max-time", "0.2"], stdout=end, stderr=end, cwd=suite.path)
    os.close(end)
    shown = b""
    with contextlib.suppress(OSError):  # Linux ends a terminal's output with an error
        while chunk := os.read(terminal, 4096):
            shown += chunk
    os.close(terminal)
    assert done.wait(60) == 0
    assert b"tiny-full-serial:" in shown
    assert b"/40 [" in shown  # 20 rounds of two tasks, and the time left


@pytest.mark.usefixtures("no_leftovers")
def test_a_home_that_cant_be_written_is_no_obstacle(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/proc/no-home")
    run(suite, "-k", "ray").assert_outcomes(passed=1, deselected=1)


def test_a_tree_elsewhere_runs_its_own_workloads(suite: pytest.Pytester, tmp_path_factory: Any) -> None:
    """The workers import what the driver imports, wherever pytest was started."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    tree = elsewhere / "tree"
    shutil.copytree(suite.path, tree)
    (tree / "workloads" / "tiny.py").rename(tree / "workloads" / "other.py")
    result = suite.run(
        sys.executable, "-m", "pytest", str(tree / "benchmarks"), *QUICK, "-k", "other", "--rootdir", str(tree)
    )
    result.assert_outcomes(passed=2)


def test_several_numbers_of_cpus_are_a_curve_for_each_workload(suite: pytest.Pytester) -> None:
    asked = ("--ray-num-cpus", "1,2", "--oversubscribe") if machine.usable_cpus() < 2 else ("--ray-num-cpus", "1,2")
    result = run(suite, *asked, "-k", "not serial", "--benchmark-json", "out.json", "--report", "r.html")
    result.assert_outcomes(passed=3, deselected=1)
    result.stdout.fnmatch_lines(
        [
            "ray task benchmarks: small, serial, ray, 1 and 2 CPUs for Ray, *",
            "tiny-small, strong: 1 *2 *×*[[]*] *%",
            "tiny-small, strong: 2 *2 *×*[[]*] *%",
            "tiny-small, weak: 1 *1 *×*[[]*] *%",
            "tiny-small, weak: 2 *2 *×*[[]*] *%",
        ]
    )
    info = saved(suite.path / "out.json")["test_scaling[tiny-small-strong-1]"]
    assert (info["cpus"], info["tasks"], info["scaling"]) == (1, 2, "strong")
    assert "On how many CPUs" in (suite.path / "r.html").read_text()
