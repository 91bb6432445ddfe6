"""What the user sees while a comparison runs: a bar on a terminal, a line for each pass everywhere.

Owns its wording; is a `comparison.conductor.Progress`. Knows nothing of sides.
"""

import math
import time
from collections.abc import Sequence
from types import TracebackType

from tqdm import tqdm

from benchmarks.harness.records.comparison import Outcome, Outlook
from benchmarks.harness.reporting.verdict_table import one_line
from benchmarks.harness.text import duration, number_of, short, tenths


class Progress:
    """A bar over the budget's seconds.

    Args:
        budget: seconds.
    """

    def __init__(self, budget: float) -> None:
        self._start = time.monotonic()
        self._bar = tqdm(
            total=round(budget), disable=None, leave=False, bar_format="{desc} |{bar:20}| {n} of at most {total} s"
        )
        self._budget, self._pass, self._planned = budget, 0, 0
        self._so_far = ""

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def write(self, line: str) -> None:
        """A line that stays."""
        tqdm.write(line)

    def starts(self, number: int) -> None:
        """Pass `number`, from 0, begins."""
        self._pass = number + 1

    def turn(self, what: str) -> None:
        """Now `what` is done: a test's id, or `starting`."""
        if self._bar.disable:
            return
        of = f" of about {self._planned}" if self._planned else ""
        self._bar.set_description_str(f"pass {self._pass}{of}: {short(what)}{self._so_far}", refresh=False)
        self._bar.n = round(time.monotonic() - self._start)
        self._bar.refresh()

    def planned(self, outlook: Outlook) -> None:
        """What the first pass has shown: how many passes fit, what they are likely to see, and what more would take."""
        sees = "" if outlook.visible is None else f", which are likely to see slowdowns of {tenths(outlook.visible)}"
        ran = outlook.tests - outlook.waiting
        self.write(
            f"{number_of(ran, 'test')} in a pass of {duration(outlook.pass_s)}: about "
            f"{number_of(outlook.passes, 'pass fits', 'passes fit')} into {outlook.budget:.0f} s{sees}"
        )
        if outlook.waiting:
            self.write(
                f"{number_of(outlook.waiting, 'test')} of {outlook.tests} had no time yet, so that the others get "
                f"three passes: --budget {math.ceil(outlook.needed / 10) * 10} is about what all of them need"
            )

    def passed(self, done: int, more: int, outcomes: Sequence[Outcome]) -> None:
        """`done` passes have ended, and at most so many `more` follow; `outcomes` are empty before the first look."""
        self._planned, self._so_far = done + more, f" · {one_line(outcomes)}" if outcomes else ""
        took = time.monotonic() - self._start
        left = f"at most {more} more in {max(self._budget - took, 0):.0f} s" if more else "the last"
        self.write(f"pass {done} after {took:.0f} s, {left}{self._so_far}")
