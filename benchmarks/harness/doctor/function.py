"""The user's function and items as a workload: `--task package.module:function --items …`.

Owns finding both, and refusing what can't be timed. Evaluates nothing that is typed: items are a literal, a range, or
what a module has.
"""

import ast
import importlib
import os
import pickle
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness.same import same
from workloads import SIZES, CheckError, Workload

MOST_ITEMS = 1_000_000
"""They are a list in memory, and each is a task's: a slip of the finger asks for more."""

SIZE = "full"
"""What a user's function is timed at: all of the items that were chosen."""

STATEMENT = "every round's results equal the serial loop's; there is no other truth to hold a function against"


class FunctionError(Exception):
    """A task or items that can't be timed; one sentence that names what was given and what would work."""


def task_of(spec: str, folder: Path) -> Callable[[Any], Any]:
    """The function that `package.module:function` names; modules are looked for in `folder`, too.

    Raises:
        FunctionError: there is none, or workers could not import it.
    """
    found = _named(spec, "--task", folder)
    if not callable(found):
        raise FunctionError(f"--task {spec}: {found!r} can't be called; name a function of one argument")
    try:
        pickle.dumps(found)
    except Exception as error:  # a lambda, or one inside another function: AttributeError, PicklingError, TypeError
        raise FunctionError(
            f"--task {spec}: workers can't import it ({error}); name a function at the top level of a module"
        ) from error
    task: Callable[[Any], Any] = found
    return task


def items_of(spec: str, folder: Path) -> Sequence[Any]:
    """The items that `range(100)`, `[1, 2, 3]` or `package.module:items` stand for; a function is called.

    Raises:
        FunctionError: it is none of these, or holds nothing that can be counted and travel to a worker.
    """
    text = spec.strip()
    if text.startswith(("range(", "[", "(")):
        found = _literal(spec, text)
    elif ":" in text:
        found = _named(text, "--items", folder)
        if callable(found):
            try:
                found = found()
            except (Exception, SystemExit) as error:
                raise FunctionError(f"--items {spec}: it raised {type(error).__name__}: {_line(error)}") from error
    else:
        raise FunctionError(
            f"--items {spec}: neither range(N) nor a list as [1, 2, 3] nor package.module:name, of a list or a function"
        )
    if isinstance(found, (str, bytes, dict)) or not hasattr(found, "__len__") or not hasattr(found, "__getitem__"):
        raise FunctionError(f"--items {spec}: {type(found).__name__} is no list; return one, as list(…) makes it")
    try:
        count = len(found)
    except OverflowError:
        count = MOST_ITEMS + 1
    if count > MOST_ITEMS:
        raise FunctionError(f"--items {spec}: more than {MOST_ITEMS} items; name a part of them")
    if not count:
        raise FunctionError(f"--items {spec}: it is empty; give at least one item")
    items: Sequence[Any] = found
    return items


def workload_of(task: Callable[[Any], Any], items: Sequence[Any]) -> Workload:
    """A workload that is the same at every size; its results are held against each other only."""

    def check(_: Sequence[Any], results: Sequence[Any]) -> str:
        again = task(pickle.loads(pickle.dumps(items[0])))  # noqa: S301 — of this process
        if not same(again, results[0]):
            raise CheckError("item 0: two runs in this process differ; a task that is timed must be deterministic")
        return STATEMENT

    sizes = {size: {"items": len(items)} for size in SIZES}
    return Workload(task=task, items=lambda _size, _tasks: list(items), check=check, sizes=sizes)


def _literal(spec: str, text: str) -> Any:
    try:
        if not text.startswith("range("):
            return ast.literal_eval(text)
        call = ast.parse(text, mode="eval").body
        if not isinstance(call, ast.Call) or call.keywords:
            raise ValueError("only numbers go into range(…)")
        return range(*(ast.literal_eval(argument) for argument in call.args))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise FunctionError(f"--items {spec}: no list or range of plain values ({_line(error)})") from error


def _named(spec: str, option: str, folder: Path) -> Any:
    name, _, path = spec.partition(":")
    if not name or not path:
        raise FunctionError(f"{option} {spec}: must be package.module:name, as json:loads")
    if str(folder) not in sys.path:  # pytest's own command does not look here, `python -m pytest` does
        sys.path.insert(0, str(folder))
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    try:
        found: Any = importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise FunctionError(f"{option} {spec}: no module {error.name!r}, neither installed nor in {folder}") from error
    except (Exception, SystemExit) as error:
        raise FunctionError(
            f"{option} {spec}: importing {name} raised {type(error).__name__}: {_line(error)}"
        ) from error
    for part in path.split("."):
        if not hasattr(found, part):
            raise FunctionError(f"{option} {spec}: {name} has no {path!r}")
        found = getattr(found, part)
    return found


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())
