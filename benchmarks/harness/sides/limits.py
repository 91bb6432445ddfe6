"""`@pytest.mark.compare(…)`: what a test asks of a comparison.

Owns the marker: its arguments and their check. What limits mean is `estimators.verdict`'s.
"""

from dataclasses import dataclass
from reprlib import repr as short  # a number may have hundreds of digits
from typing import Any

import pytest


@dataclass(frozen=True)
class Asked:
    """What a test's marker says.

    Attributes:
        tolerance, must_see: shares; None for the run's own.
        never: why the test is not compared at all; empty where it may be.
    """

    tolerance: float | None = None
    must_see: float | None = None
    never: str = ""


def of(item: pytest.Item) -> Asked:
    """The nearest marker's.

    Raises:
        pytest.UsageError: it says something else than a tolerance and a must-see in percent, or why never.
    """
    marker = item.get_closest_marker("compare")
    if marker is None:
        return Asked()
    said: dict[str, Any] = dict(marker.kwargs)
    if marker.args or set(said) - {"tolerance", "must_see", "never"}:
        words = ", ".join([*map(short, marker.args), *(name if name.isprintable() else short(name) for name in said)])
        raise pytest.UsageError(
            f"{item.nodeid}: mark.compare({words}) takes tolerance=PERCENT, must_see=PERCENT or never=REASON"
        )
    tolerance, must_see = (_share(item, name, said.get(name)) for name in ("tolerance", "must_see"))
    if tolerance is not None and must_see is not None and must_see <= tolerance:
        raise pytest.UsageError(
            f"{item.nodeid}: mark.compare(must_see={said['must_see']}) must be more than the tolerance of "
            f"{said['tolerance']} %, or no slowdown could be told from an accepted one"
        )
    never = said.get("never", "")
    if not isinstance(never, str) or ("never" in said and not never.strip()):
        raise pytest.UsageError(f"{item.nodeid}: mark.compare(never={short(never)}) must say why, in a text")
    return Asked(tolerance, must_see, never)


def _share(item: pytest.Item, name: str, percent: Any) -> float | None:
    if percent is None:
        return None
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent < 100:
        said = f"mark.compare({name}={short(percent)})"
        raise pytest.UsageError(f"{item.nodeid}: {said} must be a percentage from 0 to 100")
    return percent / 100
