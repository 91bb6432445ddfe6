"""Why a test became slower: both sides run a round of it once more, and what they find is held against each other.

Owns which tests are looked into, and what of the difference stands out. What a side finds is `sides.explain`'s.
"""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from statistics import median

from benchmarks.harness.estimators.questions import Question
from benchmarks.harness.records.comparison import Cause, Entry, Factor
from benchmarks.harness.sides.errors import SideError
from benchmarks.harness.sides.explain import Found
from benchmarks.harness.sides.inquiry import Inquiry
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.pass_record import PassRecord
from benchmarks.harness.sides.pass_run import Pass
from benchmarks.harness.sides.side import Side

MOST_TESTS = 3
"""Looked into: one more pass with so many tests takes 10 to 15 s on two cores."""
MOST_ENTRIES = 3
PATIENCE_S = 60.0

LEAST_SHARE = 0.05
"""Of what all of base's functions took: a function that grew by less explains nothing."""


def causes(
    regressed: Mapping[str, Question],
    names: Mapping[str, str],
    passes: Sequence[PassRecord],
    sides: Sequence[Side],
    keeper: Keeper,
) -> list[Cause]:
    """What stands out of each of the tests that regressed; empty where it could not be looked into.

    Args:
        regressed: by test id the question that decided.
        names: the tests' names in the table.
        passes: all of the comparison's.
    """
    wanted = dict(list(regressed.items())[:MOST_TESTS])
    found: dict[str, dict[str, Found]] = {}
    one = Pass(len(passes), sides, keeper, PATIENCE_S, lambda _: None)
    one.timing = partial(Inquiry, wanted=wanted, found=found)
    try:
        one.run(lambda _: list(wanted), lambda _, __: 0, _calls(passes))
    except SideError:
        return []
    return [
        Cause(
            test=names[test],
            question=wanted[test],
            entries=grown(found[test]["base"], found[test]["head"]) if test in found else [],
            factors=factors([record.tests[test].parts for record in passes if test in record.tests]),
        )
        for test in wanted
    ]


def _calls(passes: Sequence[PassRecord]) -> dict[str, int | None]:
    """How many calls each test's rounds had at last."""
    return {test: its.calls for record in passes for test, its in record.tests.items() if its.calls is not None}


def grown(base: Found, head: Found) -> list[Entry]:
    """What grew most from base to head: first by its last figure (seconds or bytes), then by its calls."""
    entries = [
        Entry(name, tuple(base.get(name) or _nothing(head[name])), tuple(head.get(name) or _nothing(base[name])))
        for name in {**head, **base}
        if base.get(name) != head.get(name)
    ]
    whole = sum(values[-1] for values in base.values()) or 1.0
    by_size = sorted(entries, key=lambda entry: entry.base[-1] - entry.head[-1])
    standing_out = [entry for entry in by_size if entry.head[-1] - entry.base[-1] > LEAST_SHARE * whole]
    by_calls = sorted(
        (entry for entry in entries if len(entry.head) > 1 and entry.head[0] != entry.base[0]),
        key=lambda entry: -abs(entry.head[0] - entry.base[0]),
    )
    return list(dict.fromkeys([*standing_out[:MOST_ENTRIES], *by_calls[:MOST_ENTRIES]]))


def factors(parts: Sequence[Mapping[str, Sequence[tuple[float, float, float]]]]) -> list[Factor]:
    """Which part of a round on several workers moved, head over base: its tasks, their balance, or dispatch.

    As in the account of a run alone, the three multiply to the rounds' ratio, here of medians over all rounds. Empty
    for a test that has no workers.
    """
    logs: dict[str, list[float]] = {}
    for name in ("base", "head"):
        rounds = [its for record in parts for its in record.get(name, ())]
        if not rounds:
            return []
        logs[name] = [
            median(math.log(in_tasks) for _, in_tasks, _ in rounds),
            median(math.log(busiest / in_tasks) for _, in_tasks, busiest in rounds),
            median(math.log(seconds / busiest) for seconds, _, busiest in rounds),
        ]
    names = ("tasks", "balance", "dispatch")
    return [
        Factor(name, math.expm1(head - base))
        for name, base, head in zip(names, logs["base"], logs["head"], strict=True)
    ]


def _nothing(like: Sequence[float]) -> tuple[float, ...]:
    return (0.0,) * len(like)
