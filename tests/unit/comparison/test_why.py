"""What of two sides' findings stands out."""

import pytest

from benchmarks.harness.comparison.why import MOST_ENTRIES, factors, grown
from benchmarks.harness.records.comparison import Entry
from benchmarks.harness.sides.explain import Found

BASE: Found = {"task": [1, 0.02], "math.hypot": [90_000, 0.01], "print": [3, 0.0001]}


def test_another_function_that_is_called_instead_stands_out_with_its_calls() -> None:
    head: Found = {"task": [1, 0.02], "abs": [90_000, 0.03], "print": [3, 0.0001]}
    found = grown(BASE, head)
    assert found[0] == Entry("abs", (0.0, 0.0), (90_000, 0.03))
    assert Entry("math.hypot", (90_000, 0.01), (0.0, 0.0)) in found
    assert not any(entry.name in ("task", "print") for entry in found)


def test_a_function_of_as_many_calls_stands_out_by_its_time() -> None:
    assert grown(BASE, BASE | {"task": [1, 0.2]}) == [Entry("task", (1, 0.02), (1, 0.2))]


def test_noise_of_a_few_percent_does_not() -> None:
    assert grown(BASE, {name: [calls, own_s * 1.02] for name, (calls, own_s) in BASE.items()}) == []


def test_modules_and_lines_have_one_figure() -> None:
    assert grown({"torch": [1.0]}, {"torch": [1.0], "pandas": [0.5]}) == [Entry("pandas", (0.0,), (0.5,))]


def test_only_the_largest_are_named() -> None:
    head = BASE | {f"new{index}": [1, 1.0 + index] for index in range(20)}
    named = [entry.name for entry in grown(BASE, head)]
    assert named[:MOST_ENTRIES] == ["new19", "new18", "new17"]
    assert len(named) <= 2 * MOST_ENTRIES


def test_the_factors_of_a_round_multiply_to_its_ratio() -> None:
    base, head = [(0.10, 0.16, 0.09)] * 5, [(0.15, 0.16, 0.09)] * 5
    found = {factor.name: factor.slowdown for factor in factors([{"base": base, "head": head}])}
    assert found["dispatch"] == pytest.approx(0.5)
    assert found["tasks"] == found["balance"] == 0


def test_a_test_without_workers_has_none() -> None:
    assert factors([{}]) == []
    assert factors([{"base": [(0.1, 0.1, 0.1)]}]) == []
