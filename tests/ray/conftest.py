"""One Ray for all tests in this folder."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from benchmarks.harness.runners import cluster


class Rays:
    """The Ray of this process: it can have one at a time."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._shared: cluster.Cluster | None = None

    def shared(self) -> cluster.Cluster:
        """Two CPUs; started where it does not run."""
        if self._shared is None:
            self._shared = self._stack.enter_context(cluster.start(2))
        return self._shared

    def end(self) -> None:
        self._shared = None
        self._stack.close()


@pytest.fixture(scope="package")
def rays() -> Iterator[Rays]:
    found = Rays()
    yield found
    found.end()


@pytest.fixture
def ray_here(rays: Rays) -> cluster.Cluster:
    """A Ray with two CPUs, the same one for every test that needs no other."""
    return rays.shared()


@pytest.fixture
def no_ray_here(rays: Rays) -> None:
    """For a test that starts its own."""
    rays.end()
