"""How short a task may be until a parallel variant is no longer worth it: efficiency over task length.

Takes two minutes a variant, so it runs only where it is asked for: by `-m granularity` or by this file's name.
"""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.harness.plugin import fixture, options

pytestmark = [pytest.mark.granularity, pytest.mark.compare(never="its figures are pairs within one session")]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    asked = metafunc.config.stash[options.KEY].variants
    metafunc.parametrize("variant", [variant for variant in asked if variant != "serial"])


def test_granularity(benchmark: BenchmarkFixture, request: pytest.FixtureRequest, variant: str) -> None:
    """From which task length on does a variant keep half, and nine tenths, of its CPUs busy?"""
    fixture.sweep(benchmark, request, variant)
