"""What a comparison takes from git: a revision's commit, its tree, and facts about both.

Reads the repository and changes nothing in it. Knows nothing of sides.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.harness.sides.errors import RepositoryError
from benchmarks.harness.text import plain

PROTOCOL_FILES = (Path("benchmarks/harness/sides/protocol.py"), Path("benchmarks/harness/lockstep.py"))
"""Where a revision that speaks the turn protocol has it: the file, and where it was before it had a room."""

LFS_POINTER = b"version https://git-lfs.github.com/spec/"


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


def unpack(root: Path, sha: str, ref: str, target: Path) -> list[str]:
    """The tree of a commit in a new folder `target`, as a checkout has it; git itself stays as it is.

    Not `git archive`, which leaves out what `export-ignore` says and rewrites what `export-subst` says. An index of its
    own keeps the user's untouched.

    Returns:
        What the revision holds but the folder lacks, a phrase each: submodules, and what git-lfs keeps elsewhere.

    Raises:
        RepositoryError: the revision has no suite where this tree has it, or one without the turn protocol.
    """
    target.mkdir(parents=True)
    prefix = git(root, "rev-parse", "--show-prefix").rstrip("/")  # below a repository's top: that folder alone
    where = f"{sha}:{prefix}" if prefix else f"{sha}^{{tree}}"
    with tempfile.TemporaryDirectory() as scratch:
        done = _run(
            root,
            *(f"--git-dir={git(root, 'rev-parse', '--absolute-git-dir')}", f"--work-tree={target}"),
            *("-c", "core.sparseCheckout=false", "-c", "submodule.recurse=false", "-c", "core.fsmonitor=false"),
            *("read-tree", "-m", "-u", where),
            GIT_INDEX_FILE=str(Path(scratch, "index")),
        )
    if done.returncode:
        raise RepositoryError(f"--against {ref}: git can't unpack that revision: {plain(done.stderr)}")
    if not any((target / file).exists() for file in PROTOCOL_FILES):
        raise RepositoryError(
            f"--against {ref}: {sha[:7]} does not speak the turn protocol (it has no {PROTOCOL_FILES[0]}); name a "
            "revision that does"
        )
    return _lacking(root, where, target)


def _lacking(root: Path, tree: str, target: Path) -> list[str]:
    """What `git ls-tree` lists and a checkout has not brought."""
    submodules, pointers, missing = [], [], []
    for entry in filter(None, git(root, "ls-tree", "-r", "-z", "--full-tree", tree).split("\0")):
        facts, _, name = entry.partition("\t")
        path = target / name
        if facts.split()[1] == "commit":
            submodules.append(name)
        elif not path.is_symlink() and not path.is_file():
            missing.append(name)
        elif path.is_file() and path.stat().st_size < 1024 and path.read_bytes().startswith(LFS_POINTER):
            pointers.append(name)
    found = [f"the submodule {name}" for name in submodules]
    found += [f"what git-lfs keeps of {name}" for name in pointers]
    return found + [f"the file {name}" for name in missing]


def listed(root: Path) -> list[str] | None:
    """Files below a folder that git tracks or would add, from that folder; None where there is no repository."""
    if not readable(root):
        return None
    found = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    return [name for name in found.split("\0") if name]


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


def _run(root: Path, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Git, below `root`. Without optional locks `git status` does not refresh the index on disk."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", **variables}
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, errors="surrogateescape", env=environment, check=False
    )
