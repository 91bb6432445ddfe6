"""docs/faults.md names tests that exist."""

import re

import pytest

from benchmarks.harness.tree import ROOT

TABLE, _, _ = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8").partition("\n## ")
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ") and "---" not in line][1:]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip())
def test_each_fault_names_a_test_that_exists(row: str) -> None:
    found = re.findall(r"`(\w+/\w+\.py)::(test_\w+)`", row.split("|")[-2])
    assert found
    for file, name in found:
        assert f"\ndef {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8"), name
