"""What base holds: a revision of a real repository, unpacked."""

import os
import sys
from datetime import datetime
from pathlib import Path

import pytest

from benchmarks.harness.sides.repository import resolve, unpack
from benchmarks.harness.sides.side import pair
from tests.git import commit, git
from tests.process.trees import contents, refusal, sides, suite_in

pytestmark = pytest.mark.usefixtures("own_git")


def test_a_base_is_named_as_asked_for(root: Path, folder: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    git(root, "tag", "v1")
    git(root, "tag", "--annotate", "--message", "The first", "v1-said")
    git(root, "branch", "feature/quick")
    second = commit(root)
    git(root, "checkout", "--quiet", "--detach")
    expected = {
        "v1": (f"v1 {first[:7]}", "(detached)"),
        "v1-said": (f"v1-said {first[:7]}", "(detached)"),
        "feature/quick": (f"feature/quick {first[:7]}", "feature/quick"),
        "HEAD~1": (f"HEAD~1 {first[:7]}", "(detached)"),
        first: (first[:7], "(detached)"),
        first[:10]: (first[:7], "(detached)"),
    }
    for number, (ref, (title, branch)) in enumerate(expected.items()):
        (folder / str(number)).mkdir()
        base, head = sides(root, folder / str(number), ref)
        assert (base.title, base.label) == (title, first[:7])
        assert base.tree == folder / str(number) / "base"
        assert base.commit is not None
        assert base.commit["branch"] == branch
        assert head.label == second[:7]
        assert head.commit is not None
        assert (head.commit["id"], head.commit["branch"]) == (second, "(detached)")


def test_a_commit_is_described_as_pytest_benchmark_does(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2024-01-02T03:04:05+06:00")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2025-01-02T03:04:05+00:00")
    sha = commit(root)
    (root / "conftest.py").write_text("# changed\n")
    base, head = sides(root, folder, "main")
    assert base.commit is not None
    times = [datetime.fromisoformat(base.commit.pop(key)).isoformat() for key in ("author_time", "time")]
    assert times == ["2024-01-02T03:04:05+06:00", "2025-01-02T03:04:05+00:00"]
    assert base.commit == {"id": sha, "dirty": False, "project": "own", "branch": "main"}
    assert head.commit is not None
    assert (head.commit["id"], head.commit["dirty"], head.commit["branch"]) == (sha, True, "main")


def test_who_shows_signatures_gets_times_all_the_same(root: Path, folder: Path) -> None:
    git(root, "config", "log.showSignature", "true")
    base, _ = sides(root, folder)
    assert base.commit is not None
    assert datetime.fromisoformat(base.commit["time"])


def test_a_revision_is_unpacked_as_a_checkout_has_it(root: Path, folder: Path) -> None:
    """Not as an archive: what `export-ignore` leaves out and `export-subst` rewrites is what somebody would run."""
    (root / ".gitattributes").write_text("benchmarks/data export-ignore\nversion.py export-subst\n")
    (root / "benchmarks" / "data").mkdir()
    (root / "benchmarks" / "data" / "rows.csv").write_text("1\n")
    (root / "version.py").write_text('REVISION = "$Format:%H$"\n')
    commit(root)
    base, _ = sides(root, folder)
    assert (base.tree / "benchmarks" / "data" / "rows.csv").read_text() == "1\n"
    assert (base.tree / "version.py").read_text() == 'REVISION = "$Format:%H$"\n'
    assert base.lacking == []


def test_what_a_checkout_does_not_bring_is_told(root: Path, folder: Path, tmp_path: Path) -> None:
    """A submodule's files are in another repository; git-lfs keeps large files elsewhere and leaves a pointer."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "library")
    (tmp_path / "library" / "core.py").write_text("")
    commit(tmp_path / "library")
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "library"), "vendored")
    (root / "photo.jpg").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{64 * '0'}\nsize 3500000\n"
    )
    commit(root)
    base, head = sides(root, folder)
    assert base.lacking == ["the submodule vendored", "what git-lfs keeps of photo.jpg"]
    assert head.lacking == []
    assert (root / "vendored" / "core.py").exists()
    assert not (base.tree / "vendored" / "core.py").exists()


def test_base_has_the_committed_files(root: Path, folder: Path) -> None:
    """Not the present ones; programs stay programs, links links."""
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "inside").symlink_to("benchmarks/harness/sides")
    (root / "outside").symlink_to("../elsewhere")
    (root / "absolute").symlink_to("/etc/hostname")
    commit(root)
    (root / "conftest.py").write_text("# changed\n")
    (root / "untracked.py").write_text("")
    tree = sides(root, folder)[0].tree
    assert (tree / "conftest.py").read_text() == ""
    assert not (tree / "untracked.py").exists()
    assert not (tree / ".git").exists()
    assert os.access(tree / "run.sh", os.X_OK)
    assert not os.access(tree / "conftest.py", os.X_OK)
    links = {path.name: str(path.readlink()) for path in tree.iterdir() if path.is_symlink()}
    assert links == {"inside": "benchmarks/harness/sides", "outside": "../elsewhere", "absolute": "/etc/hostname"}
    assert (tree / "inside" / "protocol.py").exists()


def test_a_suite_below_the_top_of_a_repository_is_compared_alone(tmp_path: Path, folder: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "whole")
    root = suite_in(tmp_path / "whole" / "deep" / "suite")
    (tmp_path / "whole" / "other.txt").write_text("before\n")
    sha = commit(root.parents[1])
    (tmp_path / "whole" / "other.txt").write_text("after\n")
    base, head = sides(root, folder)
    assert sorted(path.name for path in base.tree.iterdir()) == ["benchmarks", "conftest.py"]
    assert head.title == f"working tree {sha[:7]}"
    assert base.commit is not None
    assert base.commit["project"] == "whole"
    (root / "conftest.py").write_text("# changed\n")
    assert pair(root, root, (), None, sys.executable, folder)[1].title == "working tree (1 file changed)"


def test_a_suite_that_a_revision_has_elsewhere_can_not_be_unpacked(tmp_path: Path, folder: Path) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "whole")
    commit(tmp_path / "whole")
    root = suite_in(tmp_path / "whole" / "suite")
    commit(tmp_path / "whole")
    assert refusal(root, folder, "HEAD~1").startswith("--against HEAD~1: git can't unpack that revision: fatal: ")


def test_a_shallow_clone_lends_what_it_has(root: Path, tmp_path: Path, folder: Path) -> None:
    first, second = git(root, "rev-parse", "HEAD"), commit(root)
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{root}", "clone")
    base, _ = sides(tmp_path / "clone", folder, "main")
    assert base.title == f"main {second[:7]}"
    for ref in (first, "HEAD~1"):
        assert refusal(tmp_path / "clone", folder, ref) == (
            f"--against {ref}: this shallow clone does not have that revision; `git fetch --unshallow` brings all of "
            "them, `git fetch --depth 1 origin REF` one (then --against FETCH_HEAD)"
        )
    git(tmp_path / "clone", "fetch", "--quiet", "--depth", "1", "origin", first)
    assert resolve(tmp_path / "clone", "FETCH_HEAD") == first


def test_git_stays_byte_for_byte(root: Path, folder: Path) -> None:
    """Also where a file's time alone changed: then a plain `git status` would write the index anew."""
    (root / "conftest.py").write_text("# stashed\n")
    git(root, "stash", "--quiet")
    (root / "staged.py").write_text("")
    git(root, "add", "staged.py")
    (root / "conftest.py").write_text("# changed\n")
    (root / "untracked.py").write_text("")
    os.utime(root / ".gitignore", (1, 1))
    before = contents(root)
    sha = resolve(root, "main")
    unpack(root, sha, "main", folder / "unpacked")
    sides(root, folder, "main")
    assert contents(root) == before
    git(root, "status")
    assert contents(root) != before  # so this would have been seen


@pytest.mark.parametrize("name", ["two words", "-dash", "quo'te\"s", "two\nlines", "$(id)", "ünï", "写真"])
def test_a_suite_may_lie_in_a_folder_and_have_files_of_any_name(tmp_path: Path, folder: Path, name: str) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "--", f"./{name}")
    root = suite_in(tmp_path / name / name)
    (root / f"{name}.txt").write_text("before\n")
    commit(tmp_path / name)
    (root / f"{name}.txt").write_text("after\n")
    base, head = sides(root, folder)
    assert (base.tree / f"{name}.txt").read_text() == "before\n"
    assert (base.lacking, head.title) == ([], "working tree (1 file changed)")


@pytest.mark.parametrize("name", ["it's", 'quo"te', "$(id)", "a;b", "ünï", "写真"])
def test_a_branch_of_any_name_that_git_allows_is_a_base(root: Path, folder: Path, name: str) -> None:
    """One argument of git's, never a shell's."""
    git(root, "branch", name)
    base, _ = sides(root, folder, name)
    assert base.title == f"{name} {git(root, 'rev-parse', '--short=7', 'HEAD')}"


def test_a_linked_worktree_is_compared_with_what_its_repository_has(root: Path, tmp_path: Path, folder: Path) -> None:
    git(root, "worktree", "add", "--quiet", "-b", "topic", str(tmp_path / "linked"))
    (tmp_path / "linked" / "conftest.py").write_text("# changed\n")
    commit(tmp_path / "linked")
    before = contents(root)
    base, head = sides(tmp_path / "linked", folder, "main")
    assert (base.tree / "conftest.py").read_text() == ""
    assert head.tree == tmp_path / "linked"
    assert contents(root) == before


def test_a_bare_repository_has_no_tree_to_be_head(root: Path, tmp_path: Path, folder: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", str(root), "bare.git")
    place = suite_in(tmp_path / "bare.git" / "suite")
    said = refusal(place, folder, "main")
    assert said.startswith(f"--against main: {place} is not in a git repository")
