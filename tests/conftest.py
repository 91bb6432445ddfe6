"""Shared by all tests: a copy of the suite to run pytest in, and a Ray of their own for tests of the harness."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks.harness.runners import cluster

pytest_plugins = ["pytester"]

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # As a script's background job: what the tests start would inherit it, and no Ctrl-C of theirs would arrive.
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]

TINY = '''
"""Quick items, to run the whole suite with."""
from workloads import CheckError, Workload

def task(item):
    total = 0
    for number in range(item):
        total += number
    return total

def items(size, tasks):
    return [400_000] * tasks

def check(items, results):
    for index, (item, result) in enumerate(zip(items, results, strict=True)):
        if result != item * (item - 1) // 2:
            raise CheckError(f"tiny, item {index}: {result}, Gauss says {item * (item - 1) // 2}")
    return "sums as Gauss says"

WORKLOAD = Workload(task=task, items=items, check=check, sizes={"small": {}, "medium": {}, "full": {}})
'''

QUICKER = ("400_000", "40_000")


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A copy of the suite, in an otherwise empty folder, whose only workload is `tiny`.

    Example:
        suite.runpytest_subprocess("benchmarks", "-k", "serial")
    """
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(ROOT / name, pytester.path)
    ignore = shutil.ignore_patterns("__pycache__", *(path.name for path in (ROOT / "workloads").glob("[a-z]*.py")))
    shutil.copytree(ROOT / "workloads", pytester.path / "workloads", ignore=ignore)
    shutil.copytree(ROOT / "benchmarks", pytester.path / "benchmarks", ignore=shutil.ignore_patterns("__pycache__"))
    (pytester.path / "workloads" / "tiny.py").write_text(TINY)
    for variable in ("GITHUB_STEP_SUMMARY", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "RAY_ADDRESS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return pytester


@pytest.fixture
def add_workload(suite: pytest.Pytester) -> Callable[..., None]:
    """`add_workload(name, old=new, …)` writes `workloads/NAME.py`: `tiny` with replaced pieces of text."""

    def add(name: str, *replacements: tuple[str, str]) -> None:
        text = TINY.replace("tiny", name)
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        (suite.path / "workloads" / f"{name}.py").write_text(text)

    return add


def git(folder: Path, *arguments: str) -> str:
    """What git prints."""
    return subprocess.run(
        ["git", "-C", str(folder), *arguments], stdout=subprocess.PIPE, text=True, check=True
    ).stdout.strip()


def commit(folder: Path) -> str:
    """Commit everything; the revision."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "A step")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def repository(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """`suite` as a git repository with one commit, with quicker rounds; no setting of the user's git counts."""
    for variable in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(variable)  # a hook's would lead to the repository that it runs for
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "somebody@localhost")
    (suite.path / "workloads" / "tiny.py").write_text(TINY.replace(*QUICKER))
    (suite.path / ".gitignore").write_text((ROOT / ".gitignore").read_text() + "/stdout\n/stderr\n")  # pytester's
    git(suite.path, "init", "--quiet", "--initial-branch=main")
    commit(suite.path)
    return suite


@pytest.fixture(scope="module")
def ray_here() -> Iterator[cluster.Cluster]:
    """A Ray with two CPUs for the tests of one module."""
    with cluster.start(2) as ready:
        yield ready


@pytest.fixture
def no_leftovers() -> Iterator[None]:
    """After the test no process is left that this one or a child of its started."""
    before = set(psutil.Process().children(recursive=True))
    yield
    left = set(psutil.Process().children(recursive=True)) - before
    assert not left, [(process.pid, process.cmdline()) for process in left]


def ray_folders() -> set[Path]:
    """Folders of Rays that the harness started."""
    return set(Path("/tmp").glob("ray-suite-*"))


@pytest.fixture
def no_folders_left() -> Iterator[None]:
    """After the test there is no folder of a Ray or a comparison that was not there before."""
    before = ray_folders()
    yield
    assert ray_folders() <= before
