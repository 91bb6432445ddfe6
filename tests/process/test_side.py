"""What git and interpreters say of the two sides: real repositories, as small as they can be."""

import sys
from pathlib import Path

import pytest

from benchmarks.harness.sides.repository import PROTOCOL_FILES
from benchmarks.harness.sides.side import differing_pins, versions_of
from tests.git import commit, git
from tests.process.trees import refusal, sides

pytestmark = pytest.mark.usefixtures("own_git")


# Head


def test_a_clean_tree_is_named_by_its_commit(root: Path, folder: Path) -> None:
    (root / "a.log").write_text("git ignores it\n")
    _, head = sides(root, folder)
    short = git(root, "rev-parse", "--short", "HEAD")
    assert (head.title, head.label) == (f"working tree {short}", short)
    assert (head.tree, head.folder, head.python) == (root, root, sys.executable)
    assert head.command == [sys.executable, "-m", "pytest", "benchmarks"]
    assert head.versions["pytest"] == pytest.__version__
    assert head.commit is not None
    assert (head.commit["id"], head.commit["dirty"]) == (git(root, "rev-parse", "HEAD"), False)


def test_staged_changed_and_untracked_files_are_counted(root: Path, folder: Path) -> None:
    short = git(root, "rev-parse", "--short", "HEAD")
    (root / "conftest.py").write_text("import os\n")
    _, head = sides(root, folder)
    assert (head.title, head.label) == ("working tree (1 file changed)", f"{short}-dirty")
    (root / "staged.py").write_text("")
    git(root, "add", "staged.py")
    (root / "untracked.py").write_text("")
    (folder / "base").rename(folder / "before")
    _, head = sides(root, folder)
    assert (head.title, head.label) == ("working tree (3 files changed)", f"{short}-dirty")
    assert head.commit is not None
    assert head.commit["dirty"] is True


def test_without_a_repository_a_tree_is_a_tree(bare: Path, folder: Path) -> None:
    base, head = sides(bare, folder, ref=None, python=sys.executable)
    assert (head.title, head.label, head.commit) == ("working tree", "tree", None)
    assert (base.title, base.label, base.commit) == ("working tree under another interpreter", "tree", None)


def test_without_git_a_tree_is_a_tree(
    root: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    _, head = sides(root, folder, ref=None, python=sys.executable)
    assert (head.title, head.label, head.commit) == ("working tree", "tree", None)


def test_before_the_first_commit_all_files_are_changes(bare: Path, folder: Path) -> None:
    git(bare, "init", "--quiet", "--initial-branch=main")
    _, head = sides(bare, folder, ref=None, python=sys.executable)
    assert (head.title, head.label, head.commit) == ("working tree (2 files changed)", "tree-dirty", None)
    assert refusal(bare, folder, "HEAD").endswith("git knows no such revision here; name a branch, a tag or a commit")


# Interpreters


def test_an_environments_folder_names_its_python(root: Path, folder: Path) -> None:
    base, head = sides(root, folder, ref=None, python=sys.prefix)
    assert base.python == str(Path(sys.prefix, "bin", "python"))
    assert (base.tree, base.versions, base.commit) == (root, head.versions, head.commit)
    assert base.label == head.label


def test_a_revision_may_have_an_interpreter_of_its_own(root: Path, folder: Path) -> None:
    base, _ = sides(root, folder, "main", sys.executable)
    assert base.title == f"main {git(root, 'rev-parse', 'HEAD')[:7]} under another interpreter"
    assert base.tree != root


def test_packages_of_other_versions_are_named(root: Path, folder: Path, tmp_path: Path) -> None:
    """An environment beside this one whose numpy says that it is another."""
    other = tmp_path / "other"
    (metadata := other / "site" / "numpy-1.0.dist-info" / "METADATA").parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 1.0\n")
    python = other / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{other}/site" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    base, head = sides(root, folder, ref=None, python=str(python))
    assert (base.versions["numpy"], base.versions["ray"]) == ("1.0", head.versions["ray"])
    assert base.title.endswith(" under numpy 1.0")
    assert head.title == base.title.replace("numpy 1.0", f"numpy {head.versions['numpy']}")
    assert base.label == f"{head.label}-numpy-1.0"
    assert base.python == str(python)


def test_versions_are_this_interpreters() -> None:
    found = versions_of(sys.executable)
    assert found["Python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["pytest"] == pytest.__version__
    assert set(found) == {"Python", "ray", "pytest", "pytest-benchmark", "numpy", "torch", "torchvision"}


# Pins


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ((), ""),
        (("constraints.txt",), "constraints.txt differs"),
        (("pyproject.toml",), "pyproject.toml differs"),
        (("constraints.txt", "pyproject.toml"), "constraints.txt and pyproject.toml differ"),
    ],
)
def test_other_pins_under_one_interpreter_are_told(
    root: Path, folder: Path, changed: tuple[str, ...], names: str
) -> None:
    (root / "constraints.txt").write_text("numpy==2.0.0\n")
    commit(root)
    for name in changed:
        (root / name).write_text("numpy==2.1.0\n")
    said = differing_pins(*sides(root, folder))
    if not changed:
        assert said == ""
    else:
        assert said.startswith(f"{names} between the two, but both ran with this environment's packages: ")


def test_other_pins_under_another_interpreter_are_meant(root: Path, folder: Path, tmp_path: Path) -> None:
    (root / "constraints.txt").write_text("numpy==2.0.0\n")
    (tmp_path / "v" / "bin").mkdir(parents=True)
    (tmp_path / "v" / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (tmp_path / "v" / "bin" / "python").chmod(0o755)
    assert differing_pins(*sides(root, folder, "HEAD", str(tmp_path / "v"))) == ""


# What can't be compared


def test_without_a_repository_there_are_no_revisions(bare: Path, folder: Path) -> None:
    expected = f"--against main: {bare} is not in a git repository, so it has no revisions to compare with"
    assert refusal(bare, folder, "main") == expected


@pytest.mark.parametrize("ref", ["nowhere", "", "--help", "-q", "HEAD:conftest.py", "HEAD~9", "a b", "HEAD^{tree}"])
def test_what_is_no_revision_is_named(root: Path, folder: Path, ref: str) -> None:
    expected = f"--against {ref}: git knows no such revision here; name a branch, a tag or a commit"
    assert refusal(root, folder, ref) == expected


def test_a_revision_without_the_turn_protocol_is_named(root: Path, folder: Path) -> None:
    git(root, "rm", "--quiet", str(PROTOCOL_FILES[0]))
    sha = commit(root)
    assert refusal(root, folder) == (
        f"--against HEAD: {sha[:7]} does not speak the turn protocol (it has no benchmarks/harness/sides/protocol.py); "
        "name a revision that does"
    )


def test_a_revision_that_has_the_protocol_where_it_was_before_can_be_a_base(root: Path, folder: Path) -> None:
    old, new = "benchmarks/harness/lockstep.py", "benchmarks/harness/sides/protocol.py"
    git(root, "mv", new, old)
    sha = commit(root)
    (root / new).parent.mkdir(exist_ok=True)
    git(root, "mv", old, new)
    base, _ = sides(root, folder)
    assert base.title == f"HEAD {sha[:7]}"
    assert (base.tree / old).exists()
    assert not (base.tree / new).exists()


@pytest.mark.parametrize("text", [None, "not a program", "#!/bin/sh\nexit 3\n", "#!/bin/sh\necho hello\n"])
def test_what_is_no_python_is_named(root: Path, folder: Path, tmp_path: Path, text: str | None) -> None:
    python = tmp_path / "python"
    if text is None:
        expected = "there is no such interpreter; name one, or its environment's folder"
    else:
        python.write_text(text)
        python.chmod(0o755 if text.startswith("#!") else 0o644)
        expected = "not a Python that runs here ("
    said = refusal(root, folder, None, str(python))
    assert said.startswith(f"--against-python {python}: {expected}")
    assert "import" not in said  # the program that it was asked to run is nobody's concern


def test_an_interpreter_that_lacks_packages_is_named(root: Path, folder: Path, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I -S "$@"\n')  # -S: without site-packages
    python.chmod(0o755)
    assert refusal(root, folder, None, str(python)) == (
        f"--against-python {python}: it lacks ray, pytest, pytest-benchmark, numpy; install there what constraints.txt "
        "pins, with the versions to compare"
    )
