"""The storage of saved runs: whether what is to be compared with can be read, and what there is instead.

Owns looking into it before pytest-benchmark does, which skips with a warning what it can't read. Saving and loading are
pytest-benchmark's.
"""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.storage.file import FileStorage
from pytest_benchmark.utils import get_machine_id

STATISTICS = ("min", "max", "mean", "stddev", "median", "iqr", "ops", "rounds")
"""That `--benchmark-columns` and `--benchmark-compare-fail` may name."""

NUMBERED = "[0-9][0-9][0-9][0-9]_*"


def require_readable(config: pytest.Config) -> None:
    """See that the saved runs that are asked for can be read.

    Raises:
        pytest.UsageError: one is damaged, is something else or can't be read; or the storage is no folder.
    """
    asked, found = config.getoption("benchmark_compare"), of(config)
    if not asked or found is None:
        return
    if found.path.exists() and not found.path.is_dir():
        raise pytest.UsageError(f"--benchmark-storage: {found.path} is a file; name a folder")
    try:
        files = found.query(NUMBERED if asked is True else asked)
    except ValueError:
        raise pytest.UsageError(
            f"--benchmark-compare {asked}: neither a file nor a number or name as `pytest-benchmark list` shows them"
        ) from None
    for file in files[-1:] if asked is True else files:
        if reason := _broken(file):
            raise pytest.UsageError(
                f"--benchmark-compare: {file} {reason}; remove it, or name another run, as in --benchmark-compare=0001"
            )


def of(config: pytest.Config) -> FileStorage | None:
    """The storage as pytest-benchmark will open it; None where it is no folder but a server.

    Not its own object: that one exists only after it has loaded what it can.
    """
    where = str(config.getoption("benchmark_storage"))
    if "://" in where and not where.startswith("file://"):
        return None
    return FileStorage(where.removeprefix("file://"), None, default_machine_id=get_machine_id())


def elsewhere(config: pytest.Config) -> str:
    """Where the storage has runs of other systems or Pythons only: looked for, and there; else empty."""
    found = of(config)
    if found is None:
        return ""
    folders = sorted({file.parent.name for file in found.path.glob("*/*.json")})
    if not folders:
        return ""
    return f"no run of {found.default_machine_id} in {found.path}, only of {', '.join(folders)}"


def _broken(file: Path) -> str:
    """What keeps a file from being a saved run; empty where nothing does."""
    try:
        saved = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        return f"can't be read ({error.strerror})"
    except (ValueError, RecursionError):  # neither JSON nor even text; or lists in lists in lists
        return "is damaged: it is no JSON"
    try:
        whole = isinstance(saved["machine_info"], dict) and all(
            isinstance(bench["fullname"], str) and bench["stats"]["mean"] > 0 and _figures(bench["stats"])
            for bench in saved["benchmarks"]
        )
    except (AttributeError, KeyError, TypeError):
        whole = False
    return "" if whole else "is no saved run of pytest-benchmark"


def _figures(stats: dict[str, Any]) -> bool:
    """Whether each of a test's statistics that can be asked for is a number."""
    return all(isinstance(stats[name], int | float) and math.isfinite(stats[name]) for name in STATISTICS)
