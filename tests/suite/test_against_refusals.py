"""What `--against` refuses, a sentence each: wrong options, revisions, interpreters, selections, and a second one."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.git import commit, git
from tests.suite.comparing import ONE_PASS, compare, pytest_in, refused, verdicts

AddWorkload = Callable[..., None]

pytestmark = pytest.mark.usefixtures("no_leftovers", "no_folders_left")

PROTOCOL_FILE = "benchmarks/harness/sides/protocol.py"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--against nowhere", "--against nowhere: git knows no such revision here; name a branch, a tag or a commit"),
        ("--against HEAD --benchmark-disable", "--benchmark-disable does not go with --against: nothing would be *"),
        ("--against-python nowhere", "--against-python nowhere: there is no such interpreter; name one, *"),
    ],
)
@pytest.mark.usefixtures("repository")
def test_what_can_t_be_asked_for_is_one_sentence(
    refuses: Callable[..., pytest.RunResult], options: str, sentence: str
) -> None:
    refused(refuses(*options.split()), sentence)


def test_an_interpreter_without_ray_is_one_sentence(repository: pytest.Pytester, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "v"], check=True)
    sentence = f"--against-python {tmp_path / 'v'}: it lacks ray, pytest, pytest-benchmark, numpy; install there *"
    refused(compare(repository, "--against-python", str(tmp_path / "v")), sentence)


def test_an_interpreter_in_another_suites_tree_is_told_how_to_be_named(
    repository: pytest.Pytester, tmp_path: Path
) -> None:
    """Where pytest takes it for a test's path, and loads the conftest.py beside it, an older one."""
    here = (repository.path / "conftest.py").read_text()
    (tmp_path / "conftest.py").write_text(here[: here.index("\nif Path(__file__)")])
    (tmp_path / "python").symlink_to(sys.executable)
    result = compare(repository, "--against-python", str(tmp_path / "python"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*write it with an equals sign, as in --against-python=PATH"])


def test_without_a_repository_there_are_no_revisions(
    suite: pytest.Pytester, refuses: Callable[..., pytest.RunResult]
) -> None:
    sentence = f"--against main: {suite.path} is not in a git repository, so it has no revisions to compare with"
    refused(refuses("--against", "main"), sentence)


def test_a_shallow_clone_is_told_how_to_get_the_revision(
    repository: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = git(repository.path, "rev-parse", "HEAD")
    commit(repository.path)
    git(tmp_path, "clone", "--quiet", "--depth", "1", f"file://{repository.path}", "clone")
    monkeypatch.chdir(tmp_path / "clone")
    refused(compare(repository, "--against", first), f"--against {first}: this shallow clone does not have that *")


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence", "status"),
    [
        (
            PROTOCOL_FILE,
            None,
            "",
            f"--against HEAD~1: * does not speak the turn protocol (it has no {PROTOCOL_FILE}); name a revision *",
            pytest.ExitCode.USAGE_ERROR,
        ),
        (
            PROTOCOL_FILE,
            "PROTOCOL = ",
            "PROTOCOL = 99",
            "base speaks version 99* of the turn protocol, this tree *: compare revisions that speak the same",
            3,
        ),
        (
            "conftest.py",
            "import os",
            "import os import",
            "base ended with status 4: SyntaxError: invalid syntax, pass 1",
            3,
        ),
        ("benchmarks/harness/plugin/fixture.py", "import contextlib", "1 / 0", None, 6),
        (
            "benchmarks/test_workloads.py",
            "import pytest",
            "import pytest pytest",
            "base ended with status 2: *SyntaxError: invalid syntax, pass 1",
            3,
        ),
    ],
)
def test_a_base_that_can_t_take_part_is_one_sentence(
    repository: pytest.Pytester, file: str, old: str | None, new: str, sentence: str | None, status: int
) -> None:
    path = repository.path / file
    text = path.read_text()
    if old is None:
        path.unlink()
    else:
        assert old in text
        path.write_text(text.replace(old, new, 1))
    commit(repository.path)
    path.write_text(text)
    commit(repository.path)
    result = compare(repository, "--against", "HEAD~1", "--budget", "20")
    if sentence is None:
        assert verdicts(result)["tiny"].startswith("not compared: fails on base: ZeroDivisionError")
        sentence = "no test could be compared"
    refused(result, sentence.replace("[", "[[]"), status)


def test_a_head_that_can_t_be_collected_is_named(repository: pytest.Pytester) -> None:
    path = repository.path / "benchmarks" / "test_workloads.py"
    path.write_text(f"import nothing_of_the_sort\n{path.read_text()}")
    result = compare(repository, "--against", "HEAD", *ONE_PASS)
    refused(result, "head ended with status 2: ModuleNotFoundError: No module named 'nothing_of_the_sort', pass 1", 1)


def test_nothing_selected_is_one_sentence(repository: pytest.Pytester) -> None:
    sentence = "nothing is selected that could be compared: name benchmarks, as in `pytest benchmarks --against REF`"
    refused(compare(repository, "--against", "HEAD", selected="nothing"), sentence, pytest.ExitCode.NO_TESTS_COLLECTED)


def test_tests_that_time_nothing_are_not_compared(repository: pytest.Pytester) -> None:
    (repository.path / "tests").mkdir()
    (repository.path / "tests" / "test_nothing.py").write_text("def test_nothing(): pass\n")
    commit(repository.path)
    sentence = (
        "nothing is selected that could be compared (it times nothing): name benchmarks, as in `pytest benchmarks "
        "--against REF`"
    )
    refused(pytest_in(repository, "--against", "HEAD", "tests"), sentence, pytest.ExitCode.NO_TESTS_COLLECTED)


def test_two_comparisons_would_time_each_other(repository: pytest.Pytester, add_workload: AddWorkload) -> None:
    os.mkfifo(started := repository.path / ".git" / "started")
    add_workload("endless", ("    total = 0", f"    open({str(started)!r}, 'w').close()\n    while True: pass"))
    commit(repository.path)
    command = [sys.executable, "-m", "pytest", "benchmarks", "-k", "endless and serial", "--against", "HEAD"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        started.open().close()  # blocks until a side has begun
        sentence = f"another comparison runs in {repository.path}, and the two would time each other: wait until *"
        refused(compare(repository, "--against", "HEAD"), sentence)
        first.send_signal(signal.SIGINT)
        _, said = first.communicate(timeout=10)
    finally:
        first.kill()
    assert (said, first.returncode) == ("ERROR: interrupted: no verdict\n", 2)
