"""A run as a whole: its records, when, where and how it was made; of this session or from saved JSON.

Owns the record of a run, and reading saved ones. Computes and words nothing but what keeps a file from being read.
"""

import json
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.utils import get_commit_info

from benchmarks.harness.records.benchmark import Record, of_session

Json = dict[str, Any]


class SavedRunError(Exception):
    """A saved run can't be read; one sentence that names it and says what would work."""


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        when: its date and time as ISO 8601 has them, in UTC.
        commit: the first seven digits of the revision, `-dirty` where files were changed; empty outside of git.
        command: what repeats it; empty where that was not recorded.
        machine: pytest-benchmark's `machine_info`.
        records: its verified benchmarks.
        left_out: tests in the file that are not this suite's, or failed after they were timed.
    """

    when: str
    commit: str
    command: str
    machine: Json
    records: list[Record]
    left_out: tuple[str, ...] = ()


def command_of(config: pytest.Config) -> str:
    """What was typed, as far as pytest has seen it."""
    return f"pytest {shlex.join(map(str, config.invocation_params.args))}".strip()


def this(config: pytest.Config) -> Run:
    """This session's."""
    session = config.pluginmanager.getplugin("pytest-benchmark")
    return Run(
        when=_shown(datetime.now(UTC).isoformat()),
        commit=_commit(get_commit_info()),
        command=command_of(config),
        machine={} if session is None else session.get_machine_info(),
        records=of_session(config),
    )


def read(paths: list[Path]) -> list[Run]:
    """Saved runs, the earliest first: of files, and of all `.json` files below folders.

    Raises:
        SavedRunError: there is nothing at a path, a file is no run, or no file has a verified benchmark of this suite.
    """
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise SavedRunError(
                f"{path}: no such file or folder; give a run's JSON, or a folder of them as .benchmarks"
            )
        found = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not found:
            raise SavedRunError(f"{path}: no .json file in it; --benchmark-autosave or --benchmark-json writes them")
        files += found
    runs = [run for run in map(_read, files) if run.records]
    if not runs:
        raise SavedRunError(
            f"{', '.join(map(str, paths))}: no verified benchmark of this suite in it; save a run of "
            "`pytest benchmarks` with --benchmark-autosave or --benchmark-json FILE"
        )
    return sorted(runs, key=lambda run: run.when)


def _read(path: Path) -> Run:
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise SavedRunError(f"{path}: can't be read ({error})") from error
    except json.JSONDecodeError as error:
        raise SavedRunError(f"{path}: not JSON (line {error.lineno}: {error.msg}); it may be damaged") from error
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, lists in lists
        raise SavedRunError(f"{path}: not JSON that a run would have ({error}); it may be damaged") from error
    try:
        machine, benchmarks = dict(saved["machine_info"]), list(saved["benchmarks"])
        verified = [record for record in benchmarks if record["extra_info"].get("verified")]
        return Run(
            when=_shown(saved["datetime"]),
            commit=_commit(saved.get("commit_info", {})),
            command=machine.get("command", ""),
            machine=machine,
            records=verified,
            left_out=tuple(record["name"] for record in benchmarks if record not in verified),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SavedRunError(f"{path}: not a run as pytest-benchmark saves it (no usable {error})") from error


def _commit(info: Json) -> str:
    revision = info.get("id") or ""
    return "" if revision in ("", "unknown", "unversioned") else revision[:7] + "-dirty" * bool(info.get("dirty"))


def _shown(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(UTC).isoformat(" ", "minutes").removesuffix("+00:00")
