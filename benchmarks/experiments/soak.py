"""Does anything grow: processes, open files, shared memory, temporary files, the driver's memory?

    python -m benchmarks.experiments.soak                                       # an hour
    python -m benchmarks.experiments.soak --rounds 40 --runs 2 --comparisons 1  # a quick look

Many rounds of each test, in a session of its own since each imports something else; then many `small` runs, then
comparisons of this tree with its own HEAD, in a row. A session is looked at once a second; what a run has left is
counted after it has ended. A line for each says what there was at first and at last: the medians of the first and the
last fifth.
"""

import argparse
import contextlib
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import psutil

from benchmarks.harness.tree import ROOT
from workloads import names

SMALL = ("benchmarks", "--workload-size", "small")
COMPARED = ("benchmarks", "--against", "HEAD", "-k", "fibonacci", "--budget", "1")
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 — Ray's object store is there
EVERY_S = 1.0
ENDING = 3
"""So many looks at a session's end see no test any more: Ray ends, tables are made."""


@dataclass(frozen=True)
class Counts:
    """What could grow; memory in MB, files by their number. What is shared with other programs counts them, too."""

    processes: int
    open_files: int
    driver_mb: float
    shared_mb: float
    temporary_files: int


def counted(family: Sequence[psutil.Process]) -> Counts:
    """Of some processes, the driver first, and of the machine."""
    files, memory, alive = 0, 0.0, 0
    for process in family:
        with contextlib.suppress(psutil.Error):
            files += process.num_fds()
            alive += process.status() != psutil.STATUS_ZOMBIE
    with contextlib.suppress(psutil.Error, IndexError):
        memory = family[0].memory_info().rss / 1e6
    shared = shutil.disk_usage(SHARED_MEMORY).used / 1e6 if SHARED_MEMORY.exists() else 0.0
    return Counts(alive, files, memory, shared, len(list(Path(tempfile.gettempdir()).iterdir())))


def session(arguments: Sequence[str]) -> tuple[list[Counts], Counts]:
    """Run pytest; what was counted while it ran, and what was left.

    Raises:
        SystemExit: it failed; undecided comparisons are none.
    """
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    driver, known, seen = psutil.Process(run.pid), set[psutil.Process](), list[Counts]()
    output = ""
    while run.returncode is None:
        try:
            output, _ = run.communicate(timeout=EVERY_S)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(psutil.NoSuchProcess):
                family = [driver, *driver.children(recursive=True)]
                known.update(family)
                seen.append(counted(family))
    if run.returncode not in (0, 6):
        sys.exit(f"{' '.join(command)} exits with {run.returncode}:\n{output}")
    return seen, counted([process for process in known if process.is_running()])


def line(what: str, found: Sequence[Counts]) -> str:
    """First and last of each count."""
    part = max(1, len(found) // 5)
    pairs = []
    for field, values in zip(fields(Counts), zip(*map(astuple, found), strict=True), strict=True):
        first, last = (statistics.median(some) for some in (values[:part], values[-part:]))
        pairs.append(f"{field.name.replace('_', ' ')} {first:.0f} → {last:.0f}")
    return f"{what}: {', '.join(pairs)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=200, help="of each test in one session (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=30, help="one after the other (default: %(default)s)")
    parser.add_argument("--comparisons", type=int, default=5, help="one after the other (default: %(default)s)")
    asked = parser.parse_args()
    session(("benchmarks", "--collect-only"))  # what is made once and kept, such as caches
    for test in (f"{workload} and {variant}" for workload in names() for variant in ("serial", "ray")):
        seen, _ = session(
            (*SMALL, "-k", test, "--benchmark-min-rounds", str(asked.rounds), "--benchmark-max-time", "1")
        )
        settled = seen[2 * len(seen) // 5 : -ENDING]  # without the start, and what the workload imports
        print(line(f"{asked.rounds} rounds of {test}, while they run", settled), flush=True)
    for what, arguments, times in (("runs", SMALL, asked.runs), ("comparisons", COMPARED, asked.comparisons)):
        ended = [session(arguments) for _ in range(times)]
        if not ended:
            continue
        print(line(f"{times} {what}, left after each", [left for _, left in ended]), flush=True)
        peaks = [max(one.driver_mb for one in seen) for seen, _ in ended]
        print(f"{times} {what}, the driver's memory at most: {peaks[0]:.0f} → {peaks[-1]:.0f} MB", flush=True)


if __name__ == "__main__":
    main()
