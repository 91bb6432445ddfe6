"""Runs of this suite that go on at the same time on this machine: they time each other, so both are told.

Owns the folder in which runs of one user find each other. A run holds a lock on a file of its own, which ends with it
however it ends, and writes its name into the files of those that were there first. Judges nothing.
"""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest


class OtherRuns:
    """This run among the others, from `__enter__` to `__exit__`.

    Args:
        what: how others are to name this run.

    Attributes:
        at_start: names of those that ran already.
    """

    def __init__(self, what: str) -> None:
        self.at_start: list[str] = []
        self._folder = Path(tempfile.gettempdir()) / f"ray-task-benchmarks-{os.getuid()}"
        self._file = self._folder / str(os.getpid())
        self._name = f"{what} (process {os.getpid()})"
        self._seen: set[str] = set()

    def __enter__(self) -> "OtherRuns":
        """Become visible, and tell those that are there.

        Raises:
            OSError: the folder can't be used.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        unlocked = self._file.with_suffix(".new")
        self._lock = unlocked.open("w+", encoding="utf-8")
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._lock.write(f"{self._name}\n")
        self._lock.flush()
        unlocked.replace(self._file)  # visible only now that it is locked: one without a lock is somebody's leavings
        running = self._running()
        self.at_start = sorted(running.values())
        for file in running:
            with contextlib.suppress(OSError), file.open("a", encoding="utf-8") as theirs:
                theirs.write(f"{self._name}\n")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.unlink(missing_ok=True)
        self._lock.close()

    def begin(self) -> None:
        """A test begins: what is there now runs beside it."""
        self._visitors()
        self._seen = set(self._running().values())

    def beside(self) -> list[str]:
        """Names of the runs that went on at any time since the last `begin`."""
        return sorted(self._seen | set(self._running().values()) | self._visitors())

    def _visitors(self) -> set[str]:
        """Who has come since this was last asked."""
        return {line.strip() for line in self._lock.readlines()}

    def _running(self) -> dict[Path, str]:
        found = {}
        for file in self._folder.iterdir():
            if file == self._file or not file.name.isdecimal():
                continue
            try:
                with file.open(encoding="utf-8") as theirs:
                    try:
                        fcntl.flock(theirs, fcntl.LOCK_SH | fcntl.LOCK_NB)
                    except BlockingIOError:
                        found[file] = theirs.readline().strip()
                    else:
                        file.unlink(missing_ok=True)
            except FileNotFoundError:
                continue
        return found


OTHER_RUNS = pytest.StashKey[OtherRuns]()


def watch(config: pytest.Config) -> None:
    """For the rest of this session know of other runs; say at once who is there already."""
    others = OtherRuns(f"pytest in {config.rootpath}")
    try:
        others.__enter__()
    except OSError as error:
        _say(config, f"Whether other runs of this suite go on can't be told: {error}")
        return
    config.stash[OTHER_RUNS] = others
    config.add_cleanup(lambda: others.__exit__(None, None, None))
    if others.at_start:
        _say(config, sentence(others.at_start))


@contextlib.contextmanager
def announced(config: pytest.Config) -> Iterator[None]:
    """A comparison among the other runs: it sees to its own noise, and they should know of it."""
    with contextlib.ExitStack() as until:
        with contextlib.suppress(OSError):
            others = until.enter_context(OtherRuns(f"a comparison in {config.rootpath}"))
            if others.at_start:
                print(sentence(others.at_start))
        yield


def sentence(names: list[str]) -> str:
    """For whoever came second."""
    return f"Another run goes on here, and each slows the other down: {'; '.join(names)}"


def _say(config: pytest.Config, line: str) -> None:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        reporter.ensure_newline()
        reporter.write_line(line, yellow=True)
