"""What ends a comparison early: one base error, which carries the exit status.

Owns the errors that several rooms raise; the others stand where they are raised, and derive from `ComparisonError`.
"""

from benchmarks.harness.records.comparison import EXIT_BROKE_OFF, EXIT_REGRESSED

USAGE = 4
NOTHING_SELECTED = 5
"""As pytest has them."""


class ComparisonError(Exception):
    """There is no comparison; one sentence says why, and what would work. `status` is what the process exits with."""

    status = EXIT_BROKE_OFF


class SidesError(ComparisonError):
    """There are no two sides to compare."""

    status = USAGE


class RepositoryError(ComparisonError):
    """Git does not have what is asked of it."""

    status = USAGE


class SideError(ComparisonError):
    """A side could not go on; the message says which, where and how. `side` is its name.

    What head causes is head's, so its status is a regression's unless another one is given.
    """

    def __init__(self, side: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.side = side
        self.status = status or (EXIT_REGRESSED if side == "head" else EXIT_BROKE_OFF)
