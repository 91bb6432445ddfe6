"""Whole comparisons of sides that speak the protocol and time nothing: groups, faults, and what is printed of them."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.harness.comparison.conductor import ChangedError, Conductor, NothingToCompareError
from benchmarks.harness.comparison.results import NO_TIME
from benchmarks.harness.comparison.stopping import LEAST_PASSES
from benchmarks.harness.estimators.questions import QUESTIONS
from benchmarks.harness.records.comparison import Comparison, Outcome, Outlook
from benchmarks.harness.reporting.progress import Progress
from benchmarks.harness.settings import Against
from benchmarks.harness.sides.keeper import Keeper
from tests.process.fake_side import Fake


class Seen(Progress):
    """What a user sees, and what it is made of."""

    def __init__(self, budget: float) -> None:
        super().__init__(budget)
        self.outlooks: list[Outlook] = []

    def planned(self, outlook: Outlook) -> None:
        self.outlooks.append(outlook)
        super().planned(outlook)


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with Keeper() as keeper:
        yield keeper


def conducted(
    base: Fake, head: Fake, keeper: Keeper, tmp_path: Path, budget: float = 60.0, seen: list[Outlook] | None = None
) -> Comparison:
    sides = [base.side("base", tmp_path / "base", tmp_path), head.side("head", tmp_path / "head", tmp_path)]
    with Seen(budget) as progress:
        against = Against(None, None, False, 0.02, 0.05, budget, tuple(QUESTIONS), explain=False)
        conductor = Conductor(sides, against, keeper, progress)
        conductor.run()
    if seen is not None:
        seen += progress.outlooks
    return conductor.comparison()


def words(outcomes: Sequence[Outcome]) -> dict[str, str]:
    return {outcome.test: outcome.word for outcome in outcomes}


def fakes(**tests: dict[str, Any]) -> Fake:
    return Fake({f"test_{name}": facts for name, facts in tests.items()})


def test_each_test_has_its_word(keeper: Keeper, tmp_path: Path) -> None:
    """Times that are exact are decided at the first look."""
    shared: dict[str, Any] = {
        "same": {},
        "slower": {},
        "quicker": {},
        "gone": {},
        "skips": {},
        "letters": {"why": "no"},
    }
    there = fakes(**shared)
    shared |= {"slower": {"call_s": 0.03}, "quicker": {"call_s": 0.01}, "new": {}}
    shared |= {"skips": {"ready": False, "word": "skipped", "reason": "no memory"}}
    del shared["gone"]
    found = conducted(there, fakes(**shared), keeper, tmp_path)
    assert words(found.outcomes) == {
        "test_same": "ok",
        "test_slower": "regressed",
        "test_quicker": "improved",
        "test_skips": "failing",
        "test_letters": "not compared",
        "test_new": "new",
        "test_gone": "removed",
    }
    assert found.exit_status == 1
    reasons = {outcome.test: outcome.reason for outcome in found.outcomes if outcome.reason}
    assert reasons == {
        "test_skips": "skipped on head: no memory",
        "test_letters": "no",
        "test_new": "base does not have it",
        "test_gone": "head does not have it",
    }


def test_a_tests_own_limits_count_and_its_must_see_moves_along(keeper: Keeper, tmp_path: Path) -> None:
    tests = {name: {"call_s": 0.0212} for name in ("strict", "patient", "exact")}
    base = fakes(**{name: {} for name in tests})
    head = fakes(
        strict=tests["strict"],
        patient={**tests["patient"], "tolerance": 0.07},
        exact={**tests["exact"], "tolerance": 0.07, "must_see": 0.2},
    )
    found = conducted(base, head, keeper, tmp_path)
    assert words(found.outcomes) == {"test_strict": "regressed", "test_patient": "ok", "test_exact": "ok"}
    limits = [(outcome.limits.tolerance, outcome.limits.must_see) for outcome in found.outcomes]
    assert limits == [(0.02, 0.05), (0.07, pytest.approx(0.10)), (0.07, 0.2)]


@pytest.mark.parametrize(
    ("base", "head", "word"),
    [
        (0, 8, "failing: 8 of * rounds are invalid on head alone, 0 on base alone"),
        (8, 0, "ok: "),  # base's alone: left out, and head is no worse
        (8, 8, "ok: "),
        (0, 1, "ok: "),  # one may happen to anybody
    ],
)
def test_what_breaks_rounds_on_head_alone_is_heads(
    keeper: Keeper, tmp_path: Path, base: int, head: int, word: str
) -> None:
    found = conducted(fakes(it={"invalid": base}), fakes(it={"invalid": head}), keeper, tmp_path)
    (outcome,) = found.outcomes
    pytest.LineMatcher([f"{outcome.word}: {outcome.reason}"]).fnmatch_lines([word])
    assert outcome.invalid_pairs >= max(base, head)


def test_what_runs_on_is_named_in_the_notes(keeper: Keeper, tmp_path: Path) -> None:
    found = conducted(Fake(), Fake(starts="import time; time.sleep(300)"), keeper, tmp_path, budget=1)
    (note,) = [note for note in found.notes if "left running" in note]
    assert note.startswith("head left running when its session had ended, and it was ended: python")


def test_nothing_that_could_be_compared_ends_it_with_the_reasons(keeper: Keeper, tmp_path: Path) -> None:
    silent = fakes(a={"why": "it times nothing"}, b={"why": "it sends letters"})
    with pytest.raises(NothingToCompareError, match=r"\(it sends letters; it times nothing\)") as caught:
        conducted(silent, silent, keeper, tmp_path)
    assert caught.value.status == 5
    with pytest.raises(NothingToCompareError, match="base has 1 benchmarks and head 1 of those selected, and none is"):
        conducted(fakes(a={}), fakes(b={}), keeper, tmp_path)


def test_a_tree_that_changes_meanwhile_ends_it(keeper: Keeper, tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "rows.csv").write_text("1\n")
    writes = f"open({str(tmp_path / 'base' / 'rows.csv')!r}, 'a').write('2')"
    with pytest.raises(ChangedError, match=r"^base's rows\.csv changed while the comparison ran: start it again$"):
        conducted(Fake(starts=writes), Fake(), keeper, tmp_path)


# Where the budget is too small for all


def test_tests_that_had_no_time_are_undecided_by_name_and_a_line_names_the_budget(
    keeper: Keeper, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each takes two seconds to get ready, in a budget in which three passes of them all don't fit."""
    tests = fakes(**{name: {"setup_s": 1.0} for name in "abcdefgh"})
    seen: list[Outlook] = []
    found = conducted(tests, tests, keeper, tmp_path, budget=30, seen=seen)
    (outlook,) = seen
    late = [outcome for outcome in found.outcomes if outcome.reason == NO_TIME]
    assert 0 < len(late) <= outlook.waiting < 8
    assert all(outcome.word == "undecided" and outcome.verdict is None for outcome in late)
    decided = [outcome for outcome in found.outcomes if outcome not in late]
    assert {outcome.word for outcome in decided} == {"ok"}
    assert all(outcome.verdict is not None and outcome.verdict.passes >= LEAST_PASSES for outcome in decided)
    assert found.exit_status == 6
    assert found.seconds < 45
    assert outlook.needed > 30
    out = capsys.readouterr().out
    budget = -(-outlook.needed // 10) * 10
    assert (
        f"{outlook.waiting} tests of 8 had no time yet, so that the others get three passes: --budget {budget:.0f} is "
        "about what all of them need"
    ) in out
    assert f"{8 - outlook.waiting} tests in a pass of " in out


def test_groups_take_turns_where_there_is_time_for_both(keeper: Keeper, tmp_path: Path) -> None:
    """Some run first; once they are decided, the others have their three passes."""
    tests = fakes(**{name: {"setup_s": 1.0} for name in "abcd"})
    seen: list[Outlook] = []
    found = conducted(tests, tests, keeper, tmp_path, budget=24, seen=seen)
    if not seen[0].waiting:
        pytest.skip("this machine started both sides so quickly, or so slowly, that all fit at once")
    by_group = {outcome.test: outcome for outcome in found.outcomes}
    assert by_group["test_a"].word == "ok"
    later = list(by_group.values())[-seen[0].waiting :]
    assert all(outcome.word == "ok" or outcome.reason == NO_TIME for outcome in later)
    assert found.passes >= LEAST_PASSES
