"""What running items brings: a round's times and results, a cold start's seconds.

Owns these records. Who makes them are the variants; what they say together is `measuring`'s matter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from benchmarks.harness.runners.stamps import Execution


@dataclass(frozen=True)
class Round:
    """One timed run of all items.

    Attributes:
        start: when it began, on the driver's monotonic clock (seconds).
        seconds: items ready → all results in the driver.
        submit_s: the part of it until the last task was submitted.
        executions: one per item, in item order; empty where the round broke off.
        invalid: why the round can't be used, or an empty string.
    """

    start: float
    seconds: float
    submit_s: float
    executions: list[Execution]
    invalid: str = ""

    @property
    def results(self) -> list[Any]:
        return [execution.result for execution in self.executions]

    def stamps_only(self) -> "Round":
        """The round without its results, which may be large."""
        return replace(self, executions=[execution._replace(result=None) for execution in self.executions])


def joined(pieces: Sequence[Round]) -> Round:
    """The round that its pieces make, at least one, in the order of their items. What lay between them is left out."""
    if len(pieces) == 1:
        return pieces[0]
    return Round(
        start=pieces[0].start,
        seconds=sum(piece.seconds for piece in pieces),
        submit_s=sum(piece.submit_s for piece in pieces),
        executions=[execution for piece in pieces for execution in piece.executions],
        invalid=next((piece.invalid for piece in pieces if piece.invalid), ""),
    )


class ColdStart(NamedTuple):
    """What fresh worker processes, one a slot, took.

    Attributes:
        seconds: until the first results of a task each were in the driver.
        first_task_s: of it, what the slowest worker took to import the task and run it once: the task's own part.
    """

    seconds: float
    first_task_s: float
