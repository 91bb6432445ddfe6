"""Every workload × size × variant: the serial loop alone, the parallel variants each beside a serial partner."""

from collections.abc import Callable

import pytest

import workloads
from benchmarks.harness.plugin import options


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    settings = metafunc.config.stash[options.KEY]
    cases = [(name, settings.size, variant) for name in workloads.names() for variant in settings.variants]
    metafunc.parametrize(("workload", "size", "variant"), cases)


def test_workload(measure: Callable[..., None], workload: str, size: str, variant: str) -> None:
    """Is Ray worth it for this work, here?"""
    measure(workload, size, variant, partner=None if variant == "serial" else "serial")
