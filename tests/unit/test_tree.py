"""What a tree's digest depends on, and what it does not."""

import shutil
from pathlib import Path

import pytest

from benchmarks.harness.tree import strangers, tree_digest


def test_nobody_has_loaded_anything_strange() -> None:
    assert strangers([]) == []


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("conftest.py", "workloads/tiny.py", "benchmarks/harness/measure.py", "tests/test_it.py", "README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"# {name}\n")
    return tmp_path


@pytest.mark.parametrize("name", ["conftest.py", "workloads/tiny.py", "benchmarks/harness/measure.py"])
def test_what_decides_about_times_is_in_a_trees_digest(files: Path, name: str) -> None:
    before = tree_digest(files)
    (files / name).write_text("# changed\n")
    assert tree_digest(files) != before


def test_a_new_a_lost_and_a_renamed_file_change_it(files: Path) -> None:
    seen = {tree_digest(files)}
    (files / "workloads" / "other.py").write_text("")
    seen.add(tree_digest(files))
    (files / "workloads" / "other.py").rename(files / "workloads" / "another.py")
    seen.add(tree_digest(files))
    (files / "workloads" / "tiny.py").unlink()
    seen.add(tree_digest(files))
    assert len(seen) == 4


def test_nothing_else_changes_it_and_a_copy_has_the_same(files: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    before = tree_digest(files)
    for name in ("README.md", "tests/test_it.py", "workloads/notes.txt"):
        (files / name).write_text("# changed\n")
    (files / "workloads" / "__pycache__").mkdir()
    (files / "workloads" / "__pycache__" / "tiny.cpython-311.pyc").write_bytes(b"\0")
    assert tree_digest(files) == before
    copy = tmp_path_factory.mktemp("copy") / "tree"
    shutil.copytree(files, copy)
    assert tree_digest(copy) == before
