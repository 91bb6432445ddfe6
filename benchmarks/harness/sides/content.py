"""What a tree holds, and which of it has changed since.

Owns which files count: in a git repository those that git tracks or would add, elsewhere all that are not hidden; not
documents, and not what editors leave beside the files that they have open. Changes nothing.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness.sides import repository

DOCUMENTS = (".md", ".rst")
CODE = (".py", ".ini", ".toml", ".cfg")
LEFT_BY_EDITORS = (".swp", ".swx", ".tmp", "~")
HIDDEN_FROM = ("__pycache__", "node_modules", "build", "dist")

LARGE = 1 << 26
"""Bytes from which on a file's size and time stand for what it holds: reading it would take longer than a round."""

Held = dict[str, str]


class Content:
    """A tree's files when it was looked at.

    Attributes:
        held: for each file, from the root, a digest.

    Args:
        root: the tree.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._stamps: dict[str, tuple[int, int]] = {}
        self.held: Held = {}
        for name in files(root):
            if (stamp := _stamp(root / name)) is not None:
                self._stamps[name] = stamp
                self.held[name] = _digest(root / name, stamp)

    def changed(self) -> list[str]:
        """Files that hold something else now, are gone, or have come as code or configuration; sorted.

        A file that was written again as it was has not changed; a new one that is no code can't be what was timed.
        """
        now = {name: stamp for name in files(self._root) if (stamp := _stamp(self._root / name)) is not None}
        found = {name for name in now.keys() - self._stamps.keys() if name.endswith(CODE)}
        for name, stamp in self._stamps.items():
            if name not in now:
                found.add(name)
            elif now[name] != stamp:
                if _digest(self._root / name, now[name]) != self.held[name]:
                    found.add(name)
                else:
                    self._stamps[name] = now[name]
        return sorted(found)

    def alike(self, other: "Content") -> bool:
        """Whether both hold the same, as far as a tree without git shows it: hidden files are no part of that."""
        return _shown(self.held) == _shown(other.held)


def _shown(held: Held) -> Held:
    return {name: digest for name, digest in held.items() if not any(map(_hidden, name.split("/")))}


def _hidden(part: str) -> bool:
    return part.startswith(".") or part in HIDDEN_FROM


def files(root: Path) -> Iterator[str]:
    """Files that count, from the root."""
    listed = repository.listed(root)
    for name in listed if listed is not None else _walked(root):
        last = name.rpartition("/")[2]
        if name.endswith(DOCUMENTS) or last.endswith(LEFT_BY_EDITORS) or last.startswith((".#", "#")):
            continue
        yield name


def _walked(root: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not _hidden(name)]
        below = Path(folder).relative_to(root)
        yield from ((below / name).as_posix() for name in names if not _hidden(name))


def _stamp(path: Path) -> tuple[int, int] | None:
    """Size and time of a file; None where there is none, as behind a link that leads nowhere."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_size, found.st_mtime_ns) if path.is_file() else None


def _digest(path: Path, stamp: tuple[int, int]) -> str:
    if stamp[0] >= LARGE:
        return str(stamp)
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
