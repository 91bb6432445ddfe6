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

import pytest

from benchmarks.harness.comparison import saved
from benchmarks.harness.comparison.conductor import Conductor
from benchmarks.harness.comparison.lock import alone
from benchmarks.harness.plugin import publish
from benchmarks.harness.records.comparison import EXIT_BROKE_OFF
from benchmarks.harness.reporting.progress import Progress
from benchmarks.harness.settings import Against, Settings
from benchmarks.harness.sides.errors import ComparisonError
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
            sides = pair(config.rootpath, started_in, arguments, asked.ref, asked.python, keeper.folder)
            return _compare(config, settings, asked, sides, keeper)
    except ComparisonError as error:
        return _refuse(str(error), error.status)
    except KeyboardInterrupt:
        return _refuse("interrupted: no verdict", int(pytest.ExitCode.INTERRUPTED))
    except Exception:  # left to Python, its status of 1 would pass for a regression
        traceback.print_exc()
        return _refuse("the comparison broke off by an error of its own", EXIT_BROKE_OFF)


def _compare(config: pytest.Config, settings: Settings, asked: Against, sides: list[Side], keeper: Keeper) -> int:
    with Progress(asked.budget) as progress:
        progress.write(f"base {sides[0].title} · head {sides[1].title} · {settings.size}, at most {asked.budget:.0f} s")
        conductor = Conductor(sides, asked, keeper, progress)
        conductor.run()
    keeper.end_all()
    comparison = conductor.comparison()
    width = shutil.get_terminal_size().columns
    if not any(outcome.word not in ("new", "not compared") for outcome in comparison.outcomes):
        publish.comparison(comparison, settings.reports, width, print)
        return _refuse("no test could be compared", EXIT_BROKE_OFF)
    files = {side.name: [record.files[side.name] for record in conductor.passes] for side in sides}
    names = saved.save(config, sides, files, conductor.outcomes())
    comparison.notes.append(
        "Both sides are saved: pytest-benchmark compare " + " ".join(f"'*_{name}'" for name in names)
    )
    publish.comparison(comparison, settings.reports, width, print)
    return comparison.exit_status


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
