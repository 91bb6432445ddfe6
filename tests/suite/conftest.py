"""A copy of the suite to run whole sessions in, and what must not be left of them."""

import compileall
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator

import pytest
import scipy.special  # noqa: F401 — pytester unloads what a test has brought, and no process can load numpy twice
from pytest_benchmark.logger import PytestBenchmarkWarning

from benchmarks.harness import tree
from benchmarks.harness.tree import ROOT
from tests.git import commit, git, isolate

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

LIGHT = "-p no:hypothesispytest"
"""That plugin imports all of Hypothesis at the end of each session: 1 s of a CPU, and a comparison has two or more."""


@pytest.fixture(scope="session")
def _compiled() -> None:
    """A copy's processes write no bytecode: a file changed within a second would go unseen. They read this tree's."""
    for package in ("benchmarks", "workloads"):
        compileall.compile_dir(ROOT / package, quiet=1)


@pytest.fixture
def suite(_compiled: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A copy of the suite, in an otherwise empty folder, whose only workload is `tiny`.

    Example:
        suite.runpytest_subprocess("benchmarks", "-k", "serial")
    """
    shutil.copy(ROOT / "conftest.py", pytester.path)
    ini = (ROOT / "pytest.ini").read_text()
    (pytester.path / "pytest.ini").write_text(ini.replace("addopts = ", f"addopts = {LIGHT} "))
    without = shutil.ignore_patterns("experiments")
    ignore = shutil.ignore_patterns(*(path.name for path in (ROOT / "workloads").glob("[a-z]*.py")))
    shutil.copytree(ROOT / "workloads", pytester.path / "workloads", ignore=ignore)
    shutil.copytree(ROOT / "benchmarks", pytester.path / "benchmarks", ignore=without)
    (pytester.path / "workloads" / "tiny.py").write_text(TINY)
    for variable in ("GITHUB_STEP_SUMMARY", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "RAY_ADDRESS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("COLUMNS", "400")  # lines are whole
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


@pytest.fixture
def repository(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """`suite` as a git repository with one commit, with quicker rounds; no setting of the user's git counts."""
    isolate(monkeypatch)
    (suite.path / "workloads" / "tiny.py").write_text(TINY.replace(*QUICKER))
    (suite.path / ".gitignore").write_text((ROOT / ".gitignore").read_text() + "/stdout\n/stderr\n")  # pytester's
    git(suite.path, "init", "--quiet", "--initial-branch=main")
    commit(suite.path)
    return suite


@pytest.fixture
def refuses(suite: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Callable[..., pytest.RunResult]:
    """`refuses("--variants", "dusk")` runs `suite` in this process: enough where options end it, and 1.5 s quicker."""
    monkeypatch.setattr(tree, "ROOT", suite.path)  # a conftest of any other tree leaves the session alone

    def run(*args: str) -> pytest.RunResult:
        with warnings.catch_warnings(action="ignore", category=PytestBenchmarkWarning):  # an error would end it
            result = suite.runpytest_inprocess("benchmarks", *args)
        assert result.ret == pytest.ExitCode.USAGE_ERROR
        assert "Traceback" not in result.stderr.str() + result.stdout.str()
        return result

    return run


@pytest.fixture
def own_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs find each other below it; those of other tests are none of this test's. Short, for torch's sockets' sake."""
    with tempfile.TemporaryDirectory(prefix="t-", dir="/tmp") as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield
