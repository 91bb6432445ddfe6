"""Ray beside a warm process pool, paired: what of a missing speedup is Ray's own. Needs both among `--variants`."""

from collections.abc import Callable

import pytest

import workloads
from benchmarks.harness.plugin import options


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    size = metafunc.config.stash[options.KEY].size
    metafunc.parametrize(("workload", "size"), [(name, size) for name in workloads.names()])


def test_ceiling(measure: Callable[..., None], workload: str, size: str) -> None:
    """How close does Ray come to the best that this machine's processes can do?"""
    measure(workload, size, "ray", partner="pool")
