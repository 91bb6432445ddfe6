"""`--against` compares base with head wherever it is started from and whatever the tree is made of."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.git import commit, git
from tests.suite.comparing import refused, said, slowdowns, verdicts
from tests.suite.plain import COARSE, MINE, ONE_PASS, SIZE, TESTS, WORK, add, against, slower

pytestmark = pytest.mark.usefixtures("no_leftovers", "no_folders_left")

REGRESSED = "REGRESSED (tolerance 40 %)"


@pytest.fixture
def plain(repository: pytest.Pytester) -> pytest.Pytester:
    """A repository whose head has a plain test four times as slow as base's."""
    add(repository, test_plain=MINE)
    commit(repository.path)
    add(repository, test_plain=slower(MINE))
    return repository


@pytest.mark.alone
def test_head_is_slower_from_the_folder_above_too_and_results_that_can_not_be_kept_change_nothing(
    plain: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There, base once ran head's tree. The storage is a file, a report becomes a folder: the verdict comes first."""
    tree = plain.path
    (tree / "taken").write_text("a file\n")
    takes = f"from pathlib import Path\nPath({str(tree / 'locked.md')!r}).mkdir(exist_ok=True)\n"
    add(plain, test_plain=takes + slower(MINE))
    reports = (f"--report={tree}/locked.md", f"--report={tree}/r.md")
    monkeypatch.chdir(tree.parent)
    result = against(
        plain, f"{tree.name}/benchmarks/plain", *COARSE, f"--benchmark-storage=file://{tree}/taken", *reports
    )
    assert verdicts(result) == {"test_mine": REGRESSED}
    assert result.ret == 1
    assert "REGRESSED" in (tree / "r.md").read_text()
    first, second = result.errlines
    assert first == f"{tree}/locked.md could not be written: Is a directory"
    assert second.startswith(f"The two sides' runs could not be saved: [Errno 20] Not a directory: '{tree}/taken/")


@pytest.mark.parametrize(
    ("start", "arguments"),
    [
        ("benchmarks/plain", ("test_plain.py::test_mine",)),
        ("new/deep", ("../../benchmarks/plain",)),  # a folder that base lacks
        ("{unrelated}", ("{relative}/benchmarks/plain",)),
        (".", ("@arguments.txt",)),
        (".", ()),  # PYTEST_ADDOPTS
    ],
)
def test_base_runs_its_own_tree_from_anywhere(
    plain: pytest.Pytester,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    start: str,
    arguments: tuple[str, ...],
) -> None:
    """One pass shows that head's code is four times as slow, in which no verdict is due."""
    tree, unrelated = plain.path, tmp_path_factory.mktemp("unrelated")
    folder = (tree / start.format(unrelated=unrelated)).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (tree / "arguments.txt").write_text(f"-q\n{tree}/{TESTS}\n")
    if not arguments and start == ".":
        monkeypatch.setenv("PYTEST_ADDOPTS", f"-q '{tree}/{TESTS}'")
    names = {"tree": tree.name, "relative": os.path.relpath(tree, folder)}
    monkeypatch.chdir(folder)
    result = against(plain, *(argument.format(**names) for argument in arguments), *ONE_PASS)
    assert verdicts(result) == {"test_mine": "undecided (too few passes)"}
    assert slowdowns(result)["test_mine"] > 1
    assert result.ret == 6


def test_another_trees_interpreter_does_not_bring_its_tree_along(
    plain: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it knows the option, pytest takes the interpreter for a folder of tests, and looks above it."""
    other = tmp_path / "other"
    shutil.copytree(plain.path, other, ignore=shutil.ignore_patterns(".git", "__pycache__"))
    (other / "bin").mkdir()
    (other / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (other / "bin" / "python").chmod(0o755)
    python = str(other / "bin" / "python")
    result = against(plain, TESTS, "--against-python", python, *ONE_PASS)
    assert set(verdicts(result)) == {"test_mine"}
    assert "base HEAD" in result.stdout.str()
    refused(against(plain, "--against-python", python, TESTS), f"{plain.path}/{TESTS} is not in {other}, where *")


# What a library of the tree is

LIBRARY = WORK.format(size=SIZE)
USES = """
from library.core import work

def test_library(benchmark):
    benchmark(work)
"""


@pytest.fixture
def library(repository: pytest.Pytester) -> pytest.Pytester:
    """A library in a folder `src` of the tree, whose head is four times as slow; its test knows no path."""
    (repository.path / "src" / "library").mkdir(parents=True)
    (repository.path / "src" / "library" / "core.py").write_text(LIBRARY)
    add(repository, test_plain=USES)
    commit(repository.path)
    (repository.path / "src" / "library" / "core.py").write_text(slower(LIBRARY))
    return repository


def test_a_library_on_the_path_is_each_sides_own(library: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that is installed in place is."""
    monkeypatch.setenv("PYTHONPATH", str(library.path / "src"))
    assert slowdowns(against(library, TESTS, *ONE_PASS))["test_library"] > 1


def test_a_library_that_base_would_load_from_heads_tree_is_refused(library: pytest.Pytester) -> None:
    """A conftest that puts an absolute path before all others: both sides would run head's."""
    conftest = f"import sys\nsys.path.insert(0, {str(library.path / 'src')!r})\n"
    (library.path / "benchmarks" / "plain" / "conftest.py").write_text(conftest)
    git(library.path, "stash", "push", "--quiet", "src")
    commit(library.path)
    git(library.path, "stash", "pop", "--quiet")
    result = against(library, TESTS, *ONE_PASS)
    sentence = (
        "base has loaded src/library/core.py from head's tree, not from its own: put the folder that it is imported "
        "from into `pythonpath` in pytest.ini"
    )
    refused(result, sentence, 3)


def test_a_library_of_a_third_place_is_said_to_be_the_same(
    library: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(library.path / "src", tmp_path / "elsewhere")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "elsewhere"))
    result = against(library, TESTS, *ONE_PASS)
    assert abs(slowdowns(result)["test_library"]) < 1
    sentence = (
        f"{tmp_path}/elsewhere/library/core.py is in neither tree: both sides ran the same, whatever a change did to it"
    )
    assert sentence in said(result)


# What a revision holds


def test_what_a_revision_lacks_is_said_and_links_and_attributes_break_nothing(
    plain: pytest.Pytester, tmp_path: Path
) -> None:
    """A submodule, git-lfs, export-ignore on the tests themselves, and an editor that has a file open."""
    tree = plain.path
    git(tmp_path, "init", "--quiet", "--initial-branch=main", "vendored")
    (tmp_path / "vendored" / "core.py").write_text("")
    commit(tmp_path / "vendored")
    git(tree, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "vendored"), "vendored")
    (tree / "photo.jpg").write_text(
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{64 * '0'}\nsize 3500000\n"
    )
    (tree / ".gitattributes").write_text("benchmarks/plain export-ignore\n")
    commit(tree)
    (tree / "benchmarks" / "plain" / ".#test_plain.py").symlink_to("somebody@somewhere.4711:1700000000")
    (tree / "benchmarks" / "gone.py").symlink_to("nowhere.py")
    result = against(plain, TESTS, *ONE_PASS)
    assert set(verdicts(result)) == {"test_mine"}
    assert result.ret == 6
    sentence = (
        "base's tree lacks the submodule vendored, what git-lfs keeps of photo.jpg: what needs it can't be compared"
    )
    assert sentence in said(result)


@pytest.mark.parametrize("changed", ["pytest.ini", "benchmarks/plain/rows.csv", "benchmarks/plain/conftest.py"])
def test_whatever_counts_and_changes_meanwhile_is_named(repository: pytest.Pytester, changed: str) -> None:
    """Head's test edits it, as somebody at an editor would."""
    (repository.path / "benchmarks" / "plain").mkdir()
    (repository.path / "benchmarks" / "plain" / "rows.csv").write_text("1\n")
    (repository.path / "benchmarks" / "plain" / "conftest.py").write_text("")
    add(repository, test_plain=MINE)
    commit(repository.path)
    edits = f"    with open({str(repository.path / changed)!r}, 'a') as file:\n        file.write('# and on\\n')\n"
    add(repository, test_plain=MINE + edits)
    refused(
        against(repository, TESTS, *ONE_PASS), f"head's {changed} changed while the comparison ran: start it again", 3
    )
