"""Small repositories that hold a suite, for the tests of what the two sides are; and what ends their sessions."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.harness.sides.keeper import Keeper
from tests.git import commit, git, isolate
from tests.process.trees import suite_in


@pytest.fixture
def own_git(monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a run."""
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A suite in no repository."""
    return suite_in(tmp_path / "own")


@pytest.fixture
def root(bare: Path) -> Path:
    """A suite in a repository with one commit on `main`."""
    git(bare, "init", "--quiet", "--initial-branch=main")
    (bare / ".gitignore").write_text("*.log\n")
    commit(bare)
    return bare


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with Keeper() as keeper:
        yield keeper
