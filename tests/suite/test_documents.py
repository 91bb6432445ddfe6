"""README.md and docs/ do what they say: an example is a workload as it stands, and options exist."""

import itertools
import json
import re
import subprocess
import sys

import pytest

from benchmarks.harness.tree import ROOT

DOCUMENTS = {
    path: path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
TEXT = "\n".join(DOCUMENTS.values())
EXAMPLES = [
    pytest.param(example, id=f"{path.name} {number}")
    for path, text in DOCUMENTS.items()
    for number, example in enumerate(re.findall(r"```python\n(.*?)```", text, re.DOTALL), 1)
    if "WORKLOAD = " in example
]

OF_OTHERS = {
    *("--index-url", "--no-deps", "--help"),  # pip's and everybody's
    *("--cov", "--timeout", "--reruns", "--count"),  # other plugins' options
    *("--unshallow", "--depth", "--detach", "--force"),  # git's
    "--dry-run",  # kubectl's
    *(
        "--blocks",
        "--plain",
        "--file",
        "--kinds",
        "--injected",
        "--deadline",
        "--identical",
        "--pairs",
        "--repeats",
        "--tests",
        "--slower",
        "--runs",
        "--passes",
        "--changed",
        "--workloads",
    ),  # of the experiments and of calibrate
    "--to",  # of benchmarks.report
    *("--group-by", "--shm-size", "--working-dir"),  # of `pytest-benchmark compare`, docker's, `ray job submit`'s
    *("--head", "--num-cpus", "--dashboard-port", "--address"),  # of `ray start` and `ray job submit`
}


def test_there_is_an_example() -> None:
    assert len(EXAMPLES) >= 1


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.usefixtures("no_leftovers")
def test_an_example_is_found_timed_verified_and_reported(suite: pytest.Pytester, example: str) -> None:
    assert len(example.splitlines()) <= 60
    (suite.path / "workloads" / "my_example.py").write_text(example)
    arguments = ("-k", "my_example", "--workload-size", "small", "--benchmark-max-time", "1")
    saving = ("--benchmark-json", "out.json", "--report", "r.md", "--report", "r.svg")
    result = suite.runpytest_subprocess("benchmarks", *arguments, *saving, timeout=120)
    result.assert_outcomes(passed=2, deselected=2)
    result.stdout.fnmatch_lines(["my_example-small-ray *×*", "my_example-small: *"])
    records = [bench["extra_info"] for bench in json.loads((suite.path / "out.json").read_text())["benchmarks"]]
    assert [record["verified"] for record in records] == [True, True]
    assert all(record["statement"] for record in records)
    assert "my_example-small-ray" in (suite.path / "r.md").read_text()
    assert "my_example-small" in (suite.path / "r.svg").read_text()


def test_the_example_with_primes_says_what_it_has_found(suite: pytest.Pytester) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (suite.path / "workloads" / "count_primes.py").write_text(example)
    arguments = ("-k", "count_primes and serial", "--workload-size", "small", "--benchmark-max-time", "0.1")
    result = suite.runpytest_subprocess("benchmarks", *arguments, timeout=120)
    result.stdout.fnmatch_lines(["count_primes-small: * primes, as the sieve says"])


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What `pytest --help` shows, in the suite's own folder."""
    command = [sys.executable, "-m", "pytest", "--help"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_every_option_they_name_exists(known: list[str]) -> None:
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", TEXT))
    exist = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", "\n".join(known)))
    assert "--workload-size" in named & exist
    assert named - OF_OTHERS - exist == set()


def test_every_option_of_the_suite_is_in_them(known: list[str]) -> None:
    start = next(i for i, line in enumerate(known) if line.startswith("ray task benchmarks"))
    group = itertools.takewhile(bool, known[start + 1 :])
    options = [line.split()[0].split("=")[0] for line in group if line.startswith("  --")]
    assert "--workload-size" in options
    assert [option for option in options if option not in TEXT] == []
