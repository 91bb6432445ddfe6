"""Two rounds next to each other in time, and the order in which pairs run.

Owns the pair, its balanced order, and putting neighbours of opposite order together. Pure functions.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Pair(NamedTuple):
    """Two valid rounds next to each other in time.

    Attributes:
        reference_s: seconds of the round that the other one is held against: the partner's, or base's.
        candidate_s: seconds of the round that is judged: the variant's, or head's.
        reference_first: whether the reference's round came first.
        piece: which piece of a round they are, from 0, where rounds are cut; pieces may differ in length.
    """

    reference_s: float
    candidate_s: float
    reference_first: bool
    piece: int = 0


def leads(index: int) -> bool:
    """Whether the one that began pair 0 goes first in pair `index`, too: A B, B A, B A, A B, A B, …

    Each order comes equally often, and whatever drifts steadily cancels over four pairs.
    """
    return index % 4 in (0, 3)


def neighbours(pairs: Sequence[Pair]) -> list[tuple[int, int]]:
    """Indices of neighbouring pairs of opposite order, two by two.

    The second of two rounds runs up to a fifth slower or faster than the first. Averaged over a block of both orders,
    that effect and a steady drift of the machine cancel. A pair without a neighbour of the other order is left out.
    """
    found: list[tuple[int, int]] = []
    waiting: int | None = None
    for index, pair in enumerate(pairs):
        if waiting is not None and pairs[waiting].reference_first != pair.reference_first:
            found.append((waiting, index))
            waiting = None
        else:
            waiting = index
    return found


def blocks(pairs: Sequence[Pair]) -> list[float]:
    """Log ratios reference / candidate, averaged over each block of `neighbours`."""
    logs = [float(np.log(pair.reference_s / pair.candidate_s)) for pair in pairs]
    return [(logs[one] + logs[other]) / 2 for one, other in neighbours(pairs)]
