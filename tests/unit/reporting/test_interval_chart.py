import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.records.comparison import Comparison, Outcome
from benchmarks.harness.reporting import interval_chart
from tests.unit.outcomes import outcome

OK = outcome("fibonacci-small-ray", "ok")
REASON = "head: CheckError: costs $3 and $4^, " + "and so on " * 20
FAILING = outcome("blur-small-ray", "failing", reason=REASON)
SIX = [
    OK,
    outcome("count_primes-small-ray", "undecided", slowdown=0.021, low=-0.02, high=0.061),
    outcome("monte_carlo_pi-small-serial", "regressed", slowdown=0.079, low=0.064, high=0.093),
    outcome("tiny-small-ray", "improved", slowdown=-0.1, low=-0.12, high=-0.08),
    outcome("first-small-ray", "undecided", low=None, high=None),
    FAILING,
]


def texts(tmp_path: Path, *outcomes: Outcome) -> list[str]:
    """Of the picture; matplotlib draws letters as paths and keeps what they say beside them."""
    path = tmp_path / "r.svg"
    run = Comparison(base="main 1a2b3c4", head="branch 5d6e7f8", passes=6, seconds=281, outcomes=list(outcomes))
    interval_chart.draw(run, path)
    ElementTree.parse(path)
    return re.findall(r"<!-- (.*?) -->", path.read_text(encoding="utf-8"), re.DOTALL)


def test_names_words_figures_and_limits_are_written_out(tmp_path: Path) -> None:
    shown = texts(tmp_path, *SIX)
    assert {one.test for one in SIX} <= set(shown)
    assert {"ok", "undecided", "REGRESSED", "improved", "FAILING"} <= set(shown)
    assert {"tolerance 2 %", "must-see 5 %", "+7.9 % [+6.4 % +9.3 %]", "+0.4 % too few passes"} <= set(shown)
    assert "base main 1a2b3c4 · head branch 5d6e7f8 · 6 passes · 4 min 41 s" in shown


def test_a_long_reason_is_shortened_and_no_formula(tmp_path: Path) -> None:
    assert any(
        text.startswith("head: CheckError: costs $3 and $4^") and text.endswith("…")
        for text in texts(tmp_path, FAILING)
    )


def test_limits_that_differ_are_no_lines_through_all_rows(tmp_path: Path) -> None:
    shown = texts(tmp_path, OK, outcome("granularity-ray", "ok", Limits(0.1, 0.2)))
    assert {"tolerance", "must-see"} <= set(shown)
    assert "tolerance 2 %" not in shown


def test_one_wide_interval_leaves_the_others_readable(tmp_path: Path) -> None:
    wide = outcome("wide-small-ray", "undecided", slowdown=0.05, low=-0.4, high=1e9)
    assert [text for text in texts(tmp_path, OK, wide) if re.fullmatch(r"[+−]\d+ %", text)] == [
        *("−15 %", "−10 %", "−5 %", "+5 %", "+10 %", "+15 %"),
    ]


def test_an_estimate_far_away_is_in_the_picture(tmp_path: Path) -> None:
    assert "+300 %" in texts(tmp_path, OK, outcome("far-small-ray", "regressed", slowdown=3.0, low=0.4, high=9.0))


@pytest.mark.parametrize("outcomes", [[], [OK], [FAILING], SIX * 2], ids=len)
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_any_number_of_tests_draws(tmp_path: Path, outcomes: list[Outcome], ending: str) -> None:
    path = tmp_path / f"r.{ending}"
    interval_chart.draw(Comparison(base="a", head="b", passes=1, seconds=1, outcomes=outcomes), path)
    assert path.stat().st_size > 1000
