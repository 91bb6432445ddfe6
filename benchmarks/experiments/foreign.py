"""Suites that nobody here wrote, compared as they are: against themselves, and with one function made slower.

    python -m benchmarks.experiments.foreign --budget 120

Each package's source archive comes from PyPI. Its code and its pytest-benchmark tests go unchanged into a copy of the
last commit's tree, which becomes a repository of its own; then `pytest TESTS --against HEAD` runs as anybody would run
it: first as it is, then with work added to one function.
"""

import argparse
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.experiments.injected import copy_of_head

SLOWER = """

_quick_{function} = {owner}.{function}


def _slow_{function}(self, *args, **kwargs):
    for _ in range({steps}):
        pass
    return _quick_{function}(self, *args, **kwargs)


{owner}.{function} = _slow_{function}
"""


@dataclass(frozen=True)
class Suite:
    """One package.

    Attributes:
        requirement: what pip downloads.
        files: what of its archive is put where, from the tree's root.
        tests: what pytest is called with.
        without: of its files those that need packages which are not installed here.
        module, owner, function: which method is made slower, and where it is defined.
        steps: of an empty loop before each call.
    """

    requirement: str
    files: dict[str, str]
    tests: str
    module: str
    owner: str
    function: str
    steps: int
    without: tuple[str, ...] = ()


SUITES = {
    "bidict": Suite(
        requirement="bidict==0.21.4",
        files={"bidict": "bidict", "tests/test_benchmark.py": "bench/test_benchmark.py"},
        tests="bench",
        module="bidict/_mut.py",
        owner="MutableBidict",
        function="put",
        steps=20,
    ),
    "cattrs": Suite(
        requirement="cattrs==26.2.1",
        files={"src/cattrs": "cattrs", "src/cattr": "cattr", "bench": "bench"},
        tests="bench",
        module="cattrs/converters.py",
        owner="BaseConverter",
        function="structure",
        steps=200,
        without=("bench/test_enums.py",),
    ),
    "pytest-benchmark": Suite(
        requirement="pytest-benchmark==5.3.1",
        files={f"tests/test_{name}.py": f"bench/test_{name}.py" for name in ("normal", "pedantic", "sample")},
        tests="bench",
        module="bench/test_sample.py",
        owner="SimpleProxy",
        function="__str__",
        steps=50,
    ),
}


def archive(requirement: str, folder: Path) -> Path:
    """A package's source archive, unpacked."""
    name = requirement.partition("==")[0]
    # pip is a module of this interpreter's environment, whatever else is called pip on the PATH.
    command = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name, requirement)
    subprocess.run(command, cwd=folder, check=True)
    (found,) = folder.glob("*.tar.gz")
    with tarfile.open(found) as packed:
        packed.extractall(folder, filter="data")
    (unpacked,) = [path for path in folder.iterdir() if path.is_dir()]
    return unpacked


def tree_with(suite: Suite, source: Path, folder: Path) -> Path:
    """A copy of this tree with a package's code and tests in it, as a repository with one commit."""
    tree = copy_of_head(folder / "tree")
    for here, there in suite.files.items():
        (tree / there).parent.mkdir(parents=True, exist_ok=True)
        put = shutil.copytree if (source / here).is_dir() else shutil.copyfile
        put(source / here, tree / there)
    for name in suite.without:
        (tree / name).unlink()
    _git(tree, "init", "--quiet", "--initial-branch=main")
    _git(tree, "add", "--all")
    _git(tree, "commit", "--quiet", "--message", "As it is")
    return tree


def slow_down(suite: Suite, tree: Path) -> None:
    """Add work to the suite's function."""
    with (tree / suite.module).open("a", encoding="utf-8") as file:
        file.write(SLOWER.format(owner=suite.owner, function=suite.function, steps=suite.steps))


def compare(tree: Path, suite: Suite, options: list[str]) -> int:
    """As its author would, showing the command; the exit status."""
    command = ["pytest", suite.tests, "--against", "HEAD", *options]
    print(f"$ {' '.join(command)}", flush=True)
    status = subprocess.run([sys.executable, "-m", *command], cwd=tree, check=False).returncode
    print(f"exit status {status}\n", flush=True)
    return status


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--budget", type=float, default=300)
    parser.add_argument("--lock", type=Path, help="hold this file locked during each run")
    asked = parser.parse_args()
    for name in asked.suites or SUITES:
        suite = SUITES[name]
        with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as stack:
            (sources := Path(scratch, "source")).mkdir()
            tree = tree_with(suite, archive(suite.requirement, sources), Path(scratch))
            if asked.lock:
                fcntl.flock(stack.enter_context(asked.lock.open("a")), fcntl.LOCK_EX)
            print(f"{suite.requirement}, against itself:")
            compare(tree, suite, ["--budget", f"{asked.budget:g}"])
            slow_down(suite, tree)
            print(f"{suite.requirement}, {suite.owner}.{suite.function} with {suite.steps} steps more:")
            compare(tree, suite, ["--budget", f"{asked.budget:g}"])


def _git(tree: Path, *arguments: str) -> None:
    who = {f"GIT_{role}_{what}": "foreign" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    subprocess.run(["git", "-C", str(tree), *arguments], env={**os.environ, **who}, check=True)


if __name__ == "__main__":
    main()
