"""Sides that speak the turn protocol and time nothing: what a conductor makes of any, in a second a pass.

The program is `speaks`, run in place of an interpreter, so that it is called as pytest would be.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.harness.sides import pass_record
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.pass_run import Pass
from benchmarks.harness.sides.protocol import PROTOCOL
from benchmarks.harness.sides.side import Side
from tests.process import speaks

PATIENCE_S = 20.0

FACTS: dict[str, Any] = {
    "why": "",
    "serial": False,
    "sources": [],
    "call_s": 0.02,
    "calls": None,
    "work": {"number of iterations": 1},
    "items": "",
    "tolerance": None,
    "must_see": None,
    "cold_s": None,
    "store": 0,
    "setup_s": 0.0,
    "invalid": 0,
    "word": "passed",
    "reason": "",
    "ready": True,
    "sleeps": False,
}
"""Of a test: seconds of a call, and whether calls are calibrated (a number) or a round is what it is (None); seconds
of its set-up; how many rounds of its first pass, the first ones, are invalid; its outcome, and whether it gets ready
before that; whether a round really takes its time; in how many pieces it can be cut."""


@dataclass
class Fake:
    """A side's behaviour.

    Attributes:
        tests: facts of each, by id, as far as they differ from `FACTS`.
        collected: what it says first, as far as it differs from the truth.
        breaks: `(moment, how)`: at the first message of that kind.
        starts: a program of Python that is left running.
        burns: a thread that never rests.
    """

    tests: dict[str, dict[str, Any]] = field(default_factory=lambda: {"test_it": {}})
    collected: dict[str, Any] = field(default_factory=dict)
    breaks: tuple[str, str] = ("", "")
    starts: str = ""
    burns: bool = False

    def side(self, name: str, tree: Path, folder: Path) -> Side:
        """It, as one of two."""
        tree.mkdir(exist_ok=True)
        program = folder / f"{name}.sh"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{speaks.__file__}" "$@"\n')
        program.chmod(0o755)
        tests = {test: FACTS | facts for test, facts in self.tests.items()}
        said = {"protocol": PROTOCOL, "root": str(tree.resolve()), "python": "3.11.0", **self.collected}
        plan = {"tests": tests, "collected": said, "breaks": self.breaks, "starts": self.starts, "burns": self.burns}
        root = str(Path(__file__).resolve().parents[2])
        variables = {speaks.VARIABLE: json.dumps(plan), "PYTHONPATH": root}
        return Side(name, name, name, tree, tree, str(program), (), {}, variables=variables)


def ran(
    base: Fake,
    head: Fake,
    keeper: Keeper,
    tmp_path: Path,
    number: int = 0,
    patience: float = PATIENCE_S,
    calls: Mapping[str, int | None] | None = None,
    fits: Callable[[str, float], bool] = lambda _, __: True,
) -> pass_record.PassRecord:
    """A pass of the two."""
    sides = [base.side("base", tmp_path / "base", tmp_path), head.side("head", tmp_path / "head", tmp_path)]
    one = Pass(number, sides, keeper, patience, lambda _: None)
    return one.run(lambda found: list(found.found["head"]), lambda *_: 8, calls, fits)
