"""README.md does what it says: its example is a workload as it stands, and its options exist."""

import itertools
import json
import re
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("no_leftovers")
def test_the_example_is_found_timed_verified_and_reported(suite: pytest.Pytester) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(example.splitlines()) <= 60
    (suite.path / "workloads" / "count_primes.py").write_text(example)
    arguments = ("-k", "count_primes", "--workload-size", "small", "--benchmark-max-time", "1")
    saving = ("--benchmark-json", "out.json", "--report", "r.md", "--report", "r.svg")
    result = suite.runpytest_subprocess("benchmarks", *arguments, *saving, timeout=120)
    result.assert_outcomes(passed=2, deselected=2)
    result.stdout.fnmatch_lines(["count_primes-small-ray *×*", "count_primes-small: * primes, as the sieve says"])
    records = [bench["extra_info"] for bench in json.loads((suite.path / "out.json").read_text())["benchmarks"]]
    assert [record["verified"] for record in records] == [True, True]
    assert "count_primes-small-ray" in (suite.path / "r.md").read_text()
    assert "count_primes-small" in (suite.path / "r.svg").read_text()


def test_every_option_it_names_exists(suite: pytest.Pytester) -> None:
    known = suite.runpytest_subprocess("--help").stdout.str()
    named = {option for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", README) if not option.startswith("--no-deps")}
    # pip's, ours elsewhere, pytest-benchmark compare's, docker's, benchmarks.calibrate's and git's
    of_others = {"--index-url", "--help", "--group-by", "--shm-size", "--passes"}
    of_others |= {"--unshallow", "--depth", "--detach", "--force"}
    of_others |= {"--injected", "--identical", "--slower", "--runs"}  # of the experiments in tests
    assert {option for option in named - of_others if option not in known} == set()


def test_every_option_of_the_suite_is_in_it(suite: pytest.Pytester) -> None:
    lines = suite.runpytest_subprocess("--help").outlines
    start = next(i for i, line in enumerate(lines) if line.startswith("ray task benchmarks"))
    group = itertools.takewhile(bool, lines[start + 1 :])
    options = [line.split()[0].split("=")[0] for line in group if line.startswith("  --")]
    assert "--workload-size" in options
    assert [option for option in options if option not in README] == []
