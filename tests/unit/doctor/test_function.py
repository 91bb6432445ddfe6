"""What `--task` and `--items` may name, and the sentence where they can't be used; nothing typed is evaluated."""

import json
import sys
from pathlib import Path

import pytest

from benchmarks.harness.doctor.choose import choose
from benchmarks.harness.doctor.function import FunctionError, items_of, task_of, workload_of
from workloads import CheckError

MODULE = """
import random
LIST = [1, 2, 3]
NESTED = lambda item: item
def items(): return list("abc")
def none(): return []
def lazy(): return (n for n in range(3))
def broken(): raise LookupError("no data")
def fails(item): raise ValueError(f"not {item}")
def drifts(item): return random.random()
class Holder:
    @staticmethod
    def task(item): return item
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine.py").write_text(MODULE)
    (tmp_path / "broken_module.py").write_text("1 / 0")
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("PYTHONPATH", "")
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    return tmp_path


def test_tasks_and_items_are_found(folder: Path) -> None:
    assert task_of("json:loads", folder) is json.loads
    assert task_of("mine:Holder.task", folder)(1) == 1
    assert list(items_of("range(2, 9, 3)", folder)) == [2, 5, 8]
    assert items_of("[1, 'two']", folder) == [1, "two"]
    assert items_of("mine:LIST", folder) == [1, 2, 3]
    assert items_of("mine:items", folder) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("json", "must be package.module:name, as json:loads"),
        ("no_such:x", "no module 'no_such', neither installed nor in "),
        ("json:nothing", "json has no 'nothing'"),
        ("mine:LIST", r"\[1, 2, 3\] can't be called"),
        ("mine:NESTED", "workers can't import it"),
        ("broken_module:x", "importing broken_module raised ZeroDivisionError: division by zero"),
    ],
)
def test_a_task_that_cannot_be_used_is_named_with_what_would_work(folder: Path, spec: str, sentence: str) -> None:
    with pytest.raises(FunctionError, match=f"^--task {spec}: .*{sentence}"):
        task_of(spec, folder)


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("100", "neither range"),
        ("range(len('abc'))", "no list or range of plain values"),
        ("[__import__('os').getpid()]", "no list or range of plain values"),
        ("range(n=3)", "no list or range of plain values"),
        ("range(0)", "it is empty"),
        ("mine:none", "it is empty"),
        ("mine:lazy", "generator is no list; return one"),
        ("mine:broken", "it raised LookupError: no data"),
    ],
)
def test_items_that_cannot_be_used_are_named_with_what_would_work(folder: Path, spec: str, sentence: str) -> None:
    with pytest.raises(FunctionError, match=sentence) as raised:
        items_of(spec, folder)
    assert str(raised.value).startswith(f"--items {spec}: ")


def test_a_task_that_fails_on_an_item_is_said_before_anything_is_timed(folder: Path) -> None:
    with pytest.raises(FunctionError, match="raised ValueError on item 0: not 5"):
        choose("mine:fails", task_of("mine:fails", folder), [5], 2)


def test_items_that_cannot_travel_are_refused() -> None:
    with pytest.raises(FunctionError, match="item 0 can't be pickled"):
        choose("builtins:id", id, [lambda: 0], 2)


def test_a_task_that_is_not_deterministic_is_told(folder: Path) -> None:
    task = task_of("mine:drifts", folder)
    with pytest.raises(CheckError, match="must be deterministic"):
        workload_of(task, [1]).check([1], [task(1)])


def test_chosen_items_are_spread_over_all_and_few_enough() -> None:
    chosen = choose("builtins:abs", abs, range(1_000_000), 2)
    assert chosen.given == 1_000_000
    assert len(chosen.items) == 50_000
    assert chosen.items[:3] == [0, 20, 40]
    assert len(chosen.few) == 500
    assert [chosen.items[index] for index in chosen.few[:2]] == [0, 2000]
    assert len(choose("builtins:abs", abs, [1, 2, 3], 2).items) == 3
