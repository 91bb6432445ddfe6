"""The serial variant: what every other one is held against.

Owns the loop.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.harness.runners.alarm import TooLateError, no_longer_than
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.stamps import Counted, Execution, Stamped, Task, Warm
from benchmarks.harness.runners.variant import ALL, NotUpError, Variant


class Serial(Variant):
    """A `for` loop in the driver: one process, one thread."""

    name = "serial"
    can_be_cut = True

    def prepare(self, task: Task, items: Sequence[Any], sample: Sequence[Any]) -> None:
        self._stamped, self._counted, self._items, self._sample = Stamped(task), Counted(task), items, sample[:1]

    def _warm_round(self, timed: bool = False) -> list[Warm]:
        try:
            with no_longer_than(self.patience_s):
                return [self._counted(item) for item in (self._items[:1] if timed else self._sample)]
        except TooLateError:
            raise NotUpError([]) from None

    def run(self, on_result: Callable[[int], Any] | None = None, chosen: slice = ALL) -> Round:
        raw: list[Any] = []
        run, items = self._stamped, self._items[chosen]
        try:
            with no_longer_than(self.patience_s, lambda: len(raw)):
                start = time.perf_counter()
                for item in items:
                    raw.append(run(item))
                    if on_result is not None:
                        on_result(1)
                seconds = time.perf_counter() - start
        except TooLateError:
            raise self._late(range(len(self._items))[chosen][len(raw)], items[len(raw)]) from None
        return Round(start, seconds, 0.0, [Execution(*fields) for fields in raw])
