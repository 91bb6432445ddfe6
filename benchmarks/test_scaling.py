"""Ray on fewer CPUs than there are: how its speedup grows with them. Needs several numbers in `--ray-num-cpus`.

What it does on all of them, `test_workload` says.
"""

from collections.abc import Callable

import pytest

import workloads
from benchmarks.harness.plugin import options
from benchmarks.harness.records.benchmark import SCALINGS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    settings = metafunc.config.stash[options.KEY]
    cases = [
        (name, settings.size, scaling, cpus)
        for name in workloads.names()
        for cpus in settings.scaling
        for scaling in SCALINGS
    ]
    metafunc.parametrize(("workload", "size", "scaling", "cpus"), cases)


def test_scaling(measure: Callable[..., None], workload: str, size: str, scaling: str, cpus: int) -> None:
    """How much of what another CPU could bring does it bring?"""
    measure(workload, size, "ray", partner="serial", cpus=cpus, scaling=scaling)
