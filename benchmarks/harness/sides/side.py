"""What is compared: base and head, each a complete tree under an interpreter.

Owns the facts about a side. Git is `repository`'s matter. Starts no session.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.harness.sides import bytecode, repository, start
from benchmarks.harness.sides.errors import SidesError
from benchmarks.harness.sides.graft import graft
from benchmarks.harness.text import number_of

ASK = """
import importlib.metadata as m, json, platform
found = {}
for name in ("ray", "pytest", "pytest-benchmark", "numpy", "torch", "torchvision"):
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: found[name] = None
print(json.dumps({"Python": platform.python_version(), **found}))
"""
NEEDED = ("ray", "pytest", "pytest-benchmark", "numpy")


@dataclass(frozen=True)
class Side:
    """One of the two.

    Attributes:
        name: `base` or `head`.
        title: as a reader names it: `main 1a2b3c4`, `working tree (2 files changed)`.
        label: the same for a file name: `1a2b3c4`, `1a2b3c4-dirty`.
        tree: the folder with `conftest.py`.
        folder: where its session starts, as the user's did.
        python: its interpreter.
        arguments: what pytest is called with.
        versions: Python and packages of its interpreter.
        commit: what its saved runs say of their commit; None where there is none.
        variables: what its environment has beside the user's.
        lacking: what its revision holds and its tree has not, a phrase each.
    """

    name: str
    title: str
    label: str
    tree: Path
    folder: Path
    python: str
    arguments: tuple[str, ...]
    versions: dict[str, str | None]
    commit: dict[str, Any] | None = field(default=None)
    variables: dict[str, str] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)

    @property
    def command(self) -> list[str]:
        """What starts its session."""
        return [self.python, "-m", "pytest", *self.arguments]


def pair(
    root: Path,
    started_in: Path,
    arguments: tuple[str, ...],
    ref: str | None,
    python: str | None,
    folder: Path,
    head_tests: tuple[Sequence[Path], Sequence[str]] | None = None,
) -> list[Side]:
    """Base and head.

    Args:
        root: the tree with `conftest.py`, as it is: head.
        started_in: where the user called pytest.
        arguments: what pytest was called with.
        ref: the revision that base is; None for the same tree.
        python: base's interpreter; None for this one.
        folder: where base's tree may be unpacked.
        head_tests: what of head is selected, and names of test modules, where base is to run head's tests.

    Raises:
        RepositoryError: not a repository, no such revision, or nothing that could be compared in it.
        SidesError: no such interpreter, one that lacks what a session needs, a file of arguments that can't be read, or
            a tree in which tests can't be told from code.
    """
    root, started_in = root.resolve(), started_in.resolve()
    head = _head(root, started_in, start.expanded(arguments, started_in))
    base = replace(head, name="base")
    if ref is not None:
        sha = repository.resolve(root, ref)
        place = start.mirror(root, started_in, folder / "base")
        lacking = repository.unpack(root, sha, ref, place.tree)
        place.folder.mkdir(parents=True, exist_ok=True)  # the revision may lack it, or have nothing in it
        grafted = graft(root, place.tree, *head_tests) if head_tests is not None else []
        bytecode.share(root, place.tree)
        tests = f" with head's tests ({number_of(len(grafted), 'file')})" if grafted else ""
        base = replace(
            base,
            title=(sha[:7] if sha.startswith(ref) else f"{ref} {sha[:7]}") + tests,
            label=sha[:7],
            tree=place.tree,
            folder=place.folder,
            arguments=tuple(place.moved(argument) for argument in head.arguments),
            variables=place.variables(started_in),
            lacking=lacking,
            commit=repository.commit_info(root, sha, ref),
        )
    if python is not None:
        python = _interpreter(python)
        versions = versions_of(python)
        different = [(name, version) for name, version in versions.items() if version != head.versions[name]]
        mine = [(name, head.versions[name]) for name, _ in different]
        head = replace(head, title=head.title + _under(mine))
        base = replace(
            base,
            title=base.title + (_under(different) or " under another interpreter"),
            label=base.label + "".join(f"-{name}-{version}" for name, version in different),
            python=python,
            versions=versions,
        )
    return [base, head]


def _under(versions: list[tuple[str, str | None]]) -> str:
    return f" under {', '.join(f'{name} {version}' for name, version in versions)}" if versions else ""


def _head(root: Path, started_in: Path, arguments: tuple[str, ...]) -> Side:
    """The tree as it is, under this interpreter."""
    versions = versions_of(sys.executable)
    title, label, commit = "working tree", "tree", None
    if repository.readable(root):
        changed = repository.git(root, "status", "--porcelain", "--", ".").splitlines()
        if repository.has_commit(root):
            label = repository.git(root, "rev-parse", "--short", "HEAD")
            title = f"working tree {label}"
            branch = repository.git(root, "rev-parse", "--abbrev-ref", "HEAD")
            commit = repository.commit_info(root, repository.git(root, "rev-parse", "HEAD"), branch, bool(changed))
        if changed:
            title, label = f"working tree ({len(changed)} file{'s' * (len(changed) != 1)} changed)", f"{label}-dirty"
    return Side("head", title, label, root, started_in, sys.executable, arguments, versions, commit)


def versions_of(python: str) -> dict[str, str | None]:
    """Versions of an interpreter and of what it has installed; None for a package that it lacks.

    Raises:
        SidesError: it can't be run.
    """
    try:
        asked = subprocess.run([python, "-c", ASK], capture_output=True, text=True, timeout=60, check=True)
        found: dict[str, str | None] = json.loads(asked.stdout)
    except subprocess.TimeoutExpired as error:
        raise SidesError(f"--against-python {python}: it does not answer within {error.timeout:.0f} s") from None
    except subprocess.CalledProcessError as error:  # as text it would have the whole program above in it
        reason = f"it ended with status {error.returncode}"
        raise SidesError(f"--against-python {python}: not a Python that runs here ({reason})") from None
    except (OSError, ValueError) as error:
        raise SidesError(f"--against-python {python}: not a Python that runs here ({error})") from None
    return found


def _interpreter(python: str) -> str:
    """The interpreter's path, made absolute but with its links kept: a virtual environment's is one."""
    path = Path(python).expanduser()
    path = path / "bin" / "python" if path.is_dir() else path
    if not path.exists():
        raise SidesError(
            f"--against-python {python}: there is no such interpreter; name one, or its environment's folder"
        )
    found = versions_of(str(path.absolute()))
    if lacking := [name for name in NEEDED if found[name] is None]:
        raise SidesError(
            f"--against-python {python}: it lacks {', '.join(lacking)}; install there what constraints.txt pins, with "
            "the versions to compare"
        )
    return str(path.absolute())


def differing_pins(base: Side, head: Side) -> str:
    """A sentence if the two trees ask for other packages but would run with the same ones; empty otherwise."""
    if base.python != head.python:
        return ""
    different = [
        name for name in ("constraints.txt", "pyproject.toml") if _text(base.tree / name) != _text(head.tree / name)
    ]
    if not different:
        return ""
    return (
        f"{' and '.join(different)} differ{'s' * (len(different) == 1)} between the two, but both ran with this "
        "environment's packages: to compare those too, install base's in an environment of its own and add "
        "--against-python PATH"
    )


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
