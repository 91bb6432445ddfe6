"""Which of the user's items are run: as many as make rounds short enough to have dozens of them.

Owns the choice. Runs the task in this process, on copies of items, before anything is timed.
"""

import math
import pickle
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from benchmarks.harness.doctor.function import FunctionError

ROUND_S = 0.15
"""A serial round's aim: with it, six blocks of seven ways beside each other take ten seconds."""

TRIED_S = 0.5
MOST, MOST_ALONE = 50_000, 500
"""Items of a round, and those of them that are run as tasks of their own: these cost Ray about 0.15 s."""

ENOUGH_ROUND_S = 0.6
"""All items are run where a round of them stays below this: leaving out a few could leave out the one that matters."""

LEAST_A_SLOT = 4
"""So many items a slot at least, or nothing could be balanced or put into chunks; fewer only where there are fewer."""


class Chosen(NamedTuple):
    """What is run: `items`, every so many of the `given`, and of these the few that are run as tasks of their own, by
    their index; `item_s` is what one took here, seconds."""

    items: list[Any]
    few: list[int]
    given: int
    item_s: float


def choose(name: str, task: Callable[[Any], Any], items: Sequence[Any], slots: int) -> Chosen:
    """Items spread evenly over all that were given.

    Raises:
        FunctionError: an item can't travel to a worker, or the task raises on one.
    """
    item_s = _seconds(name, task, items)
    least = LEAST_A_SLOT * slots
    count = min(len(items), MOST, max(math.floor(ROUND_S / item_s), least))
    if len(items) * item_s <= ENOUGH_ROUND_S:
        count = min(len(items), MOST)
    few = min(count, MOST_ALONE)
    return Chosen(
        [items[index * len(items) // count] for index in range(count)],
        [index * count // few for index in range(few)],
        len(items),
        item_s,
    )


def _seconds(name: str, task: Callable[[Any], Any], items: Sequence[Any]) -> float:
    """What an item takes, the mean of some spread over all; the first run, which imports and allocates, is left out."""
    count = min(len(items), 50)
    total, done, begun = 0.0, 0, time.perf_counter()
    for index in [0, *(index * len(items) // count for index in range(count))]:
        try:
            item = pickle.loads(pickle.dumps(items[index]))  # noqa: S301 — of this process
        except Exception as error:
            raise FunctionError(f"--items: item {index} can't be pickled, as it must be to travel ({error})") from error
        start = time.perf_counter()
        try:
            task(item)
        except Exception as error:
            said = " ".join(str(error).split())
            raise FunctionError(f"--task {name}: raised {type(error).__name__} on item {index}: {said}") from error
        took, done = time.perf_counter() - start, done + 1
        total += took if done > 1 else 0.0
        if done > 1 and time.perf_counter() - begun > TRIED_S:
            break
    return max(total / max(done - 1, 1), 1e-7)
