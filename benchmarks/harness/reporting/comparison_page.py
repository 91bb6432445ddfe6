"""The page of a comparison: the verdicts, the intervals behind them, and both sides' rounds.

Owns what stands in it and in which order. Reads the record and computes nothing that is not in it.
"""

from collections.abc import Mapping, Sequence

from benchmarks.harness.records.comparison import Comparison, Outcome, counted
from benchmarks.harness.records.sides_rounds import Rounds
from benchmarks.harness.reporting import comparison_figures, verdict_table
from benchmarks.harness.reporting.answer import Answer
from benchmarks.harness.reporting.page import Page, Section, Table, html
from benchmarks.harness.text import number_of, plain, short

MEANINGS = {
    "regressed": "slower by more than the tolerance: the whole interval lies above it",
    "improved": "faster by more than the tolerance: the whole interval lies below it",
    "ok": "a slowdown as large as must-see is ruled out",
    "undecided": "neither is shown; that is not ok",
    "failing": "fails on head",
    "removed": "base has it, head does not",
    "new": "head has it, base does not",
    "not compared": "the two sides did not run the same work",
}


def of_comparison(found: Comparison, rounds: Rounds, command: str) -> str:
    """HTML.

    Args:
        found: what was compared, and what it showed.
        rounds: both sides' times by test, as far as they were read.
        command: what repeats it.
    """
    parts = [
        _verdicts(found),
        _intervals(found.outcomes),
        _rounds(rounds),
        Section("About this run", sentences=list(map(plain, found.notes))) if found.notes else None,
        Section("How to repeat it", code=command) if command else None,
    ]
    sections = [part for part in parts if part is not None]
    return html(Page("Did it become slower?", verdict_table.heading(found), "Verdict", [_answer(found)], sections))


def _answer(found: Comparison) -> Answer:
    counts = counted(found.outcomes)
    word, tone = "no", "good"
    if any(word in verdict_table.URGENT for word in counts):
        word, tone = "yes", "bad"
        if not counts.get("regressed"):
            word = "broken"
    elif not counts:
        word, tone = "nothing was compared", "unsure"
    elif "undecided" in counts or "not compared" in counts:
        word, tone = "can't tell", "unsure"
    elif set(counts) == {"new"}:
        word, tone = "nothing to compare", "unsure"
    named = ", ".join(outcome.test for outcome in found.outcomes if outcome.word in verdict_table.URGENT)
    sentence = verdict_table.summary(found).rstrip(".") + "."
    return Answer(named or number_of(len(found.outcomes), "test"), word, tone, sentence)


def _verdicts(found: Comparison) -> Section:
    table = Table("Every test's verdict", verdict_table.HEADS, verdict_table.rows(found.outcomes))
    sentences = [f"{word}: {MEANINGS.get(word, '')}" for word in counted(found.outcomes)]
    return Section("Verdicts", sentences=sentences, tables=[table])


def _intervals(outcomes: Sequence[Outcome]) -> Section | None:
    drawn = comparison_figures.intervals(outcomes)
    return Section("Intervals", pictures=[drawn]) if drawn else None


def _rounds(rounds: Mapping[str, Mapping[str, Sequence[float]]]) -> Section | None:
    pictures = [comparison_figures.sides(short(test), its) for test, its in rounds.items() if all(its.values())]
    if not pictures:
        return None
    intro = "All rounds of all passes. Base and head took turns, so what slowed the machine down slowed both."
    return Section("Both sides' rounds", intro, pictures=pictures)
