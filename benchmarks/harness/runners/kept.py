"""A Ray for a whole session: up when it is first asked for, and anew where the last one is lost.

Owns when one begins. How is `cluster`'s.
"""

import contextlib
from collections.abc import Callable

from benchmarks.harness.runners.admission import ClusterError
from benchmarks.harness.runners.nodes import Cluster


class Kept:
    """Used as a context manager; leaving it ends the Ray.

    Args:
        begin: starts or joins one.
    """

    def __init__(self, begin: Callable[[], contextlib.AbstractContextManager[Cluster]]) -> None:
        self._begin = begin
        self._stack = contextlib.ExitStack()
        self._cluster: Cluster | None = None
        self._error: ClusterError | None = None

    def ready(self) -> Cluster:
        """One that lives.

        Raises:
            ClusterError: it can't be started or joined; tried once only.
        """
        if self._error is not None:
            raise self._error
        if self._cluster is None:
            try:
                self._cluster = self._stack.enter_context(self._begin())
            except ClusterError as error:
                self._error = error
                raise
        return self._cluster

    def drop_if_lost(self) -> None:
        """End what has not outlived a test: of its GCS, this process would go on looking for it, in rounds, too."""
        if self._cluster is not None and self._cluster.lost():
            self._end()

    def _end(self) -> None:
        self._cluster = None
        self._stack.close()

    def __enter__(self) -> "Kept":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
