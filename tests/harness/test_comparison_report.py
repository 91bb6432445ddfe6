import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from benchmarks.harness.records.comparison import Comparison, Outcome, Word
from benchmarks.harness.reporting import verdict_table

LIMITS = {"tolerance": 0.02, "must_see": 0.05}
RESTS_ON = {"visible": 0.031, "passes": 6, "pairs": 240, **LIMITS}
OK = Outcome(test="fibonacci-small-ray", word="ok", slowdown=0.004, low=-0.009, high=0.017, **RESTS_ON)
REGRESSED = Outcome(
    test="monte_carlo_pi-small-serial", word="regressed", slowdown=0.079, low=0.064, high=0.093, **RESTS_ON
)
UNDECIDED = Outcome(test="count_primes-small-ray", word="undecided", slowdown=0.021, low=-0.02, high=0.061, **RESTS_ON)
IMPROVED = Outcome(test="tiny-small-ray", word="improved", slowdown=-0.1, low=-0.12, high=-0.08, **RESTS_ON)
FAILING = Outcome(test="blur-small-ray", word="failing", reason="CheckError:\n  item 0: <7> | 8", **LIMITS)
OTHERS: tuple[Word, ...] = ("removed", "new", "not compared")
WITHOUT = [Outcome(test=f"{word.split()[0]}-small-ray", word=word, reason=f"Why {word}.", **LIMITS) for word in OTHERS]


def compared(*outcomes: Outcome, **changes: object) -> Comparison:
    run = Comparison(
        base="main 1a2b3c4",
        head="working tree (2 files changed)",
        passes=6,
        seconds=281.4,
        outcomes=list(outcomes),
    )
    return replace(run, **changes)


EVERY = compared(
    OK, replace(UNDECIDED, invalid_pairs=1), REGRESSED, IMPROVED, FAILING, *WITHOUT, notes=["Pins differ."]
)


def test_the_terminal_shows_a_row_for_each_test_then_notes_and_counts() -> None:
    assert "\n".join(verdict_table.lines(EVERY)) == (
        """\
base main 1a2b3c4 · head working tree (2 files changed) · 6 passes · 4 min 41 s
                             slowdown          interval  could see  passes  pairs  verdict
fibonacci-small-ray            +0.4 %   [−0.9 % +1.7 %]      3.1 %       6    240  ok
count_primes-small-ray         +2.1 %   [−2.0 % +6.1 %]      3.1 %       6    240  undecided (can't rule out 5 %)
monte_carlo_pi-small-serial    +7.9 %   [+6.4 % +9.3 %]      3.1 %       6    240  REGRESSED (tolerance 2 %)
tiny-small-ray                −10.0 %  [−12.0 % −8.0 %]      3.1 %       6    240  improved
blur-small-ray                      –                 –          –       –      –  FAILING: CheckError: item 0: <7> | 8
removed-small-ray                   –                 –          –       –      –  REMOVED: Why removed.
new-small-ray                       –                 –          –       –      –  new: Why new.
not-small-ray                       –                 –          –       –      –  not compared: Why not compared.
count_primes-small-ray: 1 invalid pair left out
Pins differ.
Undecided is not ok: a larger --budget runs more passes, which narrows the intervals.
1 regressed, 1 failing, 1 removed, 1 undecided, 1 not compared, 1 new, 1 improved, 1 ok. \
Smallest slowdown this run could see: 3.1 %"""
    )


def test_a_single_good_test_says_no_more_than_it_has_to() -> None:
    assert verdict_table.lines(compared(OK, passes=1, seconds=41))[0].endswith(" · 1 pass · 41 s")
    assert verdict_table.lines(compared(OK))[3:] == ["1 ok. Smallest slowdown this run could see: 3.1 %"]


def test_without_any_verdict_nothing_is_said_about_what_the_run_could_see() -> None:
    assert verdict_table.lines(compared(FAILING))[-1] == "1 failing."
    assert verdict_table.lines(compared())[1:] == ["No test was compared."]


@pytest.mark.parametrize(
    ("outcome", "row"),
    [
        (replace(UNDECIDED, low=None, high=None, visible=None, passes=1), "+2.1 % too few passes – 1 240 {few}"),
        (Outcome(test="a", word="undecided", **LIMITS), "– – – – – {few}"),
        (replace(UNDECIDED, low=-0.95, high=1e9, visible=12.0), "+2.1 % [−95.0 % >+999 %] >999 % 6 240 {five}"),
        (replace(UNDECIDED, slowdown=-0.0001, must_see=0.125), "0.0 % [−2.0 % +6.1 %] 3.1 % 6 240 {eighth}"),
    ],
)
def test_an_undecided_test_says_what_it_lacks(outcome: Outcome, row: str) -> None:
    words = {"few": "(too few passes)", "five": "(can't rule out 5 %)", "eighth": "(can't rule out 12.5 %)"}
    shown = verdict_table.lines(compared(outcome))[2].split()[1:]
    assert " ".join(shown) == row.format(**{name: f"undecided {why}" for name, why in words.items()})


def test_while_it_runs_what_is_urgent_stands_last_and_by_name() -> None:
    one_line = verdict_table.one_line
    assert one_line([OK, UNDECIDED, OK, REGRESSED]) == "2 ok, 1 undecided, 1 regressed: monte_carlo_pi-small-serial"
    assert one_line(o for o in [REGRESSED, FAILING, replace(OK, word="regressed")]) == (
        "1 failing: blur-small-ray; 2 regressed: monte_carlo_pi-small-serial, fibonacci-small-ray"
    )
    assert one_line([]) == "no verdicts yet"


def test_markdown_is_a_heading_a_whole_table_a_list_and_the_counts() -> None:
    heading, table, notes, summary = verdict_table.markdown(EVERY).rstrip("\n").split("\n\n")
    assert heading == "## base main 1a2b3c4 · head working tree (2 files changed) · 6 passes · 4 min 41 s"
    lines = table.splitlines()
    assert len(lines) == 2 + len(EVERY.outcomes)
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {8}
    assert "CheckError: item 0: &lt;7> \\| 8 |" in table
    assert [line[:2] for line in notes.splitlines()] == ["- "] * 3
    assert summary == verdict_table.lines(EVERY)[-1]
    for word in get_args(Word):
        assert re.search(rf"\| {word}\b", table, re.IGNORECASE), word


def test_files_are_written_and_the_jobs_summary_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("An earlier step's.\n")
    reports, said = [tmp_path / name for name in ("r.md", "r.svg", "r.png")], list[str]()
    verdict_table.publish(EVERY, reports, said.append)
    text = verdict_table.markdown(EVERY)
    assert said == [*verdict_table.lines(EVERY), *(f"Wrote {path}" for path in reports)]
    assert reports[0].read_text(encoding="utf-8") == text
    assert "<svg" in reports[1].read_text(encoding="utf-8")
    assert reports[2].read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == f"An earlier step's.\n{text}"


def test_outside_of_github_only_what_was_asked_for_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.chdir(tmp_path)
    verdict_table.publish(EVERY, [], lambda line: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(41.4, "41 s"), (59.6, "1 min 0 s"), (281, "4 min 41 s"), (3840, "1 h 4 min")],
)
def test_durations(seconds: float, text: str) -> None:
    assert verdict_table.duration(seconds) == text
