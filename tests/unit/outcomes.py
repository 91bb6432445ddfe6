"""Outcomes to make records of, as a comparison would reach them."""

from typing import Any, get_args

from benchmarks.harness.estimators import limits as estimators
from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.verdict import Verdict
from benchmarks.harness.records.comparison import Outcome, Word

OK: dict[str, Any] = {"slowdown": 0.004, "low": -0.009, "high": 0.017, "visible": 0.031, "passes": 6, "pairs": 240}
"""Figures of a verdict, those of an `ok` one."""


def outcome(test: str, word: Word, limits: Limits | None = None, **more: Any) -> Outcome:
    """What became of a test: `more` are a verdict's figures (else `OK`'s) for a verdict, `reason` and the like else."""
    limits = limits or Limits(0.02, 0.05)
    if word not in get_args(estimators.Word):
        return Outcome(test=test, limits=limits, without=word, **more)
    others = {name: more.pop(name) for name in ("reason", "invalid_pairs") if name in more}
    return Outcome(test=test, limits=limits, verdict=Verdict(word, **{**OK, **more}), **others)
