"""What a comparison accepts, and the words in which it answers.

Owns them apart from the statistics: options and settings name them, and need no NumPy for it.
"""

from dataclasses import dataclass
from typing import Literal

Word = Literal["regressed", "improved", "ok", "undecided"]

RUN_ERROR = 0.05
"""Chance that a run calls any test regressed that is not, and that it calls any ok or improved that is not."""


@dataclass(frozen=True)
class Limits:
    """Shares. Slowdowns up to `tolerance` are accepted; those from `must_see` on have to be ruled out."""

    tolerance: float = 0.02
    must_see: float = 0.05
