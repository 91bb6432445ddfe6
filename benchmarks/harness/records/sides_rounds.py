"""Both sides' round times of a comparison, from the JSON that their sessions wrote.

Owns reading them. What is concluded from them is `comparison`'s matter.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

Rounds = dict[str, dict[str, list[float]]]
"""By test's name, then by side: seconds of every round, pass after pass."""


def read(files: Mapping[str, Sequence[Path]]) -> Rounds:
    """The rounds of each test that a side has timed; a side's session that broke off has written no file."""
    found: Rounds = {}
    for side, paths in files.items():
        for path in paths:
            if not path.exists():
                continue
            for record in json.loads(path.read_text(encoding="utf-8"))["benchmarks"]:
                found.setdefault(record["name"], {}).setdefault(side, []).extend(record["stats"]["data"])
    return found
