"""`--against` on a joined cluster: both sides are drivers of one Ray, and take turns on its nodes."""

from collections.abc import Callable

import psutil
import pytest

from tests.clusters import TOKEN, Heads
from tests.git import commit
from tests.suite.comparing import ONE_PASS, compare, refused, said, slowdowns
from tests.suite.conftest import QUICKER

pytestmark = pytest.mark.usefixtures("no_leftovers", "no_folders_left")


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TOKEN.items():
        monkeypatch.setenv(name, value)


@pytest.mark.alone
@pytest.mark.usefixtures("token")
def test_both_sides_take_turns_on_the_same_nodes(
    repository: pytest.Pytester, add_workload: Callable[..., None], head: Heads
) -> None:
    add_workload("slower", QUICKER)
    commit(repository.path)
    add_workload("slower", QUICKER, ("range(item)", "[*range(item)] * 40"), ("return total", "return total // 40"))
    address = head(nodes=3, cpus=1)
    daemons = [process for process in psutil.Process().children(recursive=True) if process.name() == "raylet"]
    result = compare(repository, "--against", "main", *ONE_PASS, "--ray-address", address, selected="ray")
    found = slowdowns(result)
    assert found["slower-small-ray"] > found["tiny-small-ray"] + 2, said(result)
    assert "invalid" not in said(result)  # the waiting side's workers are those that it comes back to
    assert "Memory of tests on Ray was not compared: their workers belong to the joined cluster" in said(result)
    assert len(daemons) == 3
    assert all(process.is_running() for process in daemons)


@pytest.mark.usefixtures("token")
def test_a_base_whose_workers_would_be_ended_is_refused(repository: pytest.Pytester, head: Heads) -> None:
    session = repository.path / "benchmarks" / "harness" / "sides" / "session.py"
    text = session.read_text()
    session.write_text(text.replace("            rests=True,\n", ""))
    commit(repository.path)
    session.write_text(text)
    result = compare(repository, "--against", "main", *ONE_PASS, "--ray-address", head())
    refused(result, "base: this revision's workers can't rest while the other side has the turn, *")


@pytest.mark.usefixtures("token")
def test_another_interpreter_is_refused(repository: pytest.Pytester) -> None:
    result = compare(repository, "--against-python", "elsewhere", "--ray-address", "auto")
    refused(result, "--against-python elsewhere does not go with --ray-address: a cluster's nodes have one Python *")
