"""The error of a run, split over its tests by Holm's rule."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.estimators.verdict import (
    holm,
)

p_values = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 1), min_size=1)


def rejected(chances: Mapping[str, float], errors: Mapping[str, float]) -> set[str]:
    return {test for test, chance in chances.items() if chance < errors[test]}


def textbook(chances: Mapping[str, float], spends: float, hypotheses: int) -> set[str]:
    """Holm 1979: the k-th smallest against the error of all but k, until the first that is not rejected."""
    found: set[str] = set()
    for k, test in enumerate(sorted(chances, key=lambda test: chances[test])):
        if chances[test] >= spends / max(hypotheses - k, 1):
            break
        found.add(test)
    return found


@given(p_values, st.integers(0, 20), st.floats(1e-3, 0.2))
def test_holm_rejects_what_the_textbook_does(chances: dict[str, float], more: int, spends: float) -> None:
    hypotheses = len(chances) + more
    assert rejected(chances, holm(chances, spends, hypotheses)) == textbook(chances, spends, hypotheses)


@given(p_values, st.integers(0, 20), st.floats(1e-3, 0.2))
def test_holm_is_never_stricter_than_bonferroni_nor_laxer_than_a_test_alone(
    chances: dict[str, float], more: int, spends: float
) -> None:
    errors = holm(chances, spends, len(chances) + more)
    assert errors.keys() == chances.keys()
    assert all(spends / (len(chances) + more) <= error <= spends for error in errors.values())


@given(p_values, st.integers(0, 20), st.sampled_from("abcdefgh"), st.floats(0, 1))
def test_a_clearer_test_takes_nothing_from_the_others(
    chances: dict[str, float], more: int, which: str, share: float
) -> None:
    """Its p-value falls: what was rejected before still is, and no error becomes smaller."""
    clearer = {test: chance * share if test == which else chance for test, chance in chances.items()}
    before, after = (holm(these, 0.025, len(chances) + more) for these in (chances, clearer))
    assert rejected(chances, before) <= rejected(clearer, after)
    assert all(after[test] >= before[test] for test in chances if test != which)


def test_no_chances_share_nothing() -> None:
    assert holm({}, 0.025, 3) == {}


@pytest.mark.parametrize("nulls", [1, 3, 8])
def test_holm_keeps_the_error_of_a_whole_run(nulls: int) -> None:
    """Of eight hypotheses some are true, and the others so false that they are always rejected."""
    random, runs, spends = np.random.default_rng(1), 20_000, 0.025
    wrong = 0
    for _ in range(runs):
        chances = {str(i): float(random.uniform()) if i < nulls else 0.0 for i in range(8)}
        wrong += any(int(test) < nulls for test in rejected(chances, holm(chances, spends, 8)))
    assert wrong / runs == pytest.approx(spends, abs=3 * math.sqrt(spends / runs))
