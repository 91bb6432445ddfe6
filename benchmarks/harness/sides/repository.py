"""What a comparison takes from git: a revision's commit, its tree, and facts about both.

Reads the repository and changes nothing in it. Knows nothing of sides.
"""

import os
import subprocess
import tarfile
from pathlib import Path
from typing import Any, BinaryIO, cast

from benchmarks.harness.sides.errors import RepositoryError

PROTOCOL_FILES = (Path("benchmarks/harness/sides/protocol.py"), Path("benchmarks/harness/lockstep.py"))
"""Where a revision that speaks the turn protocol has it: the file, and where it was before it had a room."""


def resolve(root: Path, ref: str) -> str:
    """The commit that `ref` names, in full.

    Raises:
        RepositoryError: this is no repository, or it has no such revision.
    """
    if not readable(root):
        why = _refusal(root)
        raise RepositoryError(
            f"--against {ref}: {root} is not in a git repository{why}, so it has no revisions to compare with"
        )
    found = _run(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if found.returncode == 0:
        return found.stdout.strip()
    if git(root, "rev-parse", "--is-shallow-repository") == "true":
        raise RepositoryError(
            f"--against {ref}: this shallow clone does not have that revision; `git fetch --unshallow` brings all of "
            "them, `git fetch --depth 1 origin REF` one (then --against FETCH_HEAD)"
        )
    raise RepositoryError(f"--against {ref}: git knows no such revision here; name a branch, a tag or a commit")


def unpack(root: Path, sha: str, ref: str, target: Path) -> Path:
    """The tree of a commit, as `git archive` has it, in a new folder `target`. Git itself stays as it is.

    Raises:
        RepositoryError: the revision has no suite where this tree has it, or one without the turn protocol.
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
            raise RepositoryError(f"--against {ref}: git can't unpack that revision: {reason}") from None
    if not any((target / file).exists() for file in PROTOCOL_FILES):
        raise RepositoryError(
            f"--against {ref}: {sha[:7]} does not speak the turn protocol (it has no {PROTOCOL_FILES[0]}); name a "
            "revision that does"
        )
    return target


def commit_info(root: Path, sha: str, ref: str, dirty: bool = False) -> dict[str, Any]:
    """As pytest-benchmark writes it."""
    author_time, time = git(root, "show", "--no-patch", "--no-show-signature", "--format=%aI|%cI", sha).split("|")
    branch = ref if _run(root, "show-ref", "--verify", "--quiet", f"refs/heads/{ref}").returncode == 0 else "(detached)"
    project = Path(git(root, "rev-parse", "--show-toplevel")).name
    return {
        "id": sha,
        "time": time,
        "author_time": author_time,
        "dirty": dirty,
        "project": project,
        "branch": branch,
    }


def readable(root: Path) -> bool:
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


def has_commit(root: Path) -> bool:
    return _run(root, "rev-parse", "--verify", "--quiet", "HEAD").returncode == 0


def git(root: Path, *arguments: str) -> str:
    found = _run(root, *arguments)
    if found.returncode:
        raise RepositoryError(f"git {arguments[0]} failed: {found.stderr.strip()}")
    return found.stdout.strip()


def _run(root: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["git", "-C", str(root), *arguments], capture_output=True, text=True, env=_quiet(), check=False
    )


def _quiet() -> dict[str, str]:
    """Without optional locks `git status` does not refresh the index on disk."""
    return {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
