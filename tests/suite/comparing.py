"""Running comparisons of a copy of the suite, and reading what they print."""

import re
import sys

import pytest

ONE_PASS = ("--budget", "1")


def compare(tree: pytest.Pytester, *args: str, selected: str = "tiny and serial") -> pytest.RunResult:
    return pytest_in(tree, "benchmarks", "-k", selected, *args)


def pytest_in(tree: pytest.Pytester, *args: str) -> pytest.RunResult:
    return tree.run(sys.executable, "-m", "pytest", *args, timeout=240)


def verdicts(result: pytest.RunResult) -> dict[str, str]:
    """Of the table that is printed last: each row's test, of a serial one the workload alone, and its last column."""
    return {name: cells[-1] for name, cells in _rows(result).items()}


def slowdowns(result: pytest.RunResult) -> dict[str, float]:
    """The same, and how much slower a test is, as a share; of those of which a pass says so."""
    found = {name: cells[1].lstrip(">").replace("−", "-") for name, cells in _rows(result).items()}
    return {name: float(text.removesuffix(" %")) / 100 for name, text in found.items() if text != "–"}


def said(result: pytest.RunResult) -> str:
    """What it printed, each sentence on one line."""
    return re.sub(r"\n  +", " ", "\n".join(result.outlines))


def _rows(result: pytest.RunResult) -> dict[str, list[str]]:
    """No two rows have the same name."""
    (start,) = [i for i, line in enumerate(result.outlines) if re.match(r"\s+slowdown\s+interval", line)]
    cells = [re.split(r"\s{2,}", line) for line in result.outlines[start + 1 :]]
    rows = [(row[0].replace("-small-serial", ""), row) for row in cells if len(row) > 5]
    assert len(dict(rows)) == len(rows)
    return dict(rows)


def refused(result: pytest.RunResult, sentence: str, status: int = pytest.ExitCode.USAGE_ERROR) -> None:
    """One line on standard error, and no traceback."""
    result.stderr.fnmatch_lines([f"ERROR: {sentence}"])
    assert result.ret == status
    assert len([line for line in result.errlines if line.strip()]) == 1
    assert "Traceback" not in result.stdout.str()
    assert "INTERNALERROR" not in result.stdout.str()
