"""Table of contents: the options, the session's Ray, the fixture that measures, and pytest-benchmark's hooks.

What they do is in `benchmarks/harness`. Nothing heavy is imported before a test needs it.
"""

import os
import signal
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.harness import machine, tree
from benchmarks.harness.plugin import comparison_options, options, other_runs
from benchmarks.harness.records import baselines, storage, unfinished, whole_files
from benchmarks.harness.records import machine_info as run_info
from benchmarks.harness.records import run as whole_run
from benchmarks.harness.runners import allocator, stops
from benchmarks.harness.sides import keeper, session, turns
from workloads import IMAGE_SOURCE_VARIABLE, read_free_memory_with

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from benchmarks.harness.runners.kept import Kept


def pytest_addoption(parser: pytest.Parser) -> None:
    options.add(parser)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    if not comparison_options.conducts(config):
        return None
    from benchmarks.harness.plugin import against

    with other_runs.announced(config):
        return against.run(config, options.read(config))


def pytest_configure(config: pytest.Config) -> None:
    config.stash[options.KEY] = settings = options.read(config)
    session.join(config)
    storage.require_readable(config)  # pytest-benchmark loads what is to be compared at the end of this hook
    os.environ[IMAGE_SOURCE_VARIABLE] = settings.image_source
    read_free_memory_with(machine.free_memory)
    os.environ.update(machine.ONE_THREAD)  # before NumPy or torch is imported, here or in what is started from here
    allocator.hold()

    if settings.task is not None:
        from benchmarks.harness.plugin import doctor  # it brings NumPy, whose threads are settled by now

        doctor.register(config)


def pytest_sessionstart(session: pytest.Session) -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a cancelled job cleans up as after Ctrl-C
    stops.watch()
    baselines.require_baseline(session.config)
    whole_files.of_session(session.config)  # from here on a run is saved whole or not at all


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    options.refuse_both(config, items)


def pytest_collection_finish(session: pytest.Session) -> None:
    baselines.match(session.config, session.items)
    if options.times(session.config, session.items):
        other_runs.watch(session.config)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    from benchmarks.harness.plugin import outcomes

    if (mine := _unfinished(session.config)) is not None and not whole_files.failure(session.config):
        mine.remove()
    if exitstatus == pytest.ExitCode.OK and outcomes.nothing_measured(session.config):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
    if exitstatus == pytest.ExitCode.OK and whole_files.failure(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    if (mine := _unfinished(item.config)) is not None:
        mine.keep()


def _unfinished(config: pytest.Config) -> unfinished.Unfinished | None:
    """None also on a comparison's side, which ends with the comparison."""
    return None if turns.KEY in config.stash else unfinished.of(config)


def pytest_report_header(config: pytest.Config) -> list[str]:
    mine = _unfinished(config)
    left = [] if mine is None else mine.left()
    said = [f"a run that was killed has left what it had measured: {path}" for path in left]
    return [options.describe(config.stash[options.KEY]), *said]


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    return options.ignored(collection_path, config.stash[options.KEY]) or None


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Generator[None]:
    """Below pytest-benchmark's table, also where that ends in a regression: speedups, and report files."""
    from benchmarks.harness.plugin import publish

    try:
        yield
    finally:
        publish.run(terminalreporter, config)


@pytest.fixture(scope="session")
def ray_cluster(pytestconfig: pytest.Config) -> Iterator["Kept"]:
    """Ray, started here or joined, for the whole session; up when a test first needs it, anew where it is lost."""
    from benchmarks.harness.runners import cluster, kept

    settings = pytestconfig.stash[options.KEY]
    # A comparison removes the one that it names for its sides.
    folder = os.environ[keeper.FOLDER_VARIABLE] if turns.KEY in pytestconfig.stash else cluster.FOLDER
    asked = (settings.ray_address, settings.local_cpus, folder, settings.ray_niceness)
    with kept.Kept(partial(cluster.start_or_join, *asked)) as found:
        yield found


@pytest.fixture
def benchmark(benchmark: "BenchmarkFixture", request: pytest.FixtureRequest) -> "BenchmarkFixture":
    """pytest-benchmark's own fixture; under `--against` its rounds are taken in turns with the other side's."""
    side = request.config.stash.get(turns.KEY, None)
    if side is None or "measure" in request.fixturenames:  # `measure` takes its turns itself
        return benchmark
    from benchmarks.harness.sides import benchmark as in_turns

    return in_turns.TurnBenchmark.of(benchmark, side, request.node)


@pytest.fixture
def measure(
    benchmark: "BenchmarkFixture", request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Callable[..., None]:
    """Times, verifies and records one benchmark: `measure("fibonacci", "small", "ray", partner="serial")`."""
    from benchmarks.harness.plugin import fixture

    return partial(fixture.run, benchmark, request, capsys)


@pytest.fixture
def examine(
    benchmark: "BenchmarkFixture", request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> Callable[..., None]:
    """Times the function of `--task` and, on Ray, finds out what would make it faster: `examine("ray")`."""
    from benchmarks.harness.plugin import doctor

    return partial(doctor.run, benchmark, request, capsys)


@pytest.hookimpl(tryfirst=True)
def pytest_benchmark_compare_machine_info(
    config: pytest.Config, machine_info: dict[str, Any], compared_benchmark: dict[str, Any]
) -> None:
    baselines.compare_machines(config, machine_info, compared_benchmark)


def pytest_benchmark_update_machine_info(config: pytest.Config, machine_info: dict[str, Any]) -> None:
    run_info.add(machine_info, config.stash[options.KEY])
    machine_info["command"] = whole_run.command_of(config)


if Path(__file__).resolve().parent != tree.ROOT:
    # Another tree's. Before it knows our options, pytest takes a value such as ../base/.venv for a folder of tests, and
    # loads what stands above it: as one of two conftests that declare the same.
    for _name in [name for name in globals() if name.startswith("pytest_")]:
        del globals()[_name]
