"""What git and interpreters say of the two sides: real repositories, as small as they can be."""

import hashlib
import os
import shlex
import sys
from datetime import datetime
from pathlib import Path

import pytest

from benchmarks.harness.sides.errors import RepositoryError, SidesError
from benchmarks.harness.sides.repository import PROTOCOL_FILES, resolve, unpack
from benchmarks.harness.sides.side import Side, differing_pins, pair, versions_of
from tests.git import commit, git, isolate


@pytest.fixture(autouse=True)
def own_git(monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a run."""
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


def suite_in(tree: Path) -> Path:
    """As much of a suite as `sides` looks for."""
    (tree / PROTOCOL_FILES[0]).parent.mkdir(parents=True)
    (tree / PROTOCOL_FILES[0]).write_text("PROTOCOL = 1\n")
    (tree / "conftest.py").write_text("")
    return tree


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A suite in no repository."""
    return suite_in(tmp_path / "own")


@pytest.fixture
def root(bare: Path) -> Path:
    """A suite in a repository with one commit on `main`."""
    git(bare, "init", "--quiet", "--initial-branch=main")
    (bare / ".gitignore").write_text("*.log\n")
    commit(bare)
    return bare


def sides(
    root: Path,
    folder: Path,
    ref: str | None = "HEAD",
    python: str | None = None,
    arguments: tuple[str, ...] = ("benchmarks",),
    started_in: Path | None = None,
) -> tuple[Side, Side]:
    base, head = pair(root, started_in or root, arguments, ref, python, folder)
    assert (base.name, head.name) == ("base", "head")
    return base, head


def refusal(root: Path, folder: Path, ref: str | None = "HEAD", python: str | None = None) -> str:
    """The sentence."""
    with pytest.raises((RepositoryError, SidesError)) as caught:
        pair(root, root, (), ref, python, folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def contents(place: Path) -> dict[str, str]:
    """What each file holds."""
    files = [path for path in place.rglob("*") if path.is_file()]
    return {str(path.relative_to(place)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


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


# Base


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


# What base is called with


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
