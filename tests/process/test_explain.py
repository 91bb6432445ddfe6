"""What a side finds in one call, with real profiles, imports and allocations; and peaks of real processes."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.harness.sides import explain, memory

LIVES = "import sys\ndata = bytearray(int(sys.argv[1]))\ndel data\nprint('ready', flush=True)\ninput()\n"
GROWS = "print('ready', flush=True)\ninput()\ndata = bytearray(60_000_000)\nprint('grown', flush=True)\ninput()\n"


def test_functions_are_counted_and_named_as_a_reader_knows_them() -> None:
    found = explain.found("typical time", lambda: [abs(number) for number in range(1000)], "", 1)
    assert found["abs"][0] == 1000


def test_no_name_has_an_address_that_would_be_another_one_on_the_other_side() -> None:
    found = explain.found("typical time", lambda: random.Random(1).seed(2), "", 1)  # CPython names it by its address
    assert any("Random.seed" in name for name in found)
    assert not any("0x" in name for name in found)


def test_a_function_of_the_tree_is_named_by_its_file() -> None:
    from workloads import fibonacci

    found = explain.found("total time", lambda: fibonacci.task(10), "", 1)
    assert found["workloads/fibonacci.py:task"][0] == 1


def test_imports_have_their_seconds() -> None:
    found = explain.found("cold start", lambda: None, "workloads.fibonacci", 1)
    assert found["workloads.fibonacci"][0] >= 0
    assert explain.found("cold start", lambda: None, "", 1) == {}


def test_what_only_some_calls_do_is_found_in_several() -> None:
    numbers = iter(range(20))
    found = explain.found("total time", lambda: next(numbers) % 5 or sum([1, 2]), "", 20)
    assert found["next"][0] == 20
    assert found["sum"][0] == 4


@pytest.mark.parametrize("kept", [True, False])
def test_memory_is_found_where_it_is_allocated_though_it_is_given_back(kept: bool) -> None:
    def hold() -> bytearray | None:
        data = bytearray(5_000_000)
        assert time.perf_counter() > 0
        return data if kept else None

    found = explain.found("memory", hold, "", 1)
    assert 5_000_000 <= found["tests/process/test_explain.py"][0] < 6_000_000


linux = pytest.mark.skipif(sys.platform != "linux", reason="peaks are counted anew on Linux only")


@linux
def test_a_peak_of_before_does_not_count() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", LIVES, "200000000"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        before = memory.peak_of([process.pid])
        memory.reset_peaks([process.pid])
        after = memory.peak_of([process.pid])
        process.communicate("\n", timeout=10)
    assert before is not None
    assert after is not None
    assert before > 200_000_000 > 100_000_000 > after


@linux
def test_a_peak_of_afterwards_does() -> None:
    process = subprocess.Popen([sys.executable, "-c", GROWS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline() == "ready\n"
        memory.reset_peaks([process.pid])
        before = memory.peak_of([process.pid])
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "grown\n"
        grown = memory.peak_of([process.pid])
        process.communicate("\n", timeout=10)
    assert before is not None
    assert grown is not None
    assert grown - before >= 60_000_000


def test_of_a_process_that_is_gone_there_is_none() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    memory.reset_peaks([process.pid])
    assert memory.peak_of([process.pid]) is None
    assert not Path(f"/proc/{process.pid}").exists()
