"""Record passes of this tree against itself, and against itself with real slowdowns: what a comparison can see.

    python -m benchmarks.experiments.injected recording.jsonl --passes 40 --injected 48

Each injected pass slows all workloads, each by another share, rotated from pass to pass: extra work in the task, as
long as the given share of the time that the task itself took. Each pass is a line, written as soon as it has ended;
started again, the command goes on where it stopped.
"""

import argparse
import contextlib
import fcntl
import shlex
import shutil
import sys
import time
from pathlib import Path

from benchmarks.calibrate import recording
from benchmarks.harness.sides import repository, side
from benchmarks.harness.sides.keeper import Keeper

ROOT = Path(__file__).resolve().parents[2]
SHARES = (0.03, 0.05, 0.10, 0.20)
WORKLOADS = ("fibonacci", "image_processing", "monte_carlo_pi")

SLOWER = """

import dataclasses as _dataclasses
import time as _time

_task = task


def task(item):
    start = _time.perf_counter()
    result = _task(item)
    end = _time.perf_counter()
    until = end + {share} * (end - start)
    while _time.perf_counter() < until:
        pass
    return result


WORKLOAD = _dataclasses.replace(WORKLOAD, task=task)
"""


def slow_down(tree: Path, shares: dict[str, float]) -> None:
    """Make the tasks of a tree's workloads take longer, by a share of their own time."""
    for name, share in shares.items():
        with (tree / "workloads" / f"{name}.py").open("a", encoding="utf-8") as file:
            file.write(SLOWER.format(share=share))


def copy_of_head(target: Path) -> Path:
    """The last commit's tree, without git."""
    repository.unpack(ROOT, repository.resolve(ROOT, "HEAD"), "HEAD", target)
    return target


def shares_of(number: int) -> dict[str, float]:
    """Which workload is slower by how much in an injected pass; over twelve passes all combinations are balanced."""
    return {name: SHARES[(number + number // 4 * index + index) % 4] for index, name in enumerate(WORKLOADS)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--passes", type=int, default=40, help="of identical code")
    parser.add_argument("--injected", type=int, default=48)
    parser.add_argument("--serial-pairs", type=int, default=32, help="of each serial test in each pass")
    parser.add_argument("--pairs", type=int, default=100, help="of each other test in each pass")
    parser.add_argument("--lock", type=Path, help="hold this file locked during each pass")
    parser.add_argument("--pytest", default="benchmarks", help="arguments for pytest, in one string")
    asked = parser.parse_args()
    done = list(recording.read(asked.file)) if asked.file.exists() else []
    identical = sum(not line["injected"] for line in done)
    injected = len(done) - identical
    with Keeper() as keeper:
        versions = side.versions_of(sys.executable)
        for number in range(len(done), asked.passes + asked.injected):
            # Spread over the recording, so that both see the same hours.
            wants_identical = identical * asked.injected <= injected * asked.passes
            slowed = {} if wants_identical else shares_of(injected)
            trees = {name: copy_of_head(keeper.folder / f"{number}-{name}-tree") for name in ("base", "head")}
            slow_down(trees["head"], slowed)
            arguments = ("--workload-size", "small", *shlex.split(asked.pytest))
            both = [
                side.Side(name, name, name, tree, tree, sys.executable, arguments, versions)
                for name, tree in trees.items()
            ]
            with contextlib.ExitStack() as stack:
                if asked.lock:
                    fcntl.flock(stack.enter_context(asked.lock.open("a")), fcntl.LOCK_EX)
                at = time.time()
                line = recording.record(
                    number, both, keeper, lambda test, _: asked.serial_pairs if "-serial]" in test else asked.pairs
                )
            recording.append(asked.file, {"number": number, "at": at, "injected": slowed, **line})
            identical, injected = identical + wants_identical, injected + (not wants_identical)
            print(number, f"{line['seconds']:.1f} s", slowed, flush=True)
            for tree in trees.values():
                shutil.rmtree(tree)


if __name__ == "__main__":
    main()
