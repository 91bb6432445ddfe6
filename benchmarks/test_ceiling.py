"""Ray beside its peers, paired: what of a missing speedup is Ray's own. Needs it and one of them among `--variants`."""

from collections.abc import Callable

import pytest

import workloads
from benchmarks.harness.plugin import options

pytestmark = pytest.mark.compare(never="its figures are pairs within one session")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    settings = metafunc.config.stash[options.KEY]
    cases = [(name, settings.size, peer) for name in workloads.names() for peer in settings.peers]
    metafunc.parametrize(("workload", "size", "peer"), cases)


def test_ceiling(measure: Callable[..., None], workload: str, size: str, peer: str) -> None:
    """How close does Ray come to the best that this machine's processes can do?"""
    measure(workload, size, "ray", partner=peer)
