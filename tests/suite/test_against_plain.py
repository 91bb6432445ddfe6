"""Every test that times takes part in a comparison, however it uses pytest-benchmark; each other one says why not.

Nothing in these tests knows of comparisons. Most of them are in one run: starting two sessions is what takes time.
"""

import importlib.util
from collections.abc import Callable

import pytest

from tests.git import commit
from tests.suite.comparing import said, slowdowns, verdicts
from tests.suite.plain import COARSE, MINE, ONE_PASS, SIZE, TESTS, WORK, add, against, slower

pytestmark = pytest.mark.usefixtures("no_leftovers", "no_folders_left")

AddWorkload = Callable[..., None]

KINDS = f"""
import asyncio

import pytest
{WORK.format(size=SIZE)}
state = {{"calls": 0, "open": 0}}

@pytest.fixture
def inputs():
    return [1, 1]

def test_called_with_arguments(benchmark):
    assert benchmark(work, times=1) > 0

def test_decorated(benchmark):
    @benchmark
    def result():
        return work()
    assert result > 0

def test_rounds_of_its_own(benchmark):
    assert benchmark.pedantic(work, args=(1,), rounds=3, iterations=5, warmup_rounds=2) > 0

def test_set_up_and_torn_down(benchmark):
    def setup():
        assert state["open"] == 0
        state["open"] += 1
        return (2,), {{}}
    def teardown(times):
        assert times == 2
        state["open"] -= 1
    assert benchmark.pedantic(work, setup=setup, teardown=teardown, rounds=4) > 0
    assert state["open"] == 0

@pytest.mark.parametrize("times", [1, 2])
def test_with_parameters(benchmark, times):
    benchmark(work, times)

class TestGroup:
    def test_in_a_class(self, benchmark, inputs):
        benchmark(lambda: sum(map(work, inputs)))

async def coroutine():
    await asyncio.sleep(0)
    return work()

def test_a_coroutine(benchmark):
    assert benchmark(lambda: asyncio.run(coroutine())) > 0

@pytest.mark.benchmark(group="mine", disable_gc=True, min_rounds=3, warmup=True)
def test_marked(benchmark):
    benchmark.extra_info["note"] = "kept"
    benchmark(work)
    assert benchmark.group == "mine"
    assert benchmark.stats.stats.rounds > 0

def test_very_short(benchmark):
    benchmark(int)

@pytest.mark.compare(tolerance=99, must_see=99.9)
def test_accepts_much(benchmark):
    benchmark(work)

@pytest.mark.compare(never="it sends letters")
def test_never(benchmark):
    raise AssertionError("it ran")

def test_asks_too_much_of_the_fixture(benchmark):
    benchmark(work)
    benchmark(work)

def test_has_the_fixture_and_does_not_use_it(benchmark):
    assert work() > 0

def test_times_nothing():
    assert work() > 0

@pytest.fixture
def broken():
    raise LookupError("no database")

def test_can_not_be_set_up(broken, benchmark):
    benchmark(work)

def test_fails_afterwards(benchmark):
    benchmark(work)
    assert state["calls"] == 1

@pytest.mark.skip(reason="not today")
def test_skipped(benchmark):
    benchmark(work)
"""

ALIKE = f"""
import pytest
{WORK.format(size=SIZE)}
@pytest.mark.parametrize("name", ["tiny-small-serial", "other"])
def test_workload(benchmark, name):
    benchmark(work)
"""

TIMED = {
    *("test_called_with_arguments", "test_decorated", "test_rounds_of_its_own", "test_set_up_and_torn_down"),
    *("test_with_parameters[1]", "test_with_parameters[2]", "TestGroup::test_in_a_class", "test_a_coroutine"),
    *("test_marked", "test_very_short", "test_accepts_much"),
}
NOT_COMPARED = {
    "test_never": "it sends letters",
    "test_asks_too_much_of_the_fixture": (
        "fails on both sides: pytest_benchmark.fixture.FixtureAlreadyUsed: Fixture can only be used once. *"
    ),
    "test_has_the_fixture_and_does_not_use_it": "it times nothing",
    "test_times_nothing": "it times nothing",
    "test_can_not_be_set_up": "fails on both sides: LookupError: no database",
    "test_fails_afterwards": "fails on both sides: assert 0 == 1",
    "test_skipped": "skipped on both sides: not today",
}


@pytest.mark.alone
def test_every_use_of_the_fixture_is_compared_and_every_other_test_says_why_not(repository: pytest.Pytester) -> None:
    """Head is four times as slow, in one pass, of which the estimates are looked at."""
    add(repository, test_plain=KINDS)
    commit(repository.path)
    add(repository, test_plain=slower(KINDS))
    result = against(repository, TESTS, *ONE_PASS)
    found, text = verdicts(result), said(result)
    assert {test for test, word in found.items() if word == "undecided (too few passes)"} == TIMED
    slow = slowdowns(result)
    assert set(slow) == TIMED
    assert all(slow[test] > 1 for test in TIMED - {"test_very_short"}), slow
    assert -0.8 < slow["test_very_short"] < 1  # the same on both sides
    assert set(found) == TIMED | set(NOT_COMPARED)
    for test, reason in NOT_COMPARED.items():
        pytest.LineMatcher(text.splitlines()).fnmatch_lines([f"{test} *not compared: {reason.replace('[', '[[]')}"])
    assert result.ret == 6


def test_a_woven_function_is_compared(repository: pytest.Pytester) -> None:
    if importlib.util.find_spec("aspectlib") is None:
        pytest.skip("aspectlib, which benchmark.weave needs, is not installed")
    text = f"""
import sys
{WORK.format(size=SIZE)}
def test_woven(benchmark):
    benchmark.weave(f"{{__name__}}.work")
    work()
"""
    add(repository, test_plain=text)
    commit(repository.path)
    add(repository, test_plain=slower(text))
    assert slowdowns(against(repository, TESTS, *ONE_PASS))["test_woven"] > 1


@pytest.mark.alone
def test_a_plain_test_has_its_verdict_beside_workloads(repository: pytest.Pytester) -> None:
    """Also where two tests have the same parameters: each has a row, and its own."""
    add(repository, test_plain=ALIKE, test_unchanged=MINE)
    commit(repository.path)
    add(repository, test_plain=slower(ALIKE))
    result = against(repository, "benchmarks", "-k", "serial or plain", *COARSE, "--no-explain")
    found = verdicts(result)
    mine, workload = (f"{file}::test_workload[tiny]" for file in (TESTS, "benchmarks/test_workloads.py"))
    assert {found.pop(name) for name in (mine, "other")} == {"REGRESSED (tolerance 40 %)"}
    assert {found.pop(name) for name in (workload, "test_mine")} <= {"ok", "undecided (can't rule out 90 %)"}
    assert found == {}
    assert result.ret == 1
