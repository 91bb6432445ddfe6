"""Ways to make head slower, each a patch of a tree: what `evidence` injects.

Owns the patches. Base is patched, too, where a change keeps something equal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.harness.estimators.questions import Question

Variant = Literal["serial", "ray"]
BOTH: tuple[Variant, ...] = ("serial", "ray")

EXTRA = """

import dataclasses as _dataclasses
import random as _random
import time as _time

_task, _calls = task, 0
_random.seed({seed})


def task(item):
    global _calls
    _calls += 1
    _share = {share}
    start = _time.perf_counter()
    result = _task(item)
    end = _time.perf_counter()
    until = end + _share * (end - start)
    while _time.perf_counter() < until:
        pass
    return result


WORKLOAD = _dataclasses.replace(WORKLOAD, task=task)
"""

HOLDS = """

import dataclasses as _dataclasses

_task = task


def task(item):
    held = bytearray({size})
    held[::4096] = bytes([1]) * len(held[::4096])
    return _task(item)


WORKLOAD = _dataclasses.replace(WORKLOAD, task=task)
"""

SLOW_TO_SEND = """

import dataclasses as _dataclasses
import time as _time


class _Slow:
    def __init__(self, item):
        self.item = item

    def __reduce__(self):
        until = _time.perf_counter() + {seconds}
        while _time.perf_counter() < until:
            pass
        return _Slow, (self.item,)


_items, _task = items, task


def items(size, tasks):
    return [_Slow(item) for item in _items(size, tasks)]


def task(item):
    return _task(item.item)


_check = check


def check(items, results):
    return _check([item.item for item in items], results)


WORKLOAD = _dataclasses.replace(WORKLOAD, items=items, task=task, check=check)
"""

SUBMITS = "        refs = [submit(argument) for argument in arguments]\n"
SUBMITS_LATER = (
    "        until = start + 0.12 * getattr(self, '_last_s', 0.0)\n"
    "        while time.perf_counter() < until:\n            pass\n" + SUBMITS
)
TAKES = (
    "        seconds = time.perf_counter() - start\n"
    "        if on_result is not None:\n            on_result(len(refs))\n"
)
REMEMBERS = "        self._last_s = (time.perf_counter() - start) / 1.12\n"


@dataclass(frozen=True)
class Injected:
    """A change.

    Attributes:
        head, base: patch a tree's workload of this name; the tree, its name.
        question: which one should decide; None where only a note is to say that rounds scatter.
        variants: tests that it changes.
    """

    head: Callable[[Path, str], None]
    question: Question | None
    variants: tuple[Variant, ...] = BOTH
    base: Callable[[Path, str], None] | None = None


def _appended(text: str, **values: object) -> Callable[[Path, str], None]:
    def patch(tree: Path, name: str) -> None:
        with (tree / "workloads" / f"{name}.py").open("a", encoding="utf-8") as file:
            file.write(text.format(**{"seed": 1, **values}))

    return patch


def _only_on_ray(tree: Path, _: str) -> None:
    path = tree / "benchmarks" / "harness" / "runners" / "ray_tasks.py"
    text = path.read_text(encoding="utf-8")
    changed = text.replace(SUBMITS, SUBMITS_LATER).replace(TAKES, REMEMBERS + TAKES)
    if changed.count("_last_s") != 2:
        raise ValueError(f"{path} is not as this experiment knows it: bring its patch up to date")
    path.write_text(changed, encoding="utf-8")


def _longer(share: float | str, question: Question = "total time") -> Injected:
    """Tasks that take so much longer, each drawn by itself: a serial round runs in pieces of a task or more.

    Base has the same code with a share of 0. Where it had not, code that is only appended made rounds of π 2.3, 1.6 and
    2.1 % quicker in three passes.
    """
    return Injected(_appended(EXTRA, share=share), question, base=_appended(EXTRA, share=0.0))


CHANGES: dict[str, Injected] = {
    "all rounds + 5 %": _longer(0.05, "typical time"),
    "all rounds + 10 %": _longer(0.10, "typical time"),
    "half of the rounds + 30 %": _longer("0.3 * (_random.random() < 1 / 2)"),
    "a fifth of the rounds × 2": _longer("1.0 * (_random.random() < 1 / 5)"),
    "one round in twenty × 4": _longer("3.0 * (_random.random() < 1 / 20)"),
    "same mean, more spread": Injected(
        # Ten of each 18 tasks, shuffled: drawn one by one, 22 of 32 were slow in a pass, so its mean was not the same;
        # nearly every other task, most rounds of two had one slow task, and were no wider.
        _appended(EXTRA, share="0.54 * (_random.Random(_calls // 18).sample(range(18), 18)[_calls % 18] < 10)"),
        None,
        base=_appended(EXTRA, share=0.3),
    ),
    "import + 0.5 s": Injected(_appended("\nimport time as _time\n\n_time.sleep(0.5)\n"), "cold start"),
    "memory + 20 %": Injected(_appended(HOLDS, size=160_000_000), "memory", base=_appended(HOLDS, size=100_000_000)),
    "Ray's path + 12 %": Injected(_only_on_ray, "typical time", ("ray",)),
    "an item's serialisation + 2 ms": Injected(
        _appended(SLOW_TO_SEND, seconds=0.002), "typical time", ("ray",), base=_appended(SLOW_TO_SEND, seconds=0.0)
    ),
}
