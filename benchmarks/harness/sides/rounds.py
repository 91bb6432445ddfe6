"""What a round of a comparison is made of: how many calls, how many pieces; how many rounds, and whose comes first.

Owns these numbers, which are the same for both sides. Pure functions. Running rounds is `timing`'s.
"""

import math

from benchmarks.harness.estimators.pairs import leads
from benchmarks.harness.estimators.pass_estimate import LEAST_OF_AN_ORDER
from benchmarks.harness.sides.protocol import Message

ROUND_S = 0.01
"""What the quicker side's round is to have of calls: thirty times what handing over the turn takes."""

LONGEST_ROUND_S = 0.25
"""A round that takes so long with all that belongs to it gets no more calls, though they are quick themselves."""

MOST_PIECES = 4
"""A round is cut into no more: each piece is estimated by itself, which takes pairs enough of each."""

LEAST_ROUNDS = 2 * LEAST_OF_AN_ORDER
"""Rounds in which each piece comes often enough in either order to be estimated."""

GROWTH = 10
"""A round gets at most so many times the calls of the one before: a guess from a single call can be far off."""


def more_calls(ready: list[Message], settled: int | None) -> int | None:
    """How many calls the next round that is tried should have; None where the present number holds.

    Args:
        ready: what both sides say of a round with the same number of calls.
        settled: the number from an earlier pass.
    """
    calls: int | None = ready[0]["calls"]
    if calls is None or calls == settled:
        return None
    if settled is not None:
        return settled
    quicker: float = min(message["seconds"] for message in ready)
    longest: float = max(message["span"] for message in ready)
    if quicker >= 0.8 * ROUND_S or longest >= LONGEST_ROUND_S:
        return None
    share = max(quicker / ROUND_S, 1 / GROWTH, longest / LONGEST_ROUND_S)
    return max(math.ceil(calls / share), calls + 1)


def pieces_of(ready: list[Message]) -> int:
    """In how many pieces rounds run: the shorter the rounds of a pair, the more both of them have in common.

    Of identical code, pairs of π's rounds of 108 ms had a standard deviation of 14.5 %, of pieces of 28 ms 6.5 % (ten
    passes each, `python -m benchmarks.calibrate --passes 10 --recording FILE`). A revision from before pieces says
    nothing of them.

    Args:
        ready: what both sides say of a round.
    """
    quicker: float = min(message["seconds"] for message in ready)
    most = min(int(message.get("pieces", 1)) for message in ready)
    return max(1, min(MOST_PIECES, most, int(quicker / ROUND_S)))


def begins(index: int, pieces: int) -> bool:
    """Whether the side that began the pass goes first in a pair: each piece's in the order of `leads`.

    Neighbouring pieces of a round have opposite orders, so that these change as often as without pieces.
    """
    number, piece = divmod(index, pieces)
    return leads(number) == (piece % 2 == 0)


def rounds_for(pairs: int, pieces: int) -> int:
    """Whole rounds for at least so many pairs; cut, an even number, so that each piece has either order as often."""
    return pairs if pieces == 1 else max(LEAST_ROUNDS, 2 * math.ceil(pairs / (2 * pieces)))
