"""Suites of a few files, and the two sides of a comparison of them."""

import hashlib
from pathlib import Path

import pytest

from benchmarks.harness.sides.errors import RepositoryError, SidesError
from benchmarks.harness.sides.repository import PROTOCOL_FILES
from benchmarks.harness.sides.side import Side, pair


def suite_in(tree: Path) -> Path:
    """As much of a suite as `sides` looks for."""
    (tree / PROTOCOL_FILES[0]).parent.mkdir(parents=True)
    (tree / PROTOCOL_FILES[0]).write_text("PROTOCOL = 1\n")
    (tree / "conftest.py").write_text("")
    return tree


def sides(
    root: Path,
    folder: Path,
    ref: str | None = "HEAD",
    python: str | None = None,
    arguments: tuple[str, ...] = ("benchmarks",),
    started_in: Path | None = None,
) -> tuple[Side, Side]:
    base, head = pair(root, started_in or root, arguments, ref, python, folder)
    assert (base.name, head.name) == ("base", "head")
    return base, head


def refusal(root: Path, folder: Path, ref: str | None = "HEAD", python: str | None = None) -> str:
    """The sentence."""
    with pytest.raises((RepositoryError, SidesError)) as caught:
        pair(root, root, (), ref, python, folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def contents(place: Path) -> dict[str, str]:
    """What each file holds."""
    files = [path for path in place.rglob("*") if path.is_file()]
    return {str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
