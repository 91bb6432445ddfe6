from collections import namedtuple
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import numpy as np
import pytest
import torch

from benchmarks.harness.same import IncomparableError, same

NAN = float("nan")
Point = namedtuple("Point", "x y")


@dataclass
class Held:
    values: Any
    name: str = "a"


class Colour(Enum):
    RED = 1
    BLUE = 2


class Plain:
    def __init__(self, value: int) -> None:
        self.value = value


@pytest.mark.parametrize(
    ("make", "other"),
    [
        (lambda: 1, 2),
        (lambda: NAN, 1.0),
        (lambda: complex(1, NAN), complex(2, NAN)),
        (lambda: Decimal("NaN"), Decimal(1)),
        (lambda: [1, 2, 3], [1, 2, 4]),
        (lambda: [1.5, NAN, [NAN]], [1.5, NAN, [1.0]]),
        (lambda: (1, (2, np.array([3.0, NAN]))), (1, (2, np.array([3.0, 4.0])))),
        (lambda: {"a": np.arange(3), "b": {NAN.hex(): NAN}}, {"a": np.arange(3), "b": {}}),
        (lambda: Point(np.ones(2), 1), Point(np.zeros(2), 1)),
        (lambda: Held([np.ones(2), torch.ones(2)]), Held([np.ones(2), torch.zeros(2)])),
        (lambda: np.array([1.0, 2.0]), np.array([1.0, 2.0000000000000004])),
        (lambda: np.array([[1, 2]]), np.array([1, 2])),
        (lambda: np.array(["a", None, [NAN]], dtype=object), np.array(["a", None, [1]], dtype=object)),
        (
            lambda: np.array([(1, NAN)], dtype=[("n", int), ("x", float)]),
            np.array([(1, 0)], dtype=[("n", int), ("x", float)]),
        ),
        (lambda: np.datetime64("NaT"), np.datetime64("2026-01-01")),
        (lambda: np.ma.array([1, 2], mask=[False, True]), np.ma.array([1, 2], mask=[True, False])),
        (lambda: torch.tensor([1.0, NAN]), torch.tensor([1.0, 2.0])),
        (lambda: torch.tensor([1, 2], dtype=torch.bfloat16), torch.tensor([1, 3], dtype=torch.bfloat16)),
        (lambda: torch.eye(2).to_sparse(), torch.zeros(2, 2).to_sparse()),
        (lambda: Colour.RED, Colour.BLUE),
        (lambda: {"set": {1, 2}}, {"set": {1, 3}}),
    ],
)
def test_values_are_compared_exactly_however_deep(make: Any, other: Any) -> None:
    assert same(make(), make())
    assert not same(make(), other)
    assert not same(other, make())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        ([1], [True]),
        ([1], (1,)),
        (np.arange(2), [0, 1]),
        (np.arange(2), np.arange(2.0)),
        (np.float64(1), 1.0),
        (torch.ones(2), torch.ones(2, dtype=torch.float64)),
        (None, 0),
    ],
)
def test_equal_values_of_another_type_are_not_the_same(one: Any, other: Any) -> None:
    assert not same(one, other)


def test_what_has_no_value_is_an_error_that_names_the_type_and_the_way_out() -> None:
    with pytest.raises(
        IncomparableError, match=r"of type .*Plain are equal only to themselves; give .* `same\(a, b\)`"
    ):
        same([Plain(1)], [Plain(1)])
    loop: list[Any] = [1.5]
    loop.append(loop)
    other: list[Any] = [1.5]
    other.append(other)
    with pytest.raises(IncomparableError, match="hold themselves"):
        same(loop, other)
