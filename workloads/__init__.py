"""What is timed: one module here is one workload, and the module's name is its id.

Owns the record that describes a workload, and finding and loading workloads by name. Plain Python: imports neither ray
nor pytest nor anything heavy, reads no clock, and knows nothing of how a workload is run or timed. A folder, or a
module whose name starts with an underscore, is a helper, not a workload.
"""

import importlib
import inspect
import json
import pkgutil
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real
from reprlib import repr as short  # what stands in place of a part may be large
from typing import Any

import psutil

SIZES = ("small", "medium", "full")

IMAGE_SOURCE_VARIABLE = "WORKLOADS_IMAGE_SOURCE"
"""Environment variable that says where image workloads get their images from: `generated`, `urls` or a folder."""

PARTS = {"task": ("item",), "items": ("size", "tasks"), "check": ("items", "results"), "same": ("a", "b")}
"""A workload's functions, and what each is called with."""


class WorkloadError(Exception):
    """A workload can't be used as it is; the message is one sentence that says what would work."""


class CheckError(AssertionError):
    """A result differs from the truth; the message names workload, item and both values."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """A task, its items, and the truth that its results must meet.

    Attributes:
        task: `task(item) -> result`, importable by name, single-threaded, deterministic. It leaves its item as it
            is, and its result can be pickled.
        items: `items(size, tasks) -> sequence` of inputs, seeded; `tasks` is the number of CPUs to keep busy.
        check: `check(items, results)` raises `CheckError` where a result is not the truth, computed independently of
            `task`; returns a short statement for the report (may be empty).
        same: `same(a, b)` tells whether two results of one item are equal. None compares them by value, exactly: also
            inside tuples, lists, dicts and dataclasses, NumPy's arrays and torch's tensors, NaN equal to NaN. Needed
            where rounding may differ, or for classes without `__eq__`.
        sizes: for each of `SIZES`, what the size means, as JSON values: `{"small": {"n": 20_000}, …}`.
        memory: peak bytes of one running task by size; a size left out needs no check before it starts.
        tolerance: slowdown, as a share, that a comparison accepts for this workload; None for the run's own.

    Raises:
        WorkloadError: a part is something else than it is to be; says what it must be.
    """

    task: Callable[[Any], Any]
    items: Callable[[str, int], Sequence[Any]]
    check: Callable[[Sequence[Any], Sequence[Any]], str]
    sizes: Mapping[str, Mapping[str, Any]]
    memory: Mapping[str, int] = field(default_factory=dict)
    tolerance: float | None = None
    same: Callable[[Any, Any], bool] | None = None

    def __post_init__(self) -> None:
        for part, takes in PARTS.items():
            if part != "same" or self.same is not None:
                _require_function(part, getattr(self, part), takes)
        _require_sizes(self.sizes)
        _require_memory(self.memory)
        tolerance = self.tolerance
        if tolerance is not None and not (_is_number(tolerance, int | float) and 0 <= tolerance < 1):
            raise WorkloadError(f"tolerance must be a share from 0 to 1 (0.05 is 5 %), not {_shown(tolerance)}")


def _require_function(part: str, function: object, takes: Sequence[str]) -> None:
    if not callable(function):
        raise WorkloadError(f"{part} must be a function of {' and '.join(takes)}, not {_shown(function)}")
    try:
        inspect.signature(function).bind(*takes)
    except TypeError as error:
        raise WorkloadError(f"{part} must be a function of {' and '.join(takes)}: {error}") from None
    except ValueError:
        pass  # some that are written in C don't say what they take


def _require_sizes(sizes: object) -> None:
    if not isinstance(sizes, Mapping) or set(sizes) != set(SIZES):
        found = (", ".join(map(str, sizes)) or "none") if isinstance(sizes, Mapping) else sizes
        raise WorkloadError(f"sizes must be exactly {', '.join(SIZES)}, not {_shown(found)}")
    for size, params in sizes.items():
        if not isinstance(params, Mapping):
            raise WorkloadError(f"sizes: {size} must be a dict of JSON values, not {_shown(params)}")
        try:
            json.dumps(dict(params), allow_nan=False)
        except (TypeError, ValueError) as error:
            raise WorkloadError(f"sizes: {size} must be a dict of JSON values, not {_shown(params)}: {error}") from None


def _require_memory(memory: object) -> None:
    if not isinstance(memory, Mapping):
        raise WorkloadError(f'memory must be bytes by size, as {{"full": 650_000_000}}, not {_shown(memory)}')
    if unknown := set(memory) - set(SIZES):
        raise WorkloadError(f"memory names unknown sizes: {_shown(', '.join(sorted(map(str, unknown))))}")
    for size, needed in memory.items():
        if not (_is_number(needed, Real) and 0 <= needed <= sys.maxsize):
            raise WorkloadError(f"memory: {size} must be a number of bytes, not {_shown(needed)}")


def _is_number(value: object, kind: Any) -> bool:
    """Whether it is one of these; True and False are none."""
    return isinstance(value, kind) and not isinstance(value, bool)


def _shown(value: object) -> str:
    """A value in a sentence: short, and in one line."""
    return spelled(" ".join((value if isinstance(value, str) else short(value)).split()))


def spelled(text: str) -> str:
    """Text in a sentence: line breaks, colours and what is no text are spelled out, as Python spells them."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


_given: dict[str, Workload] = {}
_read_free_memory: Callable[[], int] | None = None


def read_free_memory_with(read: Callable[[], int]) -> None:
    """Let `free_memory` ask `read`: who runs the workloads knows of limits, of a control group for instance."""
    global _read_free_memory
    _read_free_memory = read


def free_memory() -> int:
    """Bytes that items may still take; without `read_free_memory_with` all that the machine has."""
    return psutil.virtual_memory().available if _read_free_memory is None else _read_free_memory()


def add(name: str, workload: Workload) -> None:
    """Let `load` find a workload that is no module here: the function of `--task`. `names` does not list it."""
    _given[name] = workload


def names() -> list[str]:
    """Ids of all workloads, sorted; found by file name, so that nothing is imported."""
    modules = pkgutil.iter_modules(__path__)
    return sorted(module.name for module in modules if not module.ispkg and not module.name.startswith("_"))


def load(name: str) -> Workload:
    """Import one workload.

    Raises:
        WorkloadError: no such workload, or its module defines no complete `WORKLOAD`; names the module's file.
    """
    if name in _given:
        return _given[name]
    if name not in names():
        raise WorkloadError(f"no workload {name!r}; there are: {', '.join(names())}")
    file = f"workloads/{spelled(name)}.py"
    try:
        module = importlib.import_module(f"{__name__}.{name}")
    except WorkloadError as error:
        raise WorkloadError(f"{file}: {error}") from error
    except Exception as error:  # whatever its own code, or what it imports, raises
        raise WorkloadError(f"{file}: {_broken(name, error)}") from error
    workload = getattr(module, "WORKLOAD", None)
    if not isinstance(workload, Workload):
        raise WorkloadError(f"{file}: WORKLOAD must be a Workload record, not {_shown(workload)}")
    return workload


def _broken(name: str, error: Exception) -> str:
    """What a workload's import raised, with the workload's own line."""
    if isinstance(error, TypeError) and str(error).startswith(f"{Workload.__name__}.__init__()"):
        return _shown(str(error))  # the record was made with a part missing
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(f"/{name}.py")]
    where = f"line {own[-1].lineno}, `{own[-1].line}`: " if own else ""
    return spelled(f"{where}{type(error).__name__}: {' '.join(str(error).split())}")
