"""Passes written down one by one, to learn from many of them what a comparison can see.

Owns the file: a line of JSON for each pass. What is learned from it is `calibration`'s.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.sides.errors import ComparisonError
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.pass_record import PassRecord
from benchmarks.harness.sides.pass_run import Pass
from benchmarks.harness.sides.side import Side
from benchmarks.harness.text import names_of

PATIENCE_S = 600.0

MOST = 1e15
"""Seconds or bytes beyond which a figure is none."""


class RecordingError(ComparisonError):
    """A file is no recording."""


def record(
    number: int,
    sides: list[Side],
    keeper: Keeper,
    plan: Callable[[str, float], int],
    on_turn: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Run one pass of all tests that both sides have, and return it as a line of the recording.

    `plan`: how many pairs, from a test's name in the recording and the seconds of one pair.
    """
    names: dict[str, str] = {}

    def choose(found: PassRecord) -> list[str]:
        names.update(names_of(chosen := _common(found)))
        return chosen

    found = Pass(number, sides, keeper, PATIENCE_S, on_turn).run(choose, lambda test, pair_s: plan(names[test], pair_s))
    for path in found.files.values():
        path.unlink()
    return facts(found)


def _common(found: PassRecord) -> list[str]:
    base, head = found.found["base"], found.found["head"]
    return [test for test, its in head.items() if test in base and not its.why and not base[test].why]


def facts(found: PassRecord) -> dict[str, Any]:
    """A pass as JSON: for each test what it cost and its pairs (base's and head's seconds, base first, piece)."""
    names = names_of(list(found.tests))
    return {
        "seconds": found.seconds,
        "tests": {
            names[test]: {
                "pairs": [[*pair[:2], int(pair.reference_first), pair.piece] for pair in one.pairs],
                "invalid": sum(one.invalid.values()),
                "idle": one.idle,
                "cold_s": one.cold_s,
                "memory": one.memory,
                "setup_s": one.setup_s,
                "rounds_s": one.rounds_s,
                "reason": one.reason,
            }
            for test, one in found.tests.items()
        },
    }


def append(path: Path, line: dict[str, Any]) -> None:
    """Add one pass; what is written stays, whatever happens later."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The passes of a recording, with pairs as `Pair`s.

    Raises:
        RecordingError: something else is in the file.
    """
    with path.open(encoding="utf-8") as file:
        try:
            for text in file:
                line: dict[str, Any] = json.loads(text)
                _require_figures(line)
                for test in line["tests"].values():
                    test["pairs"] = pairs_of(test["pairs"])
                yield line
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise RecordingError(f"{path} is no recording of passes: name one, or a new file") from None


def pairs_of(fields: Sequence[Sequence[Any]]) -> list[Pair]:
    """Pairs from a line; those of a recording from before rounds were cut have no piece."""
    return [Pair(base, head, bool(first), *piece) for base, head, first, *piece in fields]


def _require_figures(line: dict[str, Any]) -> None:
    """Whether a pass has what is made of it; earlier recordings have neither cold starts nor memory.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it has not.
    """
    figures = [line["seconds"]]
    for test in line["tests"].values():
        figures += [test["setup_s"], test["rounds_s"]]
        figures += [seconds for pair in test["pairs"] for seconds in pair]
        figures += [value for name in ("cold_s", "memory") for value in test.get(name, {}).values()]
        if any(min(pair[:2]) <= 0 for pair in test["pairs"]):
            raise ValueError("a round takes time")
        if any(test.get(name) and test[name].keys() != {"base", "head"} for name in ("cold_s", "memory")):
            raise ValueError("a figure of one side alone")
    if not all(0 <= figure < MOST for figure in figures):  # not a number is neither
        raise ValueError("no figure")
