"""The table of verdicts, the notes below it, and the same as Markdown.

Owns their wording and layout. Reads the record and computes nothing that is not in it; `interval_chart` draws it, and
where it goes is `plugin`'s matter.
"""

from collections.abc import Iterable

from benchmarks.harness.records.comparison import Comparison, Outcome, Word, counted
from benchmarks.harness.text import (
    Row,
    columns,
    duration,
    escaped,
    limit,
    markdown_table,
    number_of,
    plain,
    signed,
    tenths,
    wrapped,
)

HEADS: Row = ("", "slowdown", "interval", "could see", "passes", "pairs", "verdict")
LEFT = (0, len(HEADS) - 1)
URGENT: frozenset[Word] = frozenset({"regressed", "failing", "removed"})
"""What fails the run: in capitals, and named wherever tests are only counted."""
FEW = "too few passes"


def lines(comparison: Comparison, width: int) -> list[str]:
    """For a terminal of so many columns: what was compared, a row for each test, the notes, and last the count of each
    verdict."""
    table = columns(HEADS, rows(comparison.outcomes), LEFT, width) if comparison.outcomes else []
    notes = [part for note in _notes(comparison) for part in wrapped(note, width)]
    return [*wrapped(heading(comparison), width), *table, *notes, *wrapped(summary(comparison), width)]


def one_line(outcomes: Iterable[Outcome]) -> str:
    """While it runs, the most urgent last and by name: `3 ok, 1 undecided, 1 regressed: fibonacci-small-ray`."""
    outcomes = list(outcomes)
    text = ""
    named = False
    for word, count in reversed(counted(outcomes).items()):
        text += f"{'; ' if named else ', ' if text else ''}{count} {word}"
        if named := word in URGENT:
            text += f": {', '.join(outcome.test for outcome in outcomes if outcome.word == word)}"
    return text or "no verdicts yet"


def markdown(comparison: Comparison) -> str:
    """The same as `lines`, for a `.md` report and the job's summary."""
    parts = [f"## {escaped(heading(comparison))}\n"]
    if comparison.outcomes:
        table = [tuple(map(escaped, row)) for row in rows(comparison.outcomes)]
        parts.append(markdown_table(HEADS, table, LEFT))
    if notes := _notes(comparison):
        parts.append("".join(f"- {escaped(note)}\n" for note in notes))
    parts.append(f"{summary(comparison)}\n")
    return "\n".join(parts) + "\n"


def heading(comparison: Comparison) -> str:
    """`base main 1a2b3c4 · head working tree (2 files changed) · 6 passes · 4 min 41 s`."""
    passes = number_of(comparison.passes, "pass", "passes")
    return f"base {comparison.base} · head {comparison.head} · {passes} · {duration(comparison.seconds)}"


def summary(comparison: Comparison) -> str:
    """How many there are of each verdict, and what the run could not have seen."""
    counts = ", ".join(f"{count} {word}" for word, count in counted(comparison.outcomes).items())
    if comparison.visible is None:
        return f"{counts or 'No test was compared'}."
    return f"{counts}. Smallest slowdown this run could see: {tenths(comparison.visible)}"


def rows(outcomes: Iterable[Outcome]) -> list[Row]:
    """A row for each test, under `HEADS`."""
    return [(outcome.test, *_figures(outcome), verdict(outcome)) for outcome in outcomes]


def _figures(outcome: Outcome) -> Row:
    verdict = outcome.verdict
    if verdict is None:
        return ("–",) * (len(HEADS) - 2)
    return (
        "–" if verdict.slowdown is None else signed(verdict.slowdown),
        interval(outcome),
        "–" if verdict.visible is None else tenths(verdict.visible),
        str(verdict.passes or "–"),
        str(verdict.pairs or "–"),
    )


def verdict(outcome: Outcome) -> str:
    """The word and, unless it is good, what explains it."""
    word, reason = shown(outcome.word), plain(outcome.reason)
    if outcome.word == "regressed":
        return f"{word} (tolerance {limit(outcome.limits.tolerance)})"
    if outcome.word == "undecided" and not reason:
        bounded = outcome.verdict is not None and outcome.verdict.high is not None
        why = f"can't rule out {limit(outcome.limits.must_see)}" if bounded else FEW
        return f"{word} ({why})"
    return f"{word}: {reason}" if reason else word


def shown(word: Word) -> str:
    return word.upper() if word in URGENT else word


def interval(outcome: Outcome) -> str:
    """`[−0.9 % +1.7 %]`; a dash where nothing was compared."""
    verdict = outcome.verdict
    if verdict is None or verdict.slowdown is None:
        return "–"
    if verdict.low is None or verdict.high is None:
        return FEW
    return f"[{signed(verdict.low)} {signed(verdict.high)}]"


def _notes(comparison: Comparison) -> list[str]:
    found = [
        f"{outcome.test}: {number_of(outcome.invalid_pairs, 'invalid pair')} left out"
        for outcome in comparison.outcomes
        if outcome.invalid_pairs
    ]
    found += map(plain, comparison.notes)
    if "undecided" in counted(comparison.outcomes):
        found.append("Undecided is not ok: a larger --budget runs more passes, which narrows the intervals.")
    return found
