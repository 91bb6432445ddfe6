"""`pytest benchmarks --against REF`: from the settings to the exit status.

Owns what surrounds a comparison: its folder, the lock, signals, where its results go, and what ends it early. The
comparison itself is `comparison`'s, cleaning up `sides.keeper`'s.
"""

import contextlib
import os
import shutil
import signal
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.harness.comparison import saved
from benchmarks.harness.comparison.conductor import Conductor
from benchmarks.harness.comparison.lock import alone
from benchmarks.harness.plugin import publish
from benchmarks.harness.records import sides_rounds
from benchmarks.harness.records.comparison import EXIT_BROKE_OFF
from benchmarks.harness.records.run import command_of
from benchmarks.harness.reporting.progress import Progress
from benchmarks.harness.settings import Against, Settings
from benchmarks.harness.sides.errors import ComparisonError, SidesError
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.side import Side, pair
from benchmarks.harness.text import append_to_summary
from workloads import IMAGE_SOURCE_VARIABLE


def run(config: pytest.Config, settings: Settings) -> int:
    """The whole comparison; the exit status. The one place that makes one of an error."""
    asked = settings.against
    assert asked is not None
    os.environ[IMAGE_SOURCE_VARIABLE] = settings.image_source  # the same images for both sides
    try:
        with _signals(), alone(config.rootpath), Keeper() as keeper:
            started_in = config.invocation_params.dir
            arguments = tuple(map(str, config.invocation_params.args))
            selected = [(started_in / argument.partition("::")[0]).resolve() for argument in config.args]
            _require_inside(config, selected)
            tests = (selected, config.getini("python_files")) if asked.head_tests else None
            sides = pair(config.rootpath, started_in, arguments, asked.ref, asked.python, keeper.folder, tests)
            return _compare(config, settings, asked, sides, keeper)
    except ComparisonError as error:
        return _refuse(str(error), error.status)
    except KeyboardInterrupt:
        return _refuse("interrupted: no verdict", int(pytest.ExitCode.INTERRUPTED))
    except Exception:  # left to Python, its status of 1 would pass for a regression
        traceback.print_exc()
        return _refuse("the comparison broke off by an error of its own", EXIT_BROKE_OFF)


def _require_inside(config: pytest.Config, selected: list[Path]) -> None:
    """Pytest may have found another tree's pytest.ini, by the value of an option, and that tree would be compared."""
    root = config.rootpath.resolve()
    for path in selected:
        if not path.is_relative_to(root) and not root.is_relative_to(path):
            raise SidesError(
                f"{path} is not in {root}, where pytest found {config.inipath}: name tests first, and join options to "
                "their paths, as in --against-python=PATH"
            )


def _compare(config: pytest.Config, settings: Settings, asked: Against, sides: list[Side], keeper: Keeper) -> int:
    with Progress(asked.budget) as progress:
        progress.write(f"base {sides[0].title} · head {sides[1].title} · {settings.size}, at most {asked.budget:.0f} s")
        conductor = Conductor(sides, asked, keeper, progress)
        conductor.run()
        if asked.explain:
            progress.turn("looking into what regressed")
            conductor.look_into()
    comparison = conductor.comparison()
    files = {side.name: [record.files[side.name] for record in conductor.passes] for side in sides}
    rounds, command = sides_rounds.read(files), command_of(config)
    publish.comparison(comparison, settings.reports, shutil.get_terminal_size().columns, rounds, command)
    if not any(outcome.word not in ("new", "not compared") for outcome in comparison.outcomes):
        return _refuse("no test could be compared", comparison.exit_status or EXIT_BROKE_OFF)
    _save(config, sides, files, conductor)
    return comparison.exit_status


def _save(config: pytest.Config, sides: list[Side], files: dict[str, list[Path]], conductor: Conductor) -> None:
    """Keep both sides' runs, if they can be kept: the verdicts are told by now, and their status stays."""
    try:
        names = saved.save(config, sides, files, conductor.results.outcomes())
    except (OSError, ValueError) as error:
        print(f"The two sides' runs could not be saved: {error}", file=sys.stderr)
        return
    print("Both sides are saved: pytest-benchmark compare " + " ".join(f"'*_{name}'" for name in names))


def _refuse(message: str, status: int) -> int:
    print(f"ERROR: {message}", file=sys.stderr)
    append_to_summary(f"**No comparison:** {message}\n")
    return status


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM ends a comparison as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
