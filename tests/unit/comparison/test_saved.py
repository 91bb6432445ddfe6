"""A side's saved run, made of the JSON that real sessions of pytest-benchmark have written."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.harness.comparison.saved import merge, save
from benchmarks.harness.sides.side import Side
from tests.unit.outcomes import outcome

BENCHMARKS = """
import pytest
@pytest.mark.parametrize("name", ["quick", "slow"])
def test_it(benchmark, name):
    benchmark.extra_info["workload"] = name
    benchmark.pedantic(sum, args=[range(1000)], rounds=4)
"""
QUICK, SLOW = "test_own.py::test_it[quick]", "test_own.py::test_it[slow]"

Json = dict[str, Any]


ran: list[str] = []


@pytest.fixture
def session(pytester: pytest.Pytester) -> Path:
    """The JSON of a session with two benchmarks of four rounds each; it runs once for all tests."""
    pytester.makepyfile(test_own=BENCHMARKS)
    path = pytester.path / "session.json"
    if not ran:
        pytester.inline_run("--benchmark-json=session.json", "-q").assertoutcome(passed=2)
        ran.append(path.read_text())
    path.write_text(ran[0])
    return path


def a_pass(session: Path, name: str, **times: Sequence[float]) -> Path:
    """The same session, had its rounds taken so long; without a benchmark for which there are none."""
    run = json.loads(session.read_text())
    run["datetime"] = name
    run["benchmarks"] = [record for record in run["benchmarks"] if record["params"]["name"] in times]
    for record in run["benchmarks"]:
        record["stats"]["data"] = list(times[record["params"]["name"]])
        record["extra_info"]["from"] = name
    path = session.with_name(f"{name}.json")
    path.write_text(json.dumps(run))
    return path


def read(*paths: Path) -> list[Json]:
    return [json.loads(path.read_text()) for path in paths]


def by_name(run: Json) -> dict[str, Json]:
    return {record["fullname"]: record for record in run["benchmarks"]}


# Several sessions as one


def test_a_benchmark_has_the_rounds_of_all_its_passes(session: Path) -> None:
    passes = [a_pass(session, "1", quick=[1, 2], slow=[10]), a_pass(session, "2", quick=[3, 6], slow=[20, 60])]
    found = merge(read(*passes), with_data=True)
    quick, slow = by_name(found)[QUICK], by_name(found)[SLOW]
    assert quick["stats"]["data"] == [1, 2, 3, 6]
    assert (quick["stats"]["min"], quick["stats"]["max"], quick["stats"]["mean"]) == (1, 6, 3)
    assert (quick["stats"]["median"], quick["stats"]["rounds"], quick["stats"]["iterations"]) == (2.5, 4, 1)
    assert (slow["stats"]["median"], slow["stats"]["rounds"]) == (20, 3)
    assert quick["extra_info"] == {"workload": "quick", "from": "2", "passes": 2}


def test_one_session_alone_keeps_the_figures_of_pytest_benchmark(session: Path) -> None:
    (run,) = read(session)
    expected = {name: dict(record["stats"]) for name, record in by_name(run).items()}
    found = merge([run], with_data=True)
    for name, record in by_name(found).items():
        assert record["stats"].pop("data") == expected[name].pop("data")
        assert record["stats"] == pytest.approx(expected[name]), name
    assert {key: value for key, value in found.items() if key != "benchmarks"} == {
        key: value for key, value in run.items() if key != "benchmarks"
    }


def test_a_benchmark_that_dropped_out_is_kept(session: Path) -> None:
    passes = [a_pass(session, "1", quick=[1], slow=[10]), a_pass(session, "2", quick=[3])]
    found = merge(read(*passes), with_data=True)
    assert by_name(found)[SLOW]["stats"]["data"] == [10]
    assert by_name(found)[SLOW]["extra_info"]["passes"] == 1
    assert found["datetime"] == "2"


def test_every_rounds_time_is_left_out_unless_asked_for(session: Path) -> None:
    found = merge(read(a_pass(session, "1", quick=[1, 2])), with_data=False)
    assert "data" not in by_name(found)[QUICK]["stats"]
    assert by_name(found)[QUICK]["stats"]["rounds"] == 2


def test_nothing_makes_nothing() -> None:
    assert merge([], with_data=True) == {}


# Saved


def a_side(name: str, label: str, commit: Json | None = None) -> Side:
    here = Path()
    return Side(name, label, label, here, here, "python", (), {}, commit)


def saved(pytester: pytest.Pytester, folder: str = ".benchmarks") -> dict[str, Json]:
    return {path.name: json.loads(path.read_text()) for path in sorted((pytester.path / folder).rglob("*.json"))}


COMMIT = {"id": "1a2b3c4" + 33 * "0", "branch": "main", "dirty": False}
SIDES = [a_side("base", "1a2b3c4", COMMIT), a_side("head", "tree")]
OUTCOME = outcome("quick", "regressed", slowdown=0.1, low=0.05, high=0.15)


def test_each_side_is_saved_with_its_verdicts_and_its_commit(pytester: pytest.Pytester, session: Path) -> None:
    files = {
        "base": [a_pass(session, "1", quick=[1], slow=[5]), a_pass(session, "2", quick=[2])],
        "head": [a_pass(session, "3", quick=[3], slow=[5]), a_pass(session, "4", quick=[4])],
    }
    own = read(session)[0]["commit_info"]
    names = save(pytester.parseconfig(), SIDES, files, {QUICK: OUTCOME})
    assert names == ["base-1a2b3c4", "head-tree"]
    found = saved(pytester)
    assert list(found) == ["0001_base-1a2b3c4.json", "0002_head-tree.json"]
    base, head = found.values()
    assert (by_name(base)[QUICK]["stats"]["mean"], by_name(head)[QUICK]["stats"]["mean"]) == (1.5, 3.5)
    verdict = {"word": "regressed", "slowdown": 0.1, "low": 0.05, "high": 0.15, "questions": {}}
    assert by_name(base)[QUICK]["extra_info"]["comparison"] == {"side": "base", **verdict}
    assert by_name(head)[QUICK]["extra_info"]["comparison"] == {"side": "head", **verdict}
    assert "comparison" not in by_name(head)[SLOW]["extra_info"]
    assert COMMIT.items() <= base["commit_info"].items()
    assert head["commit_info"] == own
    assert "data" not in by_name(head)[QUICK]["stats"]


def test_options_say_where_and_whether_with_every_round(pytester: pytest.Pytester, session: Path) -> None:
    config = pytester.parseconfig("--benchmark-storage=elsewhere", "--benchmark-save-data")
    files = {name: [a_pass(session, name, quick=[1, 2])] for name in ("base", "head")}
    save(config, SIDES, files, {})
    assert saved(pytester) == {}
    base, _ = saved(pytester, "elsewhere").values()
    assert by_name(base)[QUICK]["stats"]["data"] == [1, 2]


@pytest.mark.parametrize("left", ["base", "head"])
def test_a_side_on_which_nothing_ran_is_not_saved(pytester: pytest.Pytester, session: Path, left: str) -> None:
    """Its session wrote no file, or one without benchmarks."""
    other = {"base": "head", "head": "base"}[left]
    files = {
        left: [a_pass(session, "empty"), session.with_name("never-written.json")],
        other: [a_pass(session, "1", quick=[1])],
    }
    (name,) = save(pytester.parseconfig(), SIDES, files, {})
    assert name.startswith(f"{other}-")
    assert list(saved(pytester)) == [f"0001_{name}.json"]


def test_the_next_comparison_is_counted_on(pytester: pytest.Pytester, session: Path) -> None:
    files = {name: [a_pass(session, name, quick=[1])] for name in ("base", "head")}
    for _ in range(2):
        save(pytester.parseconfig(), SIDES, files, {})
    assert [name[:5] for name in saved(pytester)] == ["0001_", "0002_", "0003_", "0004_"]


def test_what_was_saved_can_be_compared(pytester: pytest.Pytester, session: Path) -> None:
    """By pytest-benchmark, in a session of its own."""
    files = {name: [a_pass(session, name, quick=[1], slow=[2])] for name in ("base", "head")}
    save(pytester.parseconfig(), SIDES, files, {})
    result = pytester.runpytest_inprocess("--benchmark-compare=0001")
    result.stderr.fnmatch_lines(["Comparing against benchmarks from: *0001_base-1a2b3c4.json"])
    result.stdout.fnmatch_lines(["test_it?quick? (0001_bas* 1,000,000.0000 *"])
