"""Plain pytest-benchmark tests, without Ray and without an import of ours, and comparisons of them."""

import sys

import pytest

TESTS = "benchmarks/plain/test_plain.py"

COARSE = ("--tolerance", "40", "--must-see", "90", "--budget", "120")
"""Tells a fourfold time from the same one, and has room for three passes also where starting a side takes 15 s."""

ONE_PASS = ("--budget", "1")

WORK = """
def work(times=1):
    total = 0
    for number in range(times * {size}):
        total += number
    return total
"""
SIZE, SLOW = 20_000, 80_000

MINE = f"""
{WORK.format(size=SIZE)}

def test_mine(benchmark):
    assert benchmark(work) > 0
"""


def add(tree: pytest.Pytester, **files: str) -> None:
    """`add(tree, test_plain=…, helper=…)` writes modules beside each other, in a folder of benchmarks."""
    folder = tree.path / "benchmarks" / "plain"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)


def slower(text: str) -> str:
    """The same with its `work` taking four times as long."""
    assert f"* {SIZE})" in text
    return text.replace(f"* {SIZE})", f"* {SLOW})")


def against(tree: pytest.Pytester, *args: str, ref: str = "HEAD", timeout: float = 200) -> pytest.RunResult:
    """A comparison, from wherever the test is."""
    return tree.run(sys.executable, "-m", "pytest", *args, "--against", ref, timeout=timeout)
