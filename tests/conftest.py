"""Shared by all tests: limits, warnings, several processes for whole folders, and what must not be left over.

Nothing here concerns `pytest benchmarks`, which does not load this file.
"""

import fcntl
import os
import signal
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import hypothesis
import psutil
import pytest

from benchmarks.harness.machine import usable_cpus
from tests.folders import left_over, ray_folders

pytest_plugins = ["pytester", "tests.clusters"]

TESTS = Path(__file__).parent

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # As a script's background job: what the tests start would inherit it, and no Ctrl-C of theirs would arrive.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# A busy machine makes no example wrong: the limits below are for tests that hang.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

LIMITS_S = {"unit": 120, "process": 180, "ray": 180, "suite": 300}
"""A test that takes longer hangs: it ends with every thread's stack. Several times what the slowest one takes."""

TOLD_S = 30.0
"""After so long a fault has to be told."""

TOLERATED = ()
"""Warnings that are no errors, and why."""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Whole folders run in several processes: one a CPU, and one more where tests wait for processes of their own.

    `-n` says otherwise, as it does of every pytest. Single files, single rooms, a debugger and `-s` have one process:
    another one would first import for as long as it saves.
    """
    if "PYTEST_XDIST_WORKER" in os.environ or not config.pluginmanager.hasplugin("xdist"):
        return
    paths = [(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args]
    folders = all(path.is_dir() and path.parent in (TESTS, TESTS.parent) for path in paths)
    waiting = any(not path.is_relative_to(TESTS / "unit") for path in paths)
    asked = config.getoption("numprocesses") is not None or config.getoption("usepdb") or config.getoption("trace")
    if folders and not asked and config.getoption("capture") != "no" and config.getoption("dist") == "no":
        config.option.numprocesses = min(usable_cpus(), 8) + waiting
        config.option.dist, config.option.loadscopereorder = "loadgroup", False


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: tells times apart, so that no other test may run beside it")
    for line in ("error", *TOLERATED):
        config.addinivalue_line("filterwarnings", line)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Limits for tests in this folder, and with several processes an order in which none waits long for the others."""
    for item in items:
        if not item.path.is_relative_to(TESTS):
            continue
        folder = item.path.relative_to(TESTS).parts[0]
        if config.pluginmanager.hasplugin("timeout"):
            item.add_marker(pytest.mark.timeout(LIMITS_S[folder]))
        if config.pluginmanager.hasplugin("xdist") and folder == "ray":
            item.add_marker(pytest.mark.xdist_group("alone" if item.get_closest_marker("alone") else "ray"))
    if "PYTEST_XDIST_WORKER" in os.environ:
        order = ("ray", "suite", "process", "unit")
        items.sort(
            key=lambda item: (
                bool(item.get_closest_marker("alone")),
                order.index(_folder(item)),
                not item.path.stem.startswith(("test_against", "test_questions")),  # whole comparisons: a minute each
            )
        )


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Other tests beside each other, those that are marked so by themselves; waiting does not count as their time."""
    gate, running = (os.open(place, os.O_RDONLY) for place in (TESTS / "unit", TESTS))
    try:
        fcntl.flock(gate, fcntl.LOCK_EX)  # or one that wants to be alone would wait for ever
        fcntl.flock(running, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        return (yield)
    finally:
        os.close(gate)
        os.close(running)


@pytest.fixture(autouse=True)
def _sessions_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test starts knows nothing of how the tests themselves run."""
    for variable in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def told(record_property: Callable[[str, object], None]) -> Callable[[str, float], None]:
    """`told("raylet killed", since)` says that a fault is told now, and in time; `since` is of `time.monotonic`.

    `-o junit_family=xunit1 --junit-xml FILE` keeps how many seconds it took: the figures of docs/faults.md.
    """

    def note(fault: str, since: float) -> None:
        seconds = time.monotonic() - since
        record_property(f"told: {fault}", round(seconds, 1))
        assert seconds < TOLD_S

    return note


@pytest.fixture
def no_leftovers() -> Iterator[None]:
    """After the test no process is left that this one or a child of its started."""
    before = set(psutil.Process().children(recursive=True))
    yield
    left = set(psutil.Process().children(recursive=True)) - before
    assert not left, [(process.pid, process.cmdline()) for process in left]


@pytest.fixture
def no_folders_left() -> Iterator[None]:
    """After the test there is no folder of a Ray or a comparison that was not there before."""
    before = ray_folders()
    yield
    assert not left_over(before)
