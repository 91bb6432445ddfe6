"""Where whole runs listen, all of their processes; listed while every worker is up, by the check after the last round.

`tests/ray/test_sockets.py` has who is let in there.
"""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks.harness.tree import ROOT
from tests.git import commit
from tests.sockets import FILE_VARIABLE, LOOPBACK
from tests.suite.comparing import ONE_PASS, compare

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="macOS shows nobody's sockets without root"
)

SHOWED = 'return "sums as Gauss says"'
NOTE = f"from workloads._sockets import note\n    note()\n    {SHOWED}"


@pytest.fixture
def noted(
    suite: pytest.Pytester, add_workload: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], list[dict[str, list[str]]]]:
    """Each test's check notes who listens where; these notes."""
    file = suite.path / "sockets.jsonl"
    monkeypatch.setenv(FILE_VARIABLE, str(file))
    shutil.copy(Path(ROOT) / "tests" / "sockets.py", suite.path / "workloads" / "_sockets.py")
    add_workload("tiny", (SHOWED, NOTE))
    return lambda: [json.loads(line) for line in file.read_text().splitlines()]


def require_loopback(notes: list[dict[str, list[str]]]) -> None:
    assert any({"raylet", "gcs_server"} <= note.keys() for note in notes)  # they can't do without
    assert {address for note in notes for addresses in note.values() for address in addresses} <= LOOPBACK, notes


def test_a_run_listens_on_the_loopback_interface_alone(suite: pytest.Pytester, noted: Callable[..., list]) -> None:
    variants = ("--variants", "serial,ray,pool,joblib,dask")
    short = ("--workload-size", "small", "--benchmark-max-time", "0.5")
    result = suite.run(sys.executable, "-m", "pytest", "benchmarks", *variants, *short, timeout=200)
    result.assert_outcomes(passed=8)
    assert len(noted()) == 8
    require_loopback(noted())


def test_a_comparison_listens_on_the_loopback_interface_alone(
    repository: pytest.Pytester, noted: Callable[..., list]
) -> None:
    commit(repository.path)
    result = compare(repository, "--against", "HEAD", *ONE_PASS, selected="tiny and ray")
    assert result.ret in (0, 6)
    assert len(noted()) == 2
    require_loopback(noted())
