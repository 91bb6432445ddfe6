"""`pytest benchmarks --against REF`: from the options to the exit status.

Owns what surrounds a comparison: its folder, the lock, signals, where its results go, and what ends it early. The
comparison itself is `conductor`'s, cleaning up `keeper`'s.
"""

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Iterator

import pytest

from benchmarks.harness import comparison_report, merged, options
from benchmarks.harness.against_options import Against
from benchmarks.harness.alone import BusyError, alone
from benchmarks.harness.comparison import EXIT_BROKE_OFF, EXIT_REGRESSED
from benchmarks.harness.conductor import ChangedError, Conductor, NothingToCompareError
from benchmarks.harness.keeper import Keeper
from benchmarks.harness.passes import SideError
from benchmarks.harness.progress import Progress
from benchmarks.harness.repository import RepositoryError
from benchmarks.harness.sides import Side, SidesError, pair
from workloads import IMAGE_SOURCE_VARIABLE


def run(config: pytest.Config) -> int:
    """The whole comparison; the exit status."""
    settings = options.read(config)
    asked = settings.against
    assert asked is not None
    os.environ[IMAGE_SOURCE_VARIABLE] = settings.image_source  # the same images for both sides
    try:
        with _signals(), alone(config.rootpath), Keeper() as keeper:
            started_in = config.invocation_params.dir
            arguments = tuple(map(str, config.invocation_params.args))
            sides = pair(config.rootpath, started_in, arguments, asked.ref, asked.python, keeper.folder)
            return _compare(config, settings, asked, sides, keeper)
    except (BusyError, RepositoryError, SidesError) as error:
        return _refuse(str(error), int(pytest.ExitCode.USAGE_ERROR))
    except NothingToCompareError as error:
        return _refuse(str(error), int(pytest.ExitCode.NO_TESTS_COLLECTED))
    except SideError as error:
        return _refuse(str(error), EXIT_REGRESSED if error.side == "head" else EXIT_BROKE_OFF)
    except ChangedError as error:
        return _refuse(str(error), EXIT_BROKE_OFF)
    except KeyboardInterrupt:
        return _refuse("interrupted: no verdict", int(pytest.ExitCode.INTERRUPTED))
    except Exception:  # left to Python, its status of 1 would pass for a regression
        traceback.print_exc()
        return _refuse("the comparison broke off by an error of its own", EXIT_BROKE_OFF)


def _compare(
    config: pytest.Config, settings: options.Settings, asked: Against, sides: list[Side], keeper: Keeper
) -> int:
    with Progress(asked.budget) as progress:
        progress.write(f"base {sides[0].title} · head {sides[1].title} · {settings.size}, at most {asked.budget:.0f} s")
        conductor = Conductor(sides, asked, keeper, progress)
        conductor.run()
    keeper.end_all()
    comparison = conductor.comparison()
    if not any(outcome.word not in ("new", "not compared") for outcome in comparison.outcomes):
        comparison_report.publish(comparison, settings.reports, print)
        return _refuse("no test could be compared", EXIT_BROKE_OFF)
    files = {side.name: [record.files[side.name] for record in conductor.passes] for side in sides}
    saved = merged.save(config, sides, files, conductor.outcomes())
    comparison.notes.append(
        "Both sides are saved: pytest-benchmark compare " + " ".join(f"'*_{name}'" for name in saved)
    )
    comparison_report.publish(comparison, settings.reports, print)
    return comparison.exit_status


def _refuse(message: str, status: int) -> int:
    print(f"ERROR: {message}", file=sys.stderr)
    comparison_report.append_to_summary(f"**No comparison:** {message}\n")
    return status


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM ends a comparison as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
