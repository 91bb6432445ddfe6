"""Which files a process has loaded: real processes, with copies of the tree on their path."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.harness.tree import ROOT, Loaded, strangers

SHOW = """
import json
import {modules}
from benchmarks.harness import tree
print(json.dumps([str(tree.ROOT), sorted(tree.loaded())]))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The packages of this tree, elsewhere."""
    for package in ("workloads", "benchmarks"):
        shutil.copytree(ROOT / package, tmp_path / "copy" / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "copy"


def loaded_by(*path: Path, modules: str = "workloads.fibonacci") -> tuple[Path, Loaded]:
    """What a process finds, its tree and its files, that has these folders on its path."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "-c", SHOW.format(modules=modules)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout
    root, files = json.loads(said)
    return Path(root), frozenset((file, digest) for file, digest in files)


def test_this_trees_own_process_has_no_strangers() -> None:
    root, files = loaded_by(ROOT)
    assert root == ROOT
    assert {file for file, _ in files} == {
        "benchmarks/__init__.py",
        "benchmarks/harness/__init__.py",
        "benchmarks/harness/tree.py",
        "workloads/__init__.py",
        "workloads/fibonacci.py",
    }
    assert strangers([files]) == []


def test_a_copy_of_the_same_files_is_no_stranger(copy: Path) -> None:
    """A worker on another node has them elsewhere."""
    root, files = loaded_by(copy)
    assert root == copy
    assert strangers([files]) == []


def test_a_shadowed_workload_is_named(copy: Path) -> None:
    with (copy / "workloads" / "fibonacci.py").open("a") as file:
        file.write("# another revision\n")
    _, files = loaded_by(copy, ROOT)
    _, own = loaded_by(ROOT)
    assert strangers([own, files, files]) == ["workloads/fibonacci.py"]


def test_files_that_this_tree_does_not_have_are_named_in_order(copy: Path) -> None:
    (copy / "workloads" / "zebra.py").write_text("")
    (copy / "benchmarks" / "extra").mkdir()
    (copy / "benchmarks" / "extra" / "__init__.py").write_text("")
    _, files = loaded_by(copy, modules="workloads.zebra, benchmarks.extra")
    assert strangers([files]) == ["benchmarks/extra/__init__.py", "workloads/zebra.py"]


def test_what_other_packages_have_loaded_does_not_matter(copy: Path) -> None:
    _, files = loaded_by(copy, modules="json.tool, email.parser")
    assert {file.partition("/")[0] for file, _ in files} == {"benchmarks"}
