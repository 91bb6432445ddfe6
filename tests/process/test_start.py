"""What base is called with, and where: every path leads into its own tree."""

import os
import shlex
from pathlib import Path

import pytest

from benchmarks.harness.sides.errors import SidesError
from tests.process.trees import sides

pytestmark = pytest.mark.usefixtures("own_git")


def test_paths_lead_into_the_other_tree(root: Path, folder: Path) -> None:
    (root / "benchmarks" / "more").mkdir()
    test = "benchmarks/test_workloads.py::test_workload[tiny-small-ray]"
    beside = f"--report={root}-beside/r.md"
    arguments = ("-k", "tiny", f"{root}/{test}", test, f"--report={root}/r.md", beside, str(root))
    base, head = sides(root, folder, arguments=arguments, started_in=root / "benchmarks")
    tree = base.tree
    assert base.arguments == (*("-k", "tiny", f"{tree}/{test}", test, f"--report={tree}/r.md", beside, str(tree)),)
    assert base.folder == tree / "benchmarks"
    assert (head.arguments, head.folder) == (arguments, root / "benchmarks")


def test_who_starts_it_elsewhere_starts_both_sides_there(root: Path, folder: Path, tmp_path: Path) -> None:
    base, head = sides(root, folder, arguments=(str(root),), started_in=tmp_path)
    assert (base.folder, head.folder) == (folder / "base", tmp_path)
    assert base.tree == folder / "base" / root.name
    assert base.arguments == (str(base.tree),)


@pytest.mark.parametrize("started_in", [".", "..", "benchmarks/harness", "../elsewhere", "/"])
def test_whatever_is_relative_leads_from_bases_start_to_bases_files(
    root: Path, folder: Path, tmp_path: Path, started_in: str
) -> None:
    """From the tree, above it, below it, beside it, or the top of all folders."""
    (tmp_path / "elsewhere").mkdir()
    start = (root / started_in).resolve()
    argument = os.path.relpath(root / "benchmarks", start)
    base, head = sides(root, folder, arguments=(argument,), started_in=start)
    assert (head.folder / argument).resolve() == root / "benchmarks"
    assert base.arguments == (argument,)
    assert base.folder.is_dir()
    assert (base.folder / argument).resolve() == base.tree / "benchmarks"


def test_a_start_folder_that_base_lacks_is_made(root: Path, folder: Path) -> None:
    (root / "new" / "deep").mkdir(parents=True)
    base, _ = sides(root, folder, arguments=("../../benchmarks",), started_in=root / "new" / "deep")
    assert base.folder == base.tree / "new" / "deep"
    assert base.folder.is_dir()


def test_arguments_from_files_are_moved_too(root: Path, folder: Path) -> None:
    """Each line is an argument, as pytest reads it; a file may name another one."""
    (root / "more.txt").write_text(f"{root}/benchmarks\n")
    (root / "args.txt").write_text("-k\ntiny and serial\n@more.txt\n")
    base, head = sides(root, folder, arguments=("-q", "@args.txt"))
    assert head.arguments == ("-q", "-k", "tiny and serial", f"{root}/benchmarks")
    assert base.arguments == ("-q", "-k", "tiny and serial", f"{base.tree}/benchmarks")


def test_a_file_of_arguments_that_is_not_there_is_named(root: Path, folder: Path) -> None:
    with pytest.raises(SidesError, match=r"@nowhere\.txt: no file of arguments that can be read"):
        sides(root, folder, arguments=("@nowhere.txt",))


def test_options_of_the_environment_are_moved_too(root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that a file beside the user has, with it."""
    (root / "args.txt").write_text(f"--ignore={root}/tests\n")
    monkeypatch.setenv("PYTEST_ADDOPTS", f"-q '{root}/a folder' -k 'one and two' @args.txt")
    base, head = sides(root, folder)
    assert shlex.split(base.variables["PYTEST_ADDOPTS"]) == [
        *("-q", f"{base.tree}/a folder", "-k", "one and two", f"--ignore={base.tree}/tests"),
    ]
    assert head.variables == {}


def test_a_library_of_the_tree_that_is_installed_in_place_is_bases_own(
    root: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether PYTHONPATH leads to it, or a `.pth` file of the environment: either way it is on the path."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(root / "lib"), "/opt/other"]))
    monkeypatch.syspath_prepend(root / "src")
    monkeypatch.syspath_prepend(tmp_path / "beside")
    base, head = sides(root, folder)
    assert base.variables["PYTHONPATH"].split(os.pathsep) == [
        *(f"{base.tree}/lib", "/opt/other", f"{base.tree}/src"),
    ]
    assert "PYTHONPATH" not in head.variables
