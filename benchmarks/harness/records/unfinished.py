"""What a run has measured so far, in a file beside the place where it is to be saved: a SIGKILL does not take that.

Owns this file, which is there for as long as the run goes on. Saving the whole run is pytest-benchmark's, as ever.
"""

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from pytest_benchmark.utils import safe_dumps

from benchmarks.harness.records import whole_files

MARK = ".unfinished-"
"""Between the name of what is to be saved and the process that has not done so yet."""


class Unfinished:
    """This session's.

    Args:
        config: the session's.
        target: the file that it is to save, or for the storage any name in its folder.
    """

    def __init__(self, config: pytest.Config, target: Path) -> None:
        self._config, self._target = config, target
        self._file = Path(f"{target}{MARK}{os.getpid()}")
        self._count = 0
        self._facts: Mapping[str, Any] = {}

    def keep(self) -> None:
        """Write down what has been measured, if that is more than last time and can be written."""
        session: Any = self._config.pluginmanager.getplugin("pytest-benchmark")
        measured = [bench for bench in session.benchmarks if bench and not bench.has_error]
        if len(measured) == self._count:
            return
        hook = self._config.hook
        self._facts = self._facts or {
            "machine_info": session.get_machine_info(),
            "commit_info": hook.pytest_benchmark_generate_commit_info(config=self._config),
        }
        found = hook.pytest_benchmark_generate_json(
            config=self._config, benchmarks=measured, include_data=False, **self._facts
        )
        with contextlib.suppress(OSError):
            whole_files.write(self._file, safe_dumps(found, ensure_ascii=True, indent=4).encode())
            self._count = len(measured)

    def left(self) -> list[Path]:
        """Files of runs that were killed."""
        found = self._target.parent.glob(f"{self._target.name}{MARK}*")
        return sorted(path for path in found if not _goes_on(path))

    def remove(self) -> None:
        """The run has been saved."""
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)


KEY = pytest.StashKey[Unfinished | None]()


def of(config: pytest.Config) -> Unfinished | None:
    """This session's; None where it is not to be saved in a file."""
    if KEY not in config.stash:
        target = _target(config)
        config.stash[KEY] = None if target is None else Unfinished(config, target)
    return config.stash[KEY]


def _target(config: pytest.Config) -> Path | None:
    if file := config.getoption("benchmark_json", None):
        return Path(file).absolute()
    storage = whole_files.of_session(config)
    asked = [config.getoption(name, None) for name in ("benchmark_save", "benchmark_autosave")]
    if storage is None or not any(asked):
        return None
    folder: Path = storage.get("")  # type: ignore[no-untyped-call]
    return folder.absolute() / "run"


def _goes_on(path: Path) -> bool:
    pid = path.name.rpartition("-")[2]
    return pid.isdecimal() and psutil.pid_exists(int(pid))
