"""Variants that are ready for a round."""

from typing import Any, TypeVar

from benchmarks.harness.runners.stamps import Task
from benchmarks.harness.runners.variant import Variant

Its = TypeVar("Its", bound=Variant)


def warm(variant: Its, task: Task, items: list[Any]) -> Its:
    """The same one, with `items` handed out and its workers up."""
    variant.prepare(task, items, items)
    variant.warm_up()
    return variant
