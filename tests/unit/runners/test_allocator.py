"""What a process frees it keeps, and so does every process that it starts."""

import os
import platform
import subprocess
import sys

import pytest

HELD = "from benchmarks.harness.runners import allocator; allocator.hold()"
FAULTS = """
import resource
for number in range(13):
    if number == 3:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [bytearray(100_000) for _ in range(200)]
    del blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
IN_A_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {FAULTS!r}], check=True)"


def faults(code: str, **environment: str) -> int:
    """How often a new process had to fetch memory that it has had before."""
    env = {name: value for name, value in os.environ.items() if name != "GLIBC_TUNABLES"} | environment
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    return int(done.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library decides for itself")
@pytest.mark.parametrize("code", [FAULTS, IN_A_CHILD], ids=["here", "in a child"])
def test_freed_memory_is_kept(code: str) -> None:
    pages = 10 * 20_000_000 // 4096
    assert faults(code) > pages / 5  # else this test shows nothing
    assert faults(f"{HELD}\n{code}") < pages / 50


def test_what_the_user_has_set_still_counts() -> None:
    mine = "glibc.malloc.mmap_threshold=4096"
    code = f"{HELD}\nimport os; print(os.environ['GLIBC_TUNABLES'].count({mine!r}))"
    assert faults(code, GLIBC_TUNABLES=mine) == 1
