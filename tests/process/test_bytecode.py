"""Which bytecode base has after it was given head's, as Python itself says when it imports."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.harness.sides import bytecode


@pytest.fixture
def trees(tmp_path: Path) -> tuple[Path, Path]:
    """Head, in which everything has been compiled, and base without bytecode, one module of which is another."""
    head, base = tmp_path / "head", tmp_path / "base"
    (head / "library").mkdir(parents=True)
    for name in ("__init__", "same", "changed"):
        (head / "library" / f"{name}.py").write_text(f"NAME = {name!r}\n")
    subprocess.run([sys.executable, "-m", "compileall", "-q", head], check=True)
    shutil.copytree(head, base, ignore=shutil.ignore_patterns("__pycache__"), copy_function=shutil.copyfile)
    (base / "library" / "changed.py").write_text("NAME = 'CHANGED'\n")
    return head, base


def imported(tree: Path, module: str) -> str:
    """What Python says of an import for which it may not write bytecode, and the module's name."""
    command = [sys.executable, "-B", "-v", "-c", f"import {module} as found; print(found.NAME, found.__file__)"]
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def test_what_is_the_same_is_compiled_already_and_what_is_not_is_not(trees: tuple[Path, Path]) -> None:
    head, base = trees
    bytecode.share(head, base)
    same, changed = imported(base, "library.same"), imported(base, "library.changed")
    assert f"same {base / 'library' / 'same.py'}\n" in same
    assert re.search(r"matches \S*/library/same\.py", same)
    assert not re.search(r"matches \S*/library/changed\.py", changed)
    assert f"CHANGED {base / 'library' / 'changed.py'}\n" in changed
    assert not list((base / "library" / "__pycache__").glob("changed.*"))


def test_head_stays_as_it_is(trees: tuple[Path, Path]) -> None:
    head, base = trees
    before = {path: path.stat().st_mtime_ns for path in head.rglob("*")}
    bytecode.share(head, base)
    assert {path: path.stat().st_mtime_ns for path in head.rglob("*")} == before


def test_what_head_no_longer_has_or_never_compiled_stays(trees: tuple[Path, Path]) -> None:
    head, base = trees
    (head / "library" / "same.py").unlink()
    (base / "library" / "other.py").write_text("NAME = 'other'\n")
    bytecode.share(head, base)
    assert [file.name.partition(".")[0] for file in base.rglob("*.pyc")] == ["__init__"]
