"""What `--against` asks of a test beside its typical time, with real changes: some rounds, imports, memory; and why."""

import re
from collections.abc import Callable

import pytest

from tests.git import commit
from tests.suite.comparing import ONE_PASS, pytest_in

pytestmark = pytest.mark.usefixtures("no_leftovers", "no_folders_left")

BENCHMARKS = """
import itertools
import time

CALLS = itertools.count()


def spin(ms):
    end = time.perf_counter() + ms / 1000
    while time.perf_counter() < end:
        pass


def sometimes():
    spin(12)


def held():
    end = time.perf_counter() + 0.08
    data = bytearray(10_000_000)  # making more of it takes longer, but not so long that the call does
    while time.perf_counter() < end:
        pass
    return len(data)


def test_some(benchmark):
    benchmark(sometimes)


def test_same(benchmark):
    benchmark(spin, 12)


def test_held(benchmark):
    benchmark(held)
"""

SOME = ("    spin(12)\n\n\ndef held", "    spin(12 if next(CALLS) % 5 else 100)\n\n\ndef held")
"""A fifth of the rounds: too few for typical time."""
HOLDS = ("bytearray(10_000_000)", "bytearray(120_000_000)")
IMPORTS = """
import time

time.sleep({seconds})


def spin(ms):
    end = time.perf_counter() + ms / 1000
    while time.perf_counter() < end:
        pass


def test_imports(benchmark):
    benchmark(spin, 12)
"""
COARSE = ("--budget", "200", "--tolerance", "30", "--must-see", "60")


def rows(result: pytest.RunResult) -> dict[str, str]:
    """The last column of each test's row."""
    cells = [re.split(r"\s{2,}", line) for line in result.outlines]
    return {row[0]: row[-1] for row in cells if len(row) > 5 and row[0].startswith("test_")}


@pytest.fixture
def tree(repository: pytest.Pytester) -> pytest.Pytester:
    (repository.path / "benchmarks" / "test_plain.py").write_text(BENCHMARKS)
    (repository.path / "benchmarks" / "test_imports.py").write_text(IMPORTS.format(seconds=0))
    commit(repository.path)
    return repository


def change(tree: pytest.Pytester, *replacements: tuple[str, str]) -> None:
    path = tree.path / "benchmarks" / "test_plain.py"
    text = path.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


def test_slower_rounds_imports_and_memory_are_named_each_for_what_it_is(tree: pytest.Pytester) -> None:
    change(tree, SOME, HOLDS)
    (tree.path / "benchmarks" / "test_imports.py").write_text(IMPORTS.format(seconds=1.5))
    files = ("benchmarks/test_plain.py", "benchmarks/test_imports.py")
    result = pytest_in(tree, *files, "--against", "HEAD", *COARSE, "--report", "r.md")
    found = rows(result)
    assert found["test_imports"].startswith("REGRESSED in cold start: ")
    assert re.match(r"REGRESSED in total time: \+\d+.* typical .*: some rounds are slower", found["test_some"])
    assert found["test_held"].startswith("REGRESSED in memory: ")
    assert found["test_same"].startswith(("ok", "undecided"))
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "why test_some: *:spin *",
            "why test_held: benchmarks/test_plain.py holds 10.0 MB → 120.0 MB*",
            "Slower: test_some (+* total time)*",
        ]
    )
    report = (tree.path / "r.md").read_text()
    assert "| typical time | total time | cold start | memory |" in report


def test_a_question_that_is_not_asked_decides_nothing(tree: pytest.Pytester) -> None:
    change(tree, HOLDS)
    asked = ("--questions", "typical-time", "--report", "r.md")
    result = pytest_in(tree, "benchmarks/test_plain.py", "-k", "held", "--against", "HEAD", *ONE_PASS, *asked)
    assert rows(result)["test_held"] == "undecided (too few passes)"
    report = (tree.path / "r.md").read_text()
    assert "test_held" in report
    assert not [question for question in ("total time", "cold start", "memory") if question in report]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("speed", "--questions speed: no question 'speed'; there are typical-time, total-time, cold-start, memory"),
        (",", "--questions ',': name at least one of typical-time, total-time, cold-start, memory"),
    ],
)
def test_a_question_that_there_is_not_is_refused(
    refuses: Callable[..., pytest.RunResult], value: str, sentence: str
) -> None:
    refuses("--against", "HEAD", "--questions", value).stderr.fnmatch_lines([f"ERROR: {sentence}"])
