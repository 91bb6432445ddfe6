"""Whole sessions whose terms are not the same for all: it is prevented, or said."""

import json
import subprocess
import sys
import time

import psutil
import pytest

from benchmarks.harness import machine
from tests.suite.tainted import QUICK, RETURN, UNCHECKED, AddWorkload, infos, isolated, run

pytestmark = pytest.mark.usefixtures("own_temporary_folder")


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
