"""What is compared: base and head, each a complete tree under an interpreter.

Owns git and the facts about a side. Reads the repository and changes nothing in it. Starts no session.
"""

import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

PROTOCOL_FILE = Path("benchmarks/harness/lockstep.py")

ASK = """
import importlib.metadata as m, json, platform
found = {}
for name in ("ray", "pytest", "pytest-benchmark", "numpy", "torch", "torchvision"):
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: found[name] = None
print(json.dumps({"Python": platform.python_version(), **found}))
"""
NEEDED = ("ray", "pytest", "pytest-benchmark", "numpy")


class SidesError(Exception):
    """There are no two sides to compare; one sentence that says why, and what would work."""


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

    @property
    def command(self) -> list[str]:
        """What starts its session."""
        return [self.python, "-m", "pytest", *self.arguments]


def pair(
    root: Path, started_in: Path, arguments: tuple[str, ...], ref: str | None, python: str | None, folder: Path
) -> list[Side]:
    """Base and head.

    Args:
        root: the tree with `conftest.py`, as it is: head.
        started_in: where the user called pytest.
        arguments: what pytest was called with.
        ref: the revision that base is; None for the same tree.
        python: base's interpreter; None for this one.
        folder: where base's tree may be unpacked.

    Raises:
        SidesError: not a repository, no such revision, no such interpreter, or nothing that could be compared in it.
    """
    own = versions_of(sys.executable)
    changed = _git(root, "status", "--porcelain", "--", ".").splitlines() if _in_repository(root) else None
    commit = _git(root, "rev-parse", "--short", "HEAD") if changed is not None and _has_commit(root) else ""
    dirty = f"working tree ({len(changed)} file{'s' * (len(changed) != 1)} changed)" if changed else ""
    title = dirty or (f"working tree {commit}" if commit else "working tree")
    label = (commit or "tree") + ("-dirty" if dirty else "")
    commit_info = None
    if commit:
        branch = _git(root, "rev-parse", "--abbrev-ref", "HEAD")
        commit_info = _commit_info(root, _git(root, "rev-parse", "HEAD"), branch, bool(changed))
    head = Side("head", title, label, root, started_in, sys.executable, arguments, own, commit_info)
    tree = root
    if ref is not None:
        sha = resolve(root, ref)
        tree = unpack(root, sha, ref, folder / "base")
        title, label, commit_info = f"{ref} {sha[:7]}", sha[:7], _commit_info(root, sha, ref)
        if sha.startswith(ref):
            title = sha[:7]
    versions = own
    if python is not None:
        python = _interpreter(python)
        versions = versions_of(python)
        different = [f"{name} {version}" for name, version in versions.items() if version != own[name]]
        title += f" under {', '.join(different) or 'another interpreter'}"
        label += "".join(f"-{name}-{version}" for name, version in versions.items() if version != own[name])
    moved = tuple(_moved(argument, root, tree) for argument in arguments)
    inside = tree / started_in.relative_to(root) if started_in.is_relative_to(root) else started_in
    base = Side("base", title, label, tree, inside, python or sys.executable, moved, versions, commit_info)
    return [base, head]


def _moved(argument: str, root: Path, tree: Path) -> str:
    """An argument for the other tree: where it names a file of this one, it names that one's."""
    option, equals, value = argument.rpartition("=") if argument.startswith("-") else ("", "", argument)
    path, colons, test = value.partition("::")
    if Path(path).is_absolute() and Path(path).is_relative_to(root):
        return f"{option}{equals}{tree / Path(path).relative_to(root)}{colons}{test}"
    return argument


def resolve(root: Path, ref: str) -> str:
    """The commit that `ref` names, in full.

    Raises:
        SidesError: this is no repository, or it has no such revision.
    """
    if not _in_repository(root):
        why = _refusal(root)
        raise SidesError(
            f"--against {ref}: {root} is not in a git repository{why}, so it has no revisions to compare with"
        )
    found = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if found.returncode == 0:
        return found.stdout.strip()
    if _git(root, "rev-parse", "--is-shallow-repository") == "true":
        raise SidesError(
            f"--against {ref}: this shallow clone does not have that revision; `git fetch --unshallow` brings all of "
            "them, `git fetch --depth 1 origin REF` one (then --against FETCH_HEAD)"
        )
    raise SidesError(f"--against {ref}: git knows no such revision here; name a branch, a tag or a commit")


def unpack(root: Path, sha: str, ref: str, target: Path) -> Path:
    """The tree of a commit, as `git archive` has it, in a new folder `target`. Git itself stays as it is.

    Raises:
        SidesError: the revision has no suite where this tree has it, or one without the turn protocol.
    """
    target.mkdir()
    command = ["git", "-C", str(root), "archive", "--format=tar", sha]  # below a repository's top: of that folder alone
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_quiet()) as archive:
        assert archive.stderr is not None
        try:
            with tarfile.open(fileobj=cast(BinaryIO, archive.stdout), mode="r|") as tar:
                tar.extractall(target, filter="tar")  # "data" refuses links that lead out of the tree; git has them
        except tarfile.ReadError:
            reason = archive.stderr.read().decode(errors="replace").strip()
            raise SidesError(f"--against {ref}: git can't unpack that revision: {reason}") from None
    if not (target / PROTOCOL_FILE).exists():
        raise SidesError(
            f"--against {ref}: {sha[:7]} does not speak the turn protocol (it has no {PROTOCOL_FILE}); name a revision "
            "that does"
        )
    return target


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


def _commit_info(root: Path, sha: str, ref: str, dirty: bool = False) -> dict[str, Any]:
    """As pytest-benchmark writes it."""
    author_time, time = _git(root, "show", "--no-patch", "--no-show-signature", "--format=%aI|%cI", sha).split("|")
    branch = ref if _run(root, "show-ref", "--verify", "--quiet", f"refs/heads/{ref}").returncode == 0 else "(detached)"
    project = Path(_git(root, "rev-parse", "--show-toplevel")).name
    return {
        "id": sha,
        "time": time,
        "author_time": author_time,
        "dirty": dirty,
        "project": project,
        "branch": branch,
    }


def _in_repository(root: Path) -> bool:
    try:
        return _run(root, "rev-parse", "--is-inside-work-tree").stdout.strip() == "true"
    except FileNotFoundError:
        return False  # no git here


def _refusal(root: Path) -> str:
    """What keeps git from a repository that is there all the same, in brackets; empty if there is none."""
    try:
        said = _run(root, "rev-parse", "--is-inside-work-tree").stderr.strip().partition("\n")[0]
    except FileNotFoundError:
        said = "git is not installed"
    return "" if "not a git repository" in said or not said else f" that git would use ({said.removeprefix('fatal: ')})"


def _has_commit(root: Path) -> bool:
    return _run(root, "rev-parse", "--verify", "--quiet", "HEAD").returncode == 0


def _git(root: Path, *arguments: str) -> str:
    found = _run(root, *arguments)
    if found.returncode:
        raise SidesError(f"git {arguments[0]} failed: {found.stderr.strip()}")
    return found.stdout.strip()


def _run(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, env=_quiet(), check=False
    )


def _quiet() -> dict[str, str]:
    """Without optional locks `git status` does not refresh the index on disk."""
    return {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
