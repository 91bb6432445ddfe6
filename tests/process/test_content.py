"""What counts as a tree's content, and which of it has changed: with git and without."""

import os
from pathlib import Path

import pytest

from benchmarks.harness.sides import content
from benchmarks.harness.sides.content import Content, files
from tests.git import commit, git, isolate

NAMES = (
    *("conftest.py", "pytest.ini", "pyproject.toml", "workloads/tiny.py", "workloads/photos/image-urls.txt"),
    *("benchmarks/data/rows.csv", "benchmarks/harness/measure.py", "library/core.c"),
)


@pytest.fixture(params=["repository", "folder"])
def tree(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some files, in a repository or not."""
    root = tmp_path / "tree"
    for name in NAMES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"{name}\n")
    if request.param == "repository":
        isolate(monkeypatch)
        git(root, "init", "--quiet", "--initial-branch=main")
        (root / ".gitignore").write_text("__pycache__\nbuild\n")
        commit(root)
    return root


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_time_may_depend_on_counts(tree: Path, name: str) -> None:
    """Code, configuration and data alike, edited or removed."""
    before = Content(tree)
    assert before.changed() == []
    (tree / name).write_text("something else\n")
    assert before.changed() == [name]
    (tree / name).unlink()
    assert before.changed() == [name]


def test_a_file_that_is_written_again_as_it_was_has_not_changed(tree: Path) -> None:
    before = Content(tree)
    (tree / "conftest.py").write_text("something else\n")
    (tree / "conftest.py").write_text("conftest.py\n")
    os.utime(tree / "conftest.py", (1, 1))
    assert before.changed() == []


@pytest.mark.parametrize("name", ["new.py", "benchmarks/conftest.py", "tox.ini", "setup.cfg", "new/pyproject.toml"])
def test_new_code_and_configuration_is_a_change(tree: Path, name: str) -> None:
    before = Content(tree)
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text("")
    assert before.changed() == [name]


@pytest.mark.parametrize(
    "name",
    [
        *("README.md", "docs/page.rst", "results.json", ".benchmarks/0001.json", "__pycache__/tiny.cpython-311.pyc"),
        *("workloads/.tiny.py.swp", "workloads/tiny.py~", "build/lib/copy.py"),
    ],
)
def test_what_runs_editors_and_writers_leave_is_none(tree: Path, name: str) -> None:
    before = Content(tree)
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text("")
    assert before.changed() == []


def test_a_link_that_leads_nowhere_breaks_nothing(tree: Path) -> None:
    """As Emacs leaves one beside a file that it has open; wherever it lies and whatever it is called."""
    (tree / "benchmarks" / ".#measure.py").symlink_to("somebody@somewhere.4711:1700000000")
    (tree / "nowhere.py").symlink_to("gone.py")
    before = Content(tree)
    (tree / "workloads" / ".#tiny.py").symlink_to("somebody@somewhere.4711:1700000000")
    (tree / "elsewhere.py").symlink_to("gone.py")
    assert before.changed() == []
    (tree / "gone.py").write_text("")
    assert set(before.changed()) == {"elsewhere.py", "gone.py", "nowhere.py"}


def test_a_large_file_is_known_by_its_size_and_time(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "LARGE", 10)
    (tree / "rows.csv").write_text("0123456789")
    before = Content(tree)
    os.utime(tree / "rows.csv", (1, 1))
    assert before.changed() == ["rows.csv"]


def test_the_same_files_are_alike_in_a_repository_and_out_of_it(tree: Path, tmp_path: Path) -> None:
    """As head's and an unpacked base's are: whatever git knows that a folder's walk does not show."""
    (tree / ".github").mkdir()
    (tree / ".github" / "tests.yml").write_text("")
    (tree / "build").mkdir()
    (tree / "build" / "made.py").write_text("")
    for name in files(tree):
        (tmp_path / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "copy" / name).write_bytes((tree / name).read_bytes())
    assert Content(tree).alike(Content(tmp_path / "copy"))
    (tmp_path / "copy" / "conftest.py").write_text("another\n")
    assert not Content(tree).alike(Content(tmp_path / "copy"))
