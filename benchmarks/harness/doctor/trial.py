"""Ways to run the same items, tried beside each other: each between two serial rounds, in an order that turns round.

Owns the order of these rounds, and holding every result against the serial ones. What is tried is `examine`'s matter.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.runners.rounds import Round
from benchmarks.harness.runners.variant import Variant
from benchmarks.harness.same import same
from workloads import CheckError


def as_they_are(results: list[Any]) -> list[Any]:
    """For ways whose results are the items', in their order."""
    return results


@dataclass
class Arm:
    """A way to run the items.

    Attributes:
        name: what it is called in messages and records.
        variant: prepared and warm.
        results: brings a round's results into the order of the items.
        exact: its results are the serial ones to the last digit; a library's threads add up in another order.
        of: which of the items it runs, by their index; None for all. Its seconds are scaled to all of them.
        pairs: its valid rounds so far, two pairs each: with the serial round before, and with the one after.
        share: each block's round as a share of the serial rounds around it; None where it was invalid.
    """

    name: str
    variant: Variant
    results: Callable[[list[Any]], list[Any]] = as_they_are
    of: Sequence[int] | None = None
    exact: bool = True
    pairs: list[Pair] = field(default_factory=list)
    share: list[float | None] = field(default_factory=list)

    def ratios(self, other: "Arm") -> list[Pair]:
        """`other` over this one, block by block: as two pairs each, since an estimator takes one value of two pairs."""
        both = [(a, b) for a, b in zip(other.share, self.share, strict=True) if a is not None and b is not None]
        return [Pair(a, b, first) for a, b in both for first in (True, False)]


class Trial:
    """Rounds of arms between serial ones.

    Args:
        name: of the task, for messages.
        serial: prepared and warm, with all items as one chunk: a stamp around each would make short items look long.
        alike: whether two results of an item are equal.
    """

    def __init__(self, name: str, serial: Variant, alike: Callable[[Any, Any], bool] = same) -> None:
        self._name, self._serial, self._alike = name, serial, alike
        (self._reference,) = serial.run().results

    def run(self, arms: Sequence[Arm], seconds: float, least: int, most: int) -> None:
        """Blocks of one round of each arm, for so many seconds, at least `least` and at most `most` of them.

        An even number, so that each arm runs as often early in a block as late.

        Raises:
            CheckError: an arm's results are not the serial ones.
        """
        start, done = time.perf_counter(), 0
        while done < least or (done < most and (time.perf_counter() - start) * (done + 1) / done < seconds) or done % 2:
            self._block(arms if done % 2 == 0 else arms[::-1])
            done += 1

    def _block(self, arms: Sequence[Arm]) -> None:
        before = self._serial.run()
        for arm in arms:
            round_ = arm.variant.inspect(arm.variant.run())
            after = self._serial.run()
            self._note(arm, round_, before, after)
            before = after

    def _compare(self, arm: Arm, which: Sequence[int], round_: Round) -> None:
        for index, result in zip(which, arm.results(round_.results), strict=True):
            if not self._alike(self._reference[index], result):
                raise CheckError(f"{self._name}, item {index}: {arm.name} returned another result than the serial loop")

    def _note(self, arm: Arm, round_: Round, before: Round, after: Round) -> None:
        if round_.invalid:
            arm.share.append(None)
            arm.variant.warm_up()
            return
        which = range(len(self._reference)) if arm.of is None else arm.of
        if (
            arm.exact and not arm.share
        ):  # once an arm: that it is deterministic was seen before, and this can take as long as a round
            self._compare(arm, which, round_)
        seconds = round_.seconds * len(self._reference) / len(which)
        arm.share.append(seconds / math.sqrt(before.seconds * after.seconds))
        arm.pairs += [Pair(before.seconds, seconds, True), Pair(after.seconds, seconds, False)]
