"""Where a side's session starts, and with which words: base's as head's, in its own tree.

Owns what stands in a command line and an environment and names a place. Starts nothing.
"""

import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness.sides.errors import SidesError

ADDED = "PYTEST_ADDOPTS"


@dataclass(frozen=True)
class Place:
    """Base's tree, at the same distance from its start folder as head's is from the user's.

    So whatever is relative, `benchmarks` from the tree, `main/benchmarks` from above it or `../benchmarks` from below,
    means base's files on base. What is absolute is `moved`.

    Attributes:
        root: head's tree.
        tree: base's.
        folder: where base's session starts.
    """

    root: Path
    tree: Path
    folder: Path

    def moved(self, argument: str) -> str:
        """An argument for the other tree: an absolute path below head's tree becomes base's."""
        option, equals, value = argument.rpartition("=") if argument.startswith("-") else ("", "", argument)
        path, colons, test = value.partition("::")
        if Path(path).is_absolute() and Path(path).resolve().is_relative_to(self.root):
            return f"{option}{equals}{self.tree / Path(path).resolve().relative_to(self.root)}{colons}{test}"
        return argument

    def variables(self, started_in: Path) -> dict[str, str]:
        """What base's environment has beside head's: options and folders of modules, moved.

        A library of the tree that is installed in place stands on the path as head's folder: base's comes before it.
        """
        found = {}
        if added := os.environ.get(ADDED):
            options = expanded(tuple(shlex.split(added)), started_in)
            found[ADDED] = shlex.join(map(self.moved, options))
        given = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
        own = [path for path in sys.path if path and Path(path).resolve().is_relative_to(self.root)]
        outside = [path for path in own if not _installed(path) and Path(path).resolve() != self.root]
        if paths := dict.fromkeys(map(self.moved, [*given, *outside])):
            found["PYTHONPATH"] = os.pathsep.join(paths)
        return found


def mirror(root: Path, started_in: Path, folder: Path) -> Place:
    """A place below `folder` in which base's tree and start folder lie as `root` and `started_in` do. Makes nothing."""
    above = Path(os.path.commonpath([root, started_in]))
    return Place(root, folder / root.relative_to(above), folder / started_in.relative_to(above))


def expanded(arguments: tuple[str, ...], started_in: Path) -> tuple[str, ...]:
    """The arguments with those of each `@FILE` in its place, a line each, as pytest reads it.

    Raises:
        SidesError: a file can't be read.
    """
    found: list[str] = []
    for argument in arguments:
        if not argument.startswith("@"):
            found.append(argument)
            continue
        try:
            lines = (started_in / argument[1:]).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SidesError(f"{argument}: no file of arguments that can be read ({error})") from None
        found += expanded(tuple(lines), started_in)
    return tuple(found)


def _installed(path: str) -> bool:
    """Whether a folder on the path belongs to an environment that lies inside the tree."""
    return Path(path).resolve().is_relative_to(Path(sys.prefix).resolve())
