import re
from dataclasses import replace
from typing import get_args

import pytest

from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.records.comparison import Comparison, Outcome, Word
from benchmarks.harness.reporting import verdict_table
from tests.unit.outcomes import outcome

WIDE = 160
OK = outcome("fibonacci-small-ray", "ok")
REGRESSED = outcome("monte_carlo_pi-small-serial", "regressed", slowdown=0.079, low=0.064, high=0.093)
UNDECIDED = outcome("count_primes-small-ray", "undecided", slowdown=0.021, low=-0.02, high=0.061)
IMPROVED = outcome("tiny-small-ray", "improved", slowdown=-0.1, low=-0.12, high=-0.08)
FAILING = outcome("blur-small-ray", "failing", reason="CheckError:\n  item 0: <7> | 8")
OTHERS: tuple[Word, ...] = ("removed", "new", "not compared")
WITHOUT = [outcome(f"{word.split()[0]}-small-ray", word, reason=f"Why {word}.") for word in OTHERS]


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
    assert "\n".join(verdict_table.lines(EVERY, WIDE)) == (
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
Slower: monte_carlo_pi-small-serial (+7.9 %).
Not slower: fibonacci-small-ray, tiny-small-ray.
Could not be told: count_primes-small-ray, new-small-ray, not-small-ray.
1 regressed, 1 failing, 1 removed, 1 undecided, 1 not compared, 1 new, 1 improved, 1 ok. \
Smallest slowdown this run could see: 3.1 %"""
    )


def test_a_single_good_test_says_no_more_than_it_has_to() -> None:
    assert verdict_table.lines(compared(OK, passes=1, seconds=41), WIDE)[0].endswith(" · 1 pass · 41 s")
    assert verdict_table.lines(compared(OK), WIDE)[3:] == [
        "Not slower: fibonacci-small-ray.",
        "1 ok. Smallest slowdown this run could see: 3.1 %",
    ]


def test_without_any_verdict_nothing_is_said_about_what_the_run_could_see() -> None:
    assert verdict_table.lines(compared(FAILING), WIDE)[-1] == "1 failing."
    assert verdict_table.lines(compared(), WIDE)[1:] == ["No test was compared."]


@pytest.mark.parametrize(
    ("undecided", "row"),
    [
        (
            outcome("a", "undecided", slowdown=0.021, low=None, high=None, visible=None, passes=1),
            "+2.1 % too few passes – 1 240 {few}",
        ),
        (Outcome(test="a", limits=Limits()), "– – – – – {few}"),
        (
            outcome("a", "undecided", slowdown=0.021, low=-0.95, high=1e9, visible=12.0),
            "+2.1 % [−95.0 % >+999 %] >999 % 6 240 {five}",
        ),
        (
            outcome("a", "undecided", Limits(0.02, 0.125), slowdown=-0.0001, low=-0.02, high=0.061),
            "0.0 % [−2.0 % +6.1 %] 3.1 % 6 240 {eighth}",
        ),
    ],
)
def test_an_undecided_test_says_what_it_lacks(undecided: Outcome, row: str) -> None:
    words = {"few": "(too few passes)", "five": "(can't rule out 5 %)", "eighth": "(can't rule out 12.5 %)"}
    shown = verdict_table.lines(compared(undecided), WIDE)[2].split()[1:]
    assert " ".join(shown) == row.format(**{name: f"undecided {why}" for name, why in words.items()})


def test_while_it_runs_what_is_urgent_stands_last_and_by_name() -> None:
    one_line = verdict_table.one_line
    assert one_line([OK, UNDECIDED, OK, REGRESSED]) == "2 ok, 1 undecided, 1 regressed: monte_carlo_pi-small-serial"
    assert one_line(o for o in [REGRESSED, FAILING, outcome(OK.test, "regressed")]) == (
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
    assert [line[:2] for line in notes.splitlines()] == ["- "] * 6
    assert summary == verdict_table.lines(EVERY, WIDE)[-1]
    for word in (word for words in get_args(Word) for word in get_args(words)):
        assert re.search(rf"\| {word}\b", table, re.IGNORECASE), word


def test_on_a_narrow_terminal_nothing_is_wider_than_it() -> None:
    shown = verdict_table.lines(EVERY, 60)
    assert max(map(len, shown)) <= 60
    assert "fibonacci-small-ray" in shown  # above its figures
    assert " ".join(" ".join(shown).split()).count("could see") == 2


@pytest.mark.parametrize(("count", "said"), [(1, "1 invalid pair"), (2, "2 invalid pairs")])
def test_pairs_that_were_left_out_are_counted(count: int, said: str) -> None:
    shown = verdict_table.lines(compared(replace(OK, invalid_pairs=count)), WIDE)
    assert f"fibonacci-small-ray: {said} left out" in shown
