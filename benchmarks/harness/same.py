"""Whether two results are the same: by value and exactly, also inside tuples, lists, dicts and dataclasses.

Owns that comparison. Imports nothing heavy: NumPy's and torch's values are known only where those are loaded already.
"""

import dataclasses
import enum
import math
import numbers
import sys
from collections import deque
from collections.abc import Mapping
from typing import Any

PLAIN = frozenset({bool, int, str, bytes, type(None)})
"""`==` decides between two of these, NaN is none of them: a list of a million needs no step in Python for each."""


class IncomparableError(TypeError):
    """Two values can't be compared; the message says why and what would work."""


def same(a: Any, b: Any) -> bool:
    """Whether `b` is what `a` is: of one type, and equal in every part. NaN is NaN.

    Raises:
        IncomparableError: they hold something that can't be compared by value.
    """
    try:
        return _same(a, b)
    except RecursionError:
        raise IncomparableError(f"values of type {_name(a)} hold themselves; {WAY_OUT}") from None


WAY_OUT = "give the workload a `same(a, b)` that compares them"


def _same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if _name(a) != _name(b):
        return False
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None and isinstance(a, numpy.ndarray):
        return _same_arrays(a, b)
    if torch is not None and isinstance(a, torch.Tensor):
        return _same_tensors(a, b)
    if isinstance(a, (list, tuple, deque)):
        return _same_sequences(a, b)
    if isinstance(a, Mapping):
        return a.keys() == b.keys() and all(_same(value, b[key]) for key, value in a.items())
    if dataclasses.is_dataclass(a) and not isinstance(a, type):
        return all(_same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a) if f.compare)
    return _equal(a, b)


def _same_sequences(a: Any, b: Any) -> bool:
    kinds = set(map(type, a)) | set(map(type, b))
    if kinds <= PLAIN:
        return bool(a == b) and list(map(type, a)) == list(map(type, b))  # else 1 would be True
    return len(a) == len(b) and all(_same(one, other) for one, other in zip(a, b, strict=True))


def _same_arrays(a: Any, b: Any) -> bool:
    import numpy as np

    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if isinstance(a, np.ma.MaskedArray):
        hidden = np.ma.getmaskarray(a)
        return bool(np.array_equal(hidden, np.ma.getmaskarray(b))) and _same_arrays(a.data[~hidden], b.data[~hidden])
    if a.dtype.names:
        return all(_same_arrays(a[name], b[name]) for name in a.dtype.names)
    if a.dtype.kind == "O":
        return all(_same(one, other) for one, other in zip(a.ravel(), b.ravel(), strict=True))
    return bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fcmM"))


def _same_tensors(a: Any, b: Any) -> bool:
    if a.dtype != b.dtype or a.shape != b.shape or a.layout != b.layout:
        return False
    strided = sys.modules["torch"].strided
    a, b = (value.detach().cpu() for value in (a, b))
    if a.layout is not strided:
        a, b = a.to_dense(), b.to_dense()
    return bool(((a == b) | ((a != a) & (b != b))).all())  # only NaN differs from itself


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, complex):
        return _equal(a.real, b.real) and _equal(a.imag, b.imag)
    if isinstance(a, float) and math.isnan(a):
        return math.isnan(b)
    if isinstance(a, enum.Enum):
        return False  # its members exist once in a process
    if vars(type(a)).get("__eq__", type(a).__eq__) is object.__eq__:
        raise IncomparableError(f"objects of type {_name(a)} are equal only to themselves; {WAY_OUT}")
    try:
        if a == b:
            return True
        return bool(isinstance(a, numbers.Number) or _scalar(a)) and bool(a != a and b != b)
    except (TypeError, ValueError, RuntimeError) as error:  # the answer of `==` is no yes or no
        raise IncomparableError(f"objects of type {_name(a)} can't be compared by `==` ({error}); {WAY_OUT}") from None


def _scalar(a: Any) -> bool:
    """Whether it is a value of NumPy's, as a date that is no date."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(a, numpy.generic)


def _name(value: Any) -> str:
    """A type's full name: a class that travelled by value is another object on arrival."""
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
