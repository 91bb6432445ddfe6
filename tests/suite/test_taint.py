"""Whole sessions in which something taints: it is prevented, or said, and leaves no number."""

import fnmatch
import json
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pytest_benchmark.utils import get_machine_id

from benchmarks.harness import machine

AddWorkload = Callable[..., None]

QUICK = ("--workload-size", "small", "--benchmark-min-rounds", "4", "--benchmark-max-time", "0.2")
RETURN = "    return total"
LOOP = ("range(item)", "range(1)")
IMPORT = ("from workloads", "import os\nfrom workloads")
UNCHECKED = (
    "for index, (item, result) in enumerate(zip(items, results, strict=True)):",
    "for index, (item, result) in []:",
)


@pytest.fixture(autouse=True)
def a_folder_for_temporary_files_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs find each other below it; those of other tests are none of this test's. Short, for torch's sockets' sake."""
    with tempfile.TemporaryDirectory(prefix="t-", dir="/tmp") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield


def run(suite: pytest.Pytester, *args: str) -> pytest.RunResult:
    return suite.runpytest_subprocess("benchmarks", *QUICK, *args, timeout=240)


def infos(path: Path) -> dict[str, Any]:
    return {bench["name"]: bench["extra_info"] for bench in json.loads(path.read_text())["benchmarks"]}


ITEMS = "return [400_000] * tasks"
CHILD = "    import subprocess, sys\n    subprocess.run([sys.executable, '-c', 'sum(range(2_000_000))'])\n"
NO_PICKLE = "can't be pickled (TypeError: cannot pickle 'generator' object); *"

BROKEN: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "sorter": (
        "sorter-small-VARIANT, *: the task changes its item 0 ([[]2, 1[]] became [[]1, 2[]]): *",
        [(RETURN, "    item.sort()\n    return 1"), (ITEMS, "return [[2, 1] for _ in range(tasks)]"), LOOP],
    ),
    "dies": (
        "dies-small-VARIANT, VARIANT: a worker died in the warm-up*",
        [
            (RETURN, "    return os.getpid() == item or os._exit(3)"),
            (ITEMS, "return [os.getpid()] * tasks"),
            LOOP,
            IMPORT,
        ],
    ),
    "streams": (
        "workloads/streams.py: items must return a sequence, as a list, not a generator: *",
        [(ITEMS, "return (400_000 for _ in range(tasks))")],
    ),
    "carries": (
        f"carries-small-VARIANT, VARIANT: item 0 (<generator *>) {NO_PICKLE}",
        [(ITEMS, "return [(n for n in range(3))] * tasks"), LOOP],
    ),
    "gives": (
        f"gives-small-VARIANT, VARIANT: the result of item 0 {NO_PICKLE}",
        [(RETURN, "    return (n for n in range(3))")],
    ),
    "forks": (
        "forks-small-VARIANT, *: the task spends * of its CPU time in child processes of its own; *",
        [(RETURN, f"{CHILD}{RETURN}"), (ITEMS, "return [1] * tasks")],
    ),
    "adds": (
        'workloads/adds.py: line 2, `WRONG = "a" + 1`: TypeError: can only concatenate str *',
        [('"""Quick items', 'WRONG = "a" + 1\n"""Quick items')],
    ),
    "things": (
        "things, item 0: objects of type workloads.things.Thing are equal only to themselves; *",
        [(RETURN, "    return Thing()"), ("def task", "class Thing:\n    pass\n\ndef task")],
    ),
}
"""Workloads that break in one way each: what is said of them, as a pattern, and what makes them of `tiny`."""


@pytest.mark.parametrize("variant", ["pool", "ray"])
def test_each_fault_is_one_sentence_leaves_no_number_and_the_others_go_on(
    suite: pytest.Pytester, add_workload: AddWorkload, variant: str
) -> None:
    for name, (_, replacements) in BROKEN.items():
        add_workload(name, *replacements)
    result = run(suite, "-k", variant, "--variants", variant, "--benchmark-json", "out.json")
    result.assert_outcomes(failed=len(BROKEN), passed=1)
    for pattern, _ in BROKEN.values():
        result.stdout.fnmatch_lines_random([pattern.replace("VARIANT", variant)])
    assert "Traceback" not in result.stdout.str()
    assert set(infos(suite.path / "out.json")) == {f"test_workload[tiny-small-{variant}]"}
    table = [line for line in result.outlines if line.startswith("test_workload[")]
    assert len(table) == 1


def test_what_does_not_end_is_given_up_with_test_item_and_seconds_and_the_others_go_on(
    suite: pytest.Pytester, add_workload: AddWorkload
) -> None:
    wait = "import time; time.sleep(10_000)"
    later = "    global calls\n    calls = globals().get('calls', 0) + 1\n    if calls > 6: "
    add_workload("hangs", (RETURN, f"{later}{wait}\n{RETURN}"))
    add_workload("stuck", (RETURN, f"    {wait}"))
    result = run(suite, "--variants", "serial", "--task-timeout", "2")
    result.assert_outcomes(failed=2, passed=1)
    result.stdout.fnmatch_lines_random(
        [
            "hangs-small-serial, serial: item * (400000) has no result, and no task has ended for 2 s; *--task-timeout",
            "stuck-small-serial, serial: 0 of 1 workers came up and ran an item of the warm-up in 2 s: *",
        ]
    )


CONTAINERS = """
    import numpy, torch
    from workloads.GOOD import Held
    return Held((numpy.array([1.0, float("nan")]), [torch.tensor([float("nan")])], {"x": float("nan"), "n": item}))
"""
HELD = "from dataclasses import dataclass\n\n@dataclass\nclass Held:\n    values: tuple\n\ndef task"


def test_results_of_any_kind_are_compared_by_value_or_by_the_workloads_own_same(
    suite: pytest.Pytester, add_workload: AddWorkload
) -> None:
    add_workload("arrays", (RETURN, CONTAINERS.replace("GOOD", "arrays")), ("def task", HELD), UNCHECKED)
    near = "check=check, same=lambda a, b: abs(a - b) < 1, "
    add_workload("near", (RETURN, "    import random; return random.random()"), ("check=check, ", near), UNCHECKED)
    add_workload("far", (RETURN, "    import random, numpy; return numpy.array([random.random()])"), UNCHECKED)
    result = run(suite, "-k", "pool and not tiny", "--variants", "serial,pool")
    result.assert_outcomes(passed=2, failed=1, deselected=5)
    result.stdout.fnmatch_lines(
        ["far, item 0 (400000): pool returned array(*) in round 1, not array(*) as the first *"]
    )


TRACER = """
import sys, threading

def pytest_collection_finish():
    def watch(frame, event, argument):
        return watch
    threading.settrace(watch), threading.setprofile(watch), sys.setprofile(watch), sys.settrace(watch)

def pytest_unconfigure():
    active = sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile()
    print("still active:", [found.__name__ for found in active if found])
"""


def test_an_active_tracer_reaches_neither_variant_nor_partner(
    suite: pytest.Pytester, add_workload: AddWorkload
) -> None:
    suite.makepyfile(watching=TRACER)
    refuse = "    import sys, threading\n    assert not (sys.gettrace() or sys.getprofile() or threading.gettrace())\n"
    add_workload("traced", (RETURN, refuse + RETURN))
    result = run(suite, "-p", "watching", "-s", "-k", "traced", "--variants", "serial,pool")
    result.assert_outcomes(passed=2, deselected=2)
    result.stdout.fnmatch_lines(["*still active: ['watch', 'watch', 'watch', 'watch']".replace("[", "[[]", 1)])


def test_an_invalid_round_leaves_pytest_benchmarks_statistics_too(
    suite: pytest.Pytester, add_workload: AddWorkload
) -> None:
    slow_and_dead = (
        "    import os, pathlib, time\n"
        "    count = pathlib.Path('calls')\n"
        "    if os.getpid() != item:\n"
        "        with count.open('a') as file: file.write('.')\n"
        "        if count.stat().st_size == 30: time.sleep(1); os._exit(3)\n"
        "    return 1"
    )
    add_workload("frail", (RETURN, slow_and_dead), (ITEMS, "return [os.getpid()] * tasks"), LOOP, IMPORT, UNCHECKED)
    rounds = ("--benchmark-min-rounds", "24", "--benchmark-json", "out.json")
    result = run(suite, "-k", "frail and pool", "--variants", "pool", *rounds)
    result.assert_outcomes(passed=1, deselected=1)
    bench = json.loads((suite.path / "out.json").read_text())["benchmarks"][0]
    assert bench["extra_info"]["invalid_pairs"] == 1
    assert bench["stats"]["rounds"] % 2 == 1  # an even number was planned
    assert bench["stats"]["rounds"] == len(bench["stats"]["data"]) >= 23
    assert bench["stats"]["max"] < 1
    assert "speedup" in bench["extra_info"]


def test_all_skipped_is_no_success(suite: pytest.Pytester, add_workload: AddWorkload) -> None:
    add_workload("huge", ('"full": {}}', '"full": {}}, memory={"small": 10**15}'))
    result = run(suite, "-k", "huge", "--variants", "serial,pool")
    result.assert_outcomes(skipped=2, deselected=2)
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED
    result.stdout.fnmatch_lines(["Nothing was measured: huge-small-serial needs *; huge-small-pool needs * a worker *"])
    both = run(suite, "--variants", "serial")
    both.assert_outcomes(passed=1, skipped=1)
    assert both.ret == 0


def test_more_cpus_than_there_are_need_to_be_asked_for_and_are_marked_everywhere(suite: pytest.Pytester) -> None:
    usable = machine.usable_cpus()
    many = 2 * usable
    refused = suite.runpytest_subprocess("benchmarks", "--ray-num-cpus", str(many), "--collect-only")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR
    refused.stderr.fnmatch_lines([f"ERROR: --ray-num-cpus {many}: only {usable} can be used here*--oversubscribe*"])
    asked = ("--ray-num-cpus", str(many), "--oversubscribe", "--variants", "pool", "--benchmark-json", "out.json")
    result = run(suite, *asked, "--report", "r.md", "--report", "r.svg", "-k", "pool")
    result.assert_outcomes(passed=1)
    mark = f"tiny-small-pool ({many} on {usable} CPUs)"
    result.stdout.fnmatch_lines_random([f"*{mark}*", f"pool is oversubscribed: {many} tasks at once on {usable} *"])
    assert mark in (suite.path / "r.md").read_text()
    assert "oversubscribed" in "".join((suite.path / "r.svg").read_text().split("<!--"))
    info = infos(suite.path / "out.json")["test_workload[tiny-small-pool]"]
    assert (info["cpus"], info["usable_cpus"]) == (many, usable)
    account = info["efficiency"]
    product = account["computation"] * account["load_balance"] * account["dispatch"]
    assert product == pytest.approx(account["measured"])
    # a speedup is a median and an efficiency a midmean of the same ratios: of the CPUs that exist, they are near
    assert account["measured"] == pytest.approx(info["speedup"]["median"] / usable, rel=0.5)


def test_rays_own_priority_can_be_had_and_is_said(suite: pytest.Pytester) -> None:
    result = run(suite, "--ray-niceness", "15", "--variants", "ray", "--benchmark-json", "out.json")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["ray: workers run at nice 15, the driver at 0: *"])
    out = json.loads((suite.path / "out.json").read_text())
    assert out["benchmarks"][0]["extra_info"]["niceness"] == {"driver": 0, "workers": [15]}
    assert out["machine_info"]["ray_niceness"] == 15
    assert out["machine_info"]["physical_cpus"] == psutil.cpu_count(logical=False)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--benchmark-max-time=inf"], "--benchmark-max-time inf: must be a number of seconds, as 12 or 0.5"),
        (["--benchmark-max-time=nan"], "--benchmark-max-time nan: must be a number of seconds, as 12 or 0.5"),
        (["--task-timeout=soon"], "--task-timeout soon: must be a number of seconds, as 12 or 0.5"),
        (["--task-timeout=0"], "--task-timeout 0: no task ends at once; it is a number of seconds above 0"),
        (["--ray-niceness=20"], "--ray-niceness 20: must be a whole number from 0 to 19"),
        (["--ray-niceness=0", "--ray-address=auto"], "--ray-niceness 0: a joined cluster (auto) has its own; *"),
        (["--oversubscribe"], "--oversubscribe needs --ray-num-cpus with more than the * CPUs there are"),
        (["--report=/proc/r.md"], "--report /proc/r.md: it can't be written (*); name another file"),
        (["tests"], "benchmarks and tests in one run: each brings up a Ray of its own, *"),
    ],
)
def test_bad_input_is_one_sentence_before_anything_runs(
    suite: pytest.Pytester, arguments: list[str], sentence: str
) -> None:
    (suite.path / "tests").mkdir()
    (suite.path / "tests" / "test_it.py").write_text("def test_it(): pass")
    result = suite.runpytest_subprocess("benchmarks", *arguments, timeout=60)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = [*result.errlines, *result.outlines]
    assert any(fnmatch.fnmatch(line, f"ERROR: {sentence}") for line in said), said
    assert not any("Traceback" in line for line in said)


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
def test_a_baseline_that_is_none_is_no_first_run(suite: pytest.Pytester, text: bytes, reason: str) -> None:
    (storage(suite) / "0001_run.json").write_bytes(text)
    for more in ((), ("--benchmark-compare-fail=mean:10%",)):
        result = suite.runpytest_subprocess("benchmarks", "--collect-only", "--benchmark-compare", *more)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        result.stderr.fnmatch_lines([f"ERROR: --benchmark-compare: */0001_run.json {reason}; remove it, or name *"])


def test_an_unreadable_baseline_is_named(suite: pytest.Pytester) -> None:
    (storage(suite) / "0001_run.json").mkdir()
    result = suite.runpytest_subprocess("benchmarks", "--collect-only", "--benchmark-compare")
    result.stderr.fnmatch_lines(["ERROR: --benchmark-compare: */0001_run.json can't be read (*); remove it, or *"])


def test_runs_of_another_python_are_named(suite: pytest.Pytester) -> None:
    other = suite.path / ".benchmarks" / "Linux-CPython-3.99-64bit"
    other.mkdir(parents=True)
    (other / "0001_run.json").write_text("{}")
    quick = ("-k", "serial", "--variants", "serial", "--benchmark-compare")
    result = run(suite, *quick)
    assert result.ret == 0
    there = f"no run of {get_machine_id()} in *, only of Linux-CPython-3.99-64bit"
    said = "".join(line.removeprefix("  ") + " " for line in result.outlines)
    assert fnmatch.fnmatch(said, f"*Nothing to compare with: {there}*")
    judged = run(suite, *quick, "--benchmark-compare-fail=mean:10%")
    assert judged.ret == pytest.ExitCode.USAGE_ERROR
    judged.stderr.fnmatch_lines([f"ERROR: --benchmark-compare-fail: {there}; save one of these *"])


def test_two_runs_at_once_know_of_each_other(suite: pytest.Pytester, add_workload: AddWorkload) -> None:
    wait = (
        "    import pathlib, time\n"
        "    pathlib.Path('here').touch()\n"
        "    while not pathlib.Path('go').exists(): time.sleep(0.01)\n"
    )
    add_workload("first", ("    return [400_000]", f"{wait}    return [400_000]"))
    arguments = ["benchmarks", *QUICK, "--variants", "serial", "-k"]
    command = [sys.executable, "-m", "pytest", *arguments, "first", "--benchmark-json", "first.json"]
    first = subprocess.Popen(command, cwd=suite.path, stdout=subprocess.PIPE, text=True)
    try:
        until = time.monotonic() + 60
        while not (suite.path / "here").exists() and time.monotonic() < until:
            time.sleep(0.05)
        second = run(suite, "--variants", "serial", "-k", "tiny", "--benchmark-json", "second.json")
        (suite.path / "go").touch()
        said, _ = first.communicate(timeout=60)
    finally:
        first.kill()
        first.wait()
    assert second.ret == first.returncode == 0
    second.stdout.fnmatch_lines([f"Another run goes on here, and each *pytest in * (process {first.pid})"])
    for name, said_there in (("first", said), ("second", second.stdout.str())):
        assert [info["other_runs"] for info in infos(suite.path / f"{name}.json").values()] == [1]
        assert "1 other run went on meanwhile" in " ".join(said_there.split())
    alone = run(suite, "--variants", "serial", "-k", "tiny", "--benchmark-json", "alone.json")
    assert [info["other_runs"] for info in infos(suite.path / "alone.json").values()] == [0]
    assert "Another run" not in alone.stdout.str()


def isolated(suite: pytest.Pytester, mount: str, *args: str) -> subprocess.CompletedProcess[str]:
    """A run with a file system of its own, which goes with it."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "-m", "true"], check=False).returncode:
        pytest.skip("needs the right to mount file systems")
    command = shlex.join([sys.executable, "-m", "pytest", "benchmarks", *QUICK, *args])
    return subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount} && exec {command}"],
        cwd=suite.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_too_little_shared_memory_is_recorded_and_said(suite: pytest.Pytester) -> None:
    mount = "mount -t tmpfs -o size=64m tmpfs /dev/shm"
    limit = ("--variants", "ray", "--benchmark-json", "out.json")
    done = isolated(suite, mount, *limit)
    said = " ".join(done.stdout.split())
    if done.returncode:  # above 10 GB Ray itself refuses
        assert "Ray can't start here: The configured object store size" in said
        return
    store = infos(suite.path / "out.json")["test_workload[tiny-small-ray]"]["object_store"]
    assert store["shared_memory"] <= 64 * 2**20 < store["bytes"]
    assert "lies on disk, since /dev/shm had" in said


def test_a_report_that_does_not_fit_onto_its_disk_is_one_sentence(suite: pytest.Pytester) -> None:
    (suite.path / "small").mkdir()
    mount = "mount -t tmpfs -o size=4k tmpfs small && head -c 8k /dev/zero > small/full 2>/dev/null; true"
    limit = ("--variants", "serial,pool", "--benchmark-json", "out.json", "--report", "small/r.md")
    done = isolated(suite, mount, *limit)
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "r.md: it could not be written (No space left on device)" in " ".join(done.stdout.split())
    assert "INTERNALERROR" not in done.stdout
    assert len(infos(suite.path / "out.json")) == 2  # nothing else is lost
