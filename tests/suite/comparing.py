"""Running comparisons of a copy of the suite, and reading what they print."""

import re
import sys

import pytest

ONE_PASS = ("--budget", "1")


def compare(tree: pytest.Pytester, *args: str, selected: str = "tiny and serial") -> pytest.RunResult:
    return pytest_in(tree, "benchmarks", "-k", selected, *args)


def pytest_in(tree: pytest.Pytester, *args: str) -> pytest.RunResult:
    return tree.run(sys.executable, "-m", "pytest", *args, timeout=120)


def verdicts(result: pytest.RunResult) -> dict[str, str]:
    """Of the table that is printed last: the workload of each row, and its last column."""
    cells = [re.split(r"\s{2,}", line) for line in result.outlines]
    return {row[0].removesuffix("-small-serial"): row[-1] for row in cells if len(row) > 5 and "-small-" in row[0]}


def refused(result: pytest.RunResult, sentence: str, status: int = pytest.ExitCode.USAGE_ERROR) -> None:
    """One line on standard error, and no traceback."""
    result.stderr.fnmatch_lines([f"ERROR: {sentence}"])
    assert result.ret == status
    assert len([line for line in result.errlines if line.strip()]) == 1
    assert "Traceback" not in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str()
