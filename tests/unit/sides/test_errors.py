"""What a comparison that can't be made exits with."""

import pytest

from benchmarks.calibrate.recording import RecordingError
from benchmarks.harness.comparison.conductor import ChangedError, NothingToCompareError
from benchmarks.harness.comparison.lock import BusyError
from benchmarks.harness.sides.errors import ComparisonError, RepositoryError, SideError, SidesError


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ComparisonError("broke off"), 3),
        (ChangedError("changed"), 3),
        (RecordingError("no recording"), 3),
        (SidesError("no such interpreter"), pytest.ExitCode.USAGE_ERROR),
        (RepositoryError("no such revision"), pytest.ExitCode.USAGE_ERROR),
        (BusyError("another one runs"), pytest.ExitCode.USAGE_ERROR),
        (NothingToCompareError("nothing is selected"), pytest.ExitCode.NO_TESTS_COLLECTED),
        (SideError("head", "head hangs"), 1),
        (SideError("base", "base hangs"), 3),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_error_carries_its_status(error: ComparisonError, status: int) -> None:
    assert isinstance(error, ComparisonError)
    assert error.status == status


def test_what_a_side_causes_is_named_and_told_in_full() -> None:
    error = SideError("head", "head hangs at tiny-small-ray, pass 1")
    assert (error.side, str(error)) == ("head", "head hangs at tiny-small-ray, pass 1")
