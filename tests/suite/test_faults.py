"""Whole sessions in which what a round needs is stopped or killed: told in half a minute, and the others go on.

The table of docs/faults.md names these tests.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.clusters import TOKEN, Heads
from tests.folders import left_over, ray_folders
from tests.suite.tainted import IMPORT, ITEMS, LOOP, RETURN, UNCHECKED, AddWorkload, infos

HOLD = (
    "    import pathlib, time\n"
    "    calls = pathlib.Path(FOLDER, NAME)\n"
    "    if os.getpid() != item:\n"  # not in the driver's rounds
    "        with calls.open('a') as file: file.write('.')\n"
    "        if calls.stat().st_size >= 18:\n"  # past cold start, warm-up and estimate: 8 to 14 calls
    "            try: calls.with_suffix('.held').touch(exist_ok=False)\n"
    "            except FileExistsError: return 1\n"
    "            with calls.with_suffix('.started').open('w') as fifo: fifo.write(str(os.getpid()))\n"
    "            while not calls.with_suffix('.go').exists(): time.sleep(0.01)\n"
    "    return 1"
)
"""In one of the rounds, one task says which process it is in and waits until it may go on."""


@pytest.fixture
def add_held(tmp_path: Path, add_workload: AddWorkload) -> Callable[[str], None]:
    """Its marks are not in the tree: what goes along to a cluster is read, and a FIFO never ends."""

    def add(name: str) -> None:
        os.mkfifo(tmp_path / f"{name}.started")
        hold = HOLD.replace("FOLDER", repr(str(tmp_path))).replace("NAME", repr(name))
        add_workload(name, (RETURN, hold), (ITEMS, "return [os.getpid()] * tasks"), LOOP, IMPORT, UNCHECKED)

    return add


class Run:
    """A session whose workloads are `held`; eight rounds, so that one invalid one is too many."""

    def __init__(self, folder: Path, marks: Path, *options: str) -> None:
        self._marks = marks
        self.lines: list[str] = []
        command = [sys.executable, "-m", "pytest", "benchmarks", "-v", "--workload-size", "small"]
        command += ["--benchmark-min-rounds", "8", "--benchmark-max-time", "0.01", "--benchmark-json", "out.json"]
        command += options
        self.process = subprocess.Popen(
            command, cwd=folder, env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.driver = psutil.Process(self.process.pid)

    @contextmanager
    def held(self, name: str) -> Iterator[psutil.Process]:
        """The worker in which a task of this workload waits; it goes on afterwards, if it still lives."""
        yield psutil.Process(int((self._marks / f"{name}.started").read_text()))
        (self._marks / f"{name}.go").touch()

    def daemon(self, name: str) -> psutil.Process:
        (found,) = [child for child in self.driver.children() if name in child.name()]
        return found

    def until_told(self, name: str) -> None:
        """Read on until this workload's test on Ray has failed."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if ended := re.search(rf"\[{name}-small-ray\].*(FAILED|PASSED)|^(FAILED|PASSED)", line):
                break
        assert ended is not None
        assert "FAILED" in ended[0], "".join(self.lines)

    def end(self) -> str:
        """All that it said."""
        rest, _ = self.process.communicate(timeout=120)
        return "".join([*self.lines, rest])


@pytest.fixture
def start(suite: pytest.Pytester, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Starts a session; after the test it and all of its processes are gone."""
    runs: list[Run] = []
    folders = ray_folders()

    def run(*options: str) -> Run:
        runs.append(Run(suite.path, tmp_path, *options))
        return runs[-1]

    yield run
    for run_ in runs:
        run_.process.kill()
        run_.process.communicate()
    assert not left_over(folders)


def stopped(process: psutil.Process) -> None:
    """Stop a process and let it continue once it has stopped."""
    process.send_signal(signal.SIGSTOP)
    while process.status() != psutil.STATUS_STOPPED:
        pass
    process.send_signal(signal.SIGCONT)


@pytest.mark.alone
@pytest.mark.usefixtures("no_leftovers")
def test_what_is_stopped_and_continued_in_a_round_makes_it_invalid(
    suite: pytest.Pytester,
    add_held: Callable[[str], None],
    start: Callable[[], Run],
    told: Callable[[str, float], None],
) -> None:
    for name in ("driver", "worker"):
        add_held(name)
    run = start()
    with run.held("driver"):
        stopped(run.driver)
        since = time.monotonic()
    run.until_told("driver")
    told("driver stopped", since)
    with run.held("worker") as worker:
        stopped(worker)
        since = time.monotonic()
    run.until_told("worker")
    told("worker stopped", since)
    said = run.end()
    assert run.process.returncode == pytest.ExitCode.TESTS_FAILED
    broken = "small-ray: 1 of 8 rounds are invalid (1 ×"
    assert f"driver-{broken} this process was stopped and continued meanwhile)" in said
    assert f"worker-{broken} a worker was stopped and continued (process {worker.pid}))" in said
    assert "Traceback" not in said
    serial = {f"test_workload[{name}-small-serial]" for name in ("driver", "tiny", "worker")}
    assert set(infos(suite.path / "out.json")) == {*serial, "test_workload[tiny-small-ray]"}


@pytest.mark.alone
@pytest.mark.usefixtures("no_leftovers")
@pytest.mark.parametrize(("name", "called"), [("raylet", "raylet"), ("gcs_server", "GCS")])
def test_a_ray_whose_daemon_is_killed_in_a_round_is_named_and_another_one_goes_on(
    suite: pytest.Pytester,
    add_held: Callable[[str], None],
    start: Callable[[], Run],
    told: Callable[[str, float], None],
    name: str,
    called: str,
) -> None:
    add_held("held")
    run = start()
    with run.held("held"):
        run.daemon(name).kill()
        killed = time.monotonic()
    run.until_told("held")
    told(f"{name} killed", killed)
    said = run.end()
    assert run.process.returncode == pytest.ExitCode.TESTS_FAILED
    assert f"held-small-ray, ray: its {called} at " in said
    assert " has ended (Connection refused): it was killed or has crashed, and nothing timed since counts" in said
    assert "Traceback" not in said
    saved = {"test_workload[held-small-serial]", "test_workload[tiny-small-serial]", "test_workload[tiny-small-ray]"}
    assert set(infos(suite.path / "out.json")) == saved


@pytest.mark.alone
@pytest.mark.usefixtures("no_leftovers")
@pytest.mark.parametrize("name", ["raylet", "gcs_server"])
def test_a_joined_cluster_whose_daemon_is_killed_in_a_round_is_named(
    suite: pytest.Pytester,
    add_held: Callable[[str], None],
    start: Callable[..., Run],
    head: Heads,
    monkeypatch: pytest.MonkeyPatch,
    told: Callable[[str, float], None],
    name: str,
) -> None:
    """It is not this run's to start anew: what follows on it is told so, too, and what was measured before is saved.

    Where a head node loses its raylet, `ray start --block` ends its GCS, too.
    """
    for variable, value in TOKEN.items():
        monkeypatch.setenv(variable, value)
    add_held("held")
    address = head()
    (daemon,) = [child for child in psutil.Process().children(recursive=True) if name in child.name()]
    run = start("--ray-address", address)
    with run.held("held"):
        daemon.kill()
        killed = time.monotonic()
    run.until_told("held")
    told(f"{name} of a joined cluster killed", killed)
    said = run.end()
    assert run.process.returncode == pytest.ExitCode.TESTS_FAILED
    either = "(raylet|GCS)" if name == "raylet" else "GCS"
    assert re.search(f"held-small-ray, ray: its {either} at ", said)
    assert " has ended (Connection refused): it was killed or has crashed, and nothing timed since counts" in said
    assert "Ray can't be reached at " in said
    assert "Traceback" not in said
    assert "test_workload[held-small-serial]" in infos(suite.path / "out.json")


@pytest.mark.alone
@pytest.mark.usefixtures("no_leftovers")
def test_a_task_that_allocates_past_the_limit_makes_its_round_invalid(
    suite: pytest.Pytester, add_workload: AddWorkload, start: Callable[[], Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray's limit is 2 GB above what is in use, so that the machine itself never lacks memory."""
    memory = psutil.virtual_memory()
    monkeypatch.setenv("RAY_memory_usage_threshold", str((memory.total - memory.available + 2e9) / memory.total))
    monkeypatch.setenv("RAY_memory_monitor_refresh_ms", "50")
    hungry = HOLD.replace("FOLDER", repr(str(suite.path))).replace("NAME", "'hungry'")
    head, _ = hungry.split("            with calls")
    allocate = "            held = []\n            while len(held) < 40: held.append(b'x' * 10**8)\n    return 1"
    add_workload("hungry", (RETURN, head + allocate), (ITEMS, "return [os.getpid()] * tasks"), LOOP, IMPORT, UNCHECKED)
    run = start()
    run.until_told("hungry")
    said = run.end()
    assert run.process.returncode == pytest.ExitCode.TESTS_FAILED
    assert "hungry-small-ray: 1 of 8 rounds are invalid (1 × a worker died (OutOfMemoryError))" in said
    assert "Traceback" not in said
    saved = {f"test_workload[{name}]" for name in ("hungry-small-serial", "tiny-small-serial", "tiny-small-ray")}
    assert set(infos(suite.path / "out.json")) == saved
