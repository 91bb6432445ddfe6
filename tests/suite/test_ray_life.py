"""Ray's life in a session: started here or joined, ended by every way out."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.clusters import TOKEN, Heads
from tests.folders import left_over, ray_folders

SHORT = ("--workload-size", "small", "--benchmark-max-time", "0.1", "--benchmark-json", "out.json")
QUICK = ("--workload-size", "small", "--benchmark-max-time", "0.5", "-k", "ray")


@pytest.mark.parametrize(
    ("variant", "how"),
    [
        ("ray", signal.SIGINT),
        ("ray", signal.SIGTERM),
        ("ray", signal.SIGKILL),
        ("pool", signal.SIGINT),
        ("pool", signal.SIGTERM),
        ("pool", signal.SIGKILL),
    ],
)
def test_an_interrupt_leaves_nothing_but_what_was_finished(
    suite: pytest.Pytester,
    add_workload: Callable[..., None],
    told: Callable[[str, float], None],
    variant: str,
    how: signal.Signals,
) -> None:
    """Ctrl-C goes to the whole process group, SIGTERM and SIGKILL to pytest alone; all while a task runs."""
    started = suite.path / "started"
    os.mkfifo(started)
    add_workload("unending", ("    total = 0", f"    open({str(started)!r}, 'w').close()\n    while True: pass"))
    folders = ray_folders()
    chosen = f"tiny-small-serial or unending-small-{variant}"
    command = [sys.executable, "-m", "pytest", "benchmarks", "-k", chosen, "--variants", f"serial,{variant}", *SHORT]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    started.open().close()  # blocks until a worker has begun
    family = psutil.Process(run.pid).children(recursive=True)
    assert any("raylet" in process.name() for process in family) == (variant == "ray")
    if how == signal.SIGINT:
        os.killpg(run.pid, how)
    else:
        run.send_signal(how)
    since = time.monotonic()
    output, _ = run.communicate(timeout=60)
    told(f"{how.name}, {variant}", since)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive
    assert not left_over(folders)
    unfinished = suite.path / f"out.json.unfinished-{run.pid}"
    assert unfinished.exists() == (how == signal.SIGKILL)
    if how != signal.SIGKILL:
        assert run.returncode == pytest.ExitCode.INTERRUPTED, output
        assert "KeyboardInterrupt" in output
    saved = json.loads((unfinished if how == signal.SIGKILL else suite.path / "out.json").read_text())
    assert [bench["name"] for bench in saved["benchmarks"]] == ["test_workload[tiny-small-serial]"]
    assert saved["machine_info"]["command"].startswith("pytest benchmarks -k ")


def test_a_jobs_tasks_spread_over_the_nodes_of_its_cluster_that_runs_on(
    suite: pytest.Pytester, head: Heads, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = head(nodes=2)
    family = psutil.Process().children(recursive=True)
    daemons = [process for process in family if process.name() in ("raylet", "gcs_server")]
    job = {"runtime_env": {"working_dir": "gcs://_ray_pkg_0.zip", "env_vars": {"OMP_NUM_THREADS": "4", "MINE": "1"}}}
    for name, value in {**TOKEN, "RAY_ADDRESS": address, "RAY_JOB_CONFIG_JSON_ENV_VAR": json.dumps(job)}.items():
        monkeypatch.setenv(name, value)
    arguments = ("benchmarks", *QUICK, "--ray-address", "auto", "--benchmark-json", "out.json")
    suite.runpytest_subprocess(*arguments, timeout=120).assert_outcomes(passed=1, deselected=1)
    info = json.loads((suite.path / "out.json").read_text())["benchmarks"][0]["extra_info"]
    assert (info["cpus"], info["tasks"]) == (4, 4)
    assert sum(info["tasks_per_node"].values()) == 4
    assert len(info["tasks_per_node"]) == len(info["node_slowness"]) == 2
    assert sum(info["nodes"].values()) == 2
    assert len(daemons) == 3
    assert all(process.is_running() for process in daemons)


def test_nodes_with_other_versions_are_named(
    suite: pytest.Pytester, head: Heads, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for package in ("torch-9.9.9", "torchvision-8.8.8"):
        (folder := tmp_path / f"{package}.dist-info").mkdir()
        name, version = package.split("-")
        (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    address = head(PYTHONPATH=str(tmp_path))
    for name, value in TOKEN.items():
        monkeypatch.setenv(name, value)
    result = suite.runpytest_subprocess("benchmarks", *QUICK, "--ray-address", address, timeout=120)
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(
        ["*nodes differ from this process: * has torch 9.9.9, not *; * has torchvision 8.8.8, not *"]
    )


@pytest.mark.parametrize("address", ["127.0.0.1:9", "auto"])
def test_an_address_without_a_cluster_is_one_sentence(
    suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    """Named, or left in `RAY_ADDRESS` by somebody."""
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:9")
    result = suite.runpytest_subprocess("benchmarks", *QUICK, "--ray-address", address, timeout=120)
    assert result.duration < 30
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*Ray can't be reached at 127.0.0.1:9: *"])
    assert "Traceback" not in result.stdout.str()


def test_a_cluster_with_another_token_is_one_sentence(
    suite: pytest.Pytester, head: Heads, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = head()
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", "f" * 64)
    result = suite.runpytest_subprocess("benchmarks", *QUICK, "--ray-address", address, timeout=120)
    result.assert_outcomes(failed=1, deselected=1)
    assert result.duration < 30
    result.stdout.fnmatch_lines([f"*the cluster at {address} does not accept this process's token: set RAY_AUTH_MODE*"])
    assert "Traceback" not in result.stdout.str()


def test_a_cluster_that_cant_unpack_the_tree_is_one_sentence(
    suite: pytest.Pytester, head: Heads, new_folder: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file lies where its node unpacks what goes along."""
    address = head(folder=(folder := new_folder()))
    unpacked = Path(folder) / "session_latest" / "runtime_resources" / "working_dir_files"
    unpacked.rmdir()
    unpacked.touch()
    for name, value in TOKEN.items():
        monkeypatch.setenv(name, value)
    result = suite.runpytest_subprocess("benchmarks", *QUICK, "--ray-address", address, timeout=120)
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines([f"*the cluster at {address} can't unpack this tree for its workers: *"])


def test_a_local_start_never_attaches(suite: pytest.Pytester, head: Heads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_ADDRESS", head())
    result = suite.runpytest_subprocess(
        "benchmarks", *QUICK, "--ray-num-cpus", "1", "--benchmark-json", "o.json", timeout=120
    )
    result.assert_outcomes(passed=1, deselected=1)
    assert '"cpus": 1' in (suite.path / "o.json").read_text()


@pytest.mark.usefixtures("no_leftovers")
def test_spilled_objects_make_rounds_invalid(
    suite: pytest.Pytester, add_workload: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five items of 20 MB in a store of 80 MB: one of them is always on disk."""
    monkeypatch.setenv("RAY_DEFAULT_OBJECT_STORE_MAX_MEMORY_BYTES", str(80 * 2**20))
    monkeypatch.setenv("RAY_min_spilling_size", "1")  # or Ray waits for 100 MB to spill together
    add_workload(
        "bulky",
        ("[400_000] * tasks", "[bytes([i]) * 20_000_000 for i in range(5)]"),
        ("range(item)", "item[:1000]"),
        ("result != item * (item - 1) // 2", "False"),
    )
    result = suite.runpytest_subprocess("benchmarks", *QUICK, "-k", "bulky and ray", timeout=120)
    sentence = "bulky-small-ray: 3 of 20 rounds are invalid (3 × objects spilled from the object store to disk); *"
    result.stdout.fnmatch_lines([sentence])


@pytest.mark.usefixtures("no_leftovers")
def test_a_ray_that_cant_start_is_one_sentence(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_DEFAULT_OBJECT_STORE_MAX_MEMORY_BYTES", "1")
    result = suite.runpytest_subprocess("benchmarks", *QUICK, timeout=120)
    result.assert_outcomes(failed=1, deselected=1)
    result.stdout.fnmatch_lines(["*Ray can't start here: *"])
    assert "Traceback" not in result.stdout.str()
