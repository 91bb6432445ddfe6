"""Several items in one task: the task that runs a chunk, and which chunks are tried.

Owns both. Imported by every worker, so it imports nothing heavy.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

MOST_LENGTHS = 6
"""Chunk lengths tried; a serial round and one of each are a block."""


class Chunked:
    """A task over several items: `Chunked(task)([a, b])` is `[task(a), task(b)]`."""

    def __init__(self, task: Callable[[Any], Any]) -> None:
        self.task = task

    def __call__(self, items: Sequence[Any]) -> list[Any]:
        return [self.task(item) for item in items]


def split(items: Sequence[Any], length: int) -> list[list[Any]]:
    """Neighbours in chunks of at most `length`, all of about the same length: 10 by 4 are 4, 3 and 3."""
    count = -(-len(items) // length)
    ends = [number * len(items) // count for number in range(count + 1)]
    return [list(items[start:end]) for start, end in itertools.pairwise(ends)]


def lengths(items: int, slots: int, shortest: int = 1) -> list[int]:
    """Longer and longer from `shortest` up to one chunk a slot: 2, 4, 8, …; with wider steps where there are many."""
    longest = max(-(-items // slots), 1)
    step = 2
    while shortest * step ** (MOST_LENGTHS - 2) < longest:
        step *= 2
    found = [shortest]
    while found[-1] * step < longest:
        found.append(found[-1] * step)
    return [*found, longest] if longest > found[-1] else found
