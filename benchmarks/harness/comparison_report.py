"""What the user sees of a comparison: the table of verdicts, the notes below it, and the files of `--report`.

Owns wording and layout. Reads the record and computes nothing that is not in it; `forest` draws it.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.harness.comparison import Comparison, Outcome, Word, counted
from benchmarks.harness.report import Row, columns, markdown_table

HEADS: Row = ("", "slowdown", "interval", "could see", "passes", "pairs", "verdict")
LEFT = (0, len(HEADS) - 1)
URGENT: frozenset[Word] = frozenset({"regressed", "failing", "removed"})
"""What fails the run: in capitals, and named wherever tests are only counted."""
FEW = "too few passes"


def publish(comparison: Comparison, reports: Sequence[Path], write_line: Callable[[str], None]) -> None:
    """Write the table through `write_line`, to the files in `reports` and, in GitHub Actions, to the job's summary."""
    for line in lines(comparison):
        write_line(line)
    text = markdown(comparison)
    append_to_summary(text)
    for path in reports:
        if path.suffix == ".md":
            path.write_text(text, encoding="utf-8")
        else:
            from benchmarks.harness import forest

            forest.draw(comparison, path)
        write_line(f"Wrote {path}")


def append_to_summary(text: str) -> None:
    """Add Markdown to the job's summary, in GitHub Actions."""
    if job := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(job).open("a", encoding="utf-8") as file:
            file.write(text)


def lines(comparison: Comparison) -> list[str]:
    """For a terminal: what was compared, a row for each test, the notes, and last the count of each verdict."""
    table = columns(HEADS, rows(comparison.outcomes), LEFT) if comparison.outcomes else []
    return [heading(comparison), *table, *_notes(comparison), summary(comparison)]


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
    parts = [f"## {_escaped(heading(comparison))}\n"]
    if comparison.outcomes:
        table = [tuple(map(_escaped, row)) for row in rows(comparison.outcomes)]
        parts.append(markdown_table(HEADS, table, LEFT))
    if notes := _notes(comparison):
        parts.append("".join(f"- {_escaped(note)}\n" for note in notes))
    parts.append(f"{summary(comparison)}\n")
    return "\n".join(parts) + "\n"


def heading(comparison: Comparison) -> str:
    """`base main 1a2b3c4 · head working tree (2 files changed) · 6 passes · 4 min 41 s`."""
    passes = f"{comparison.passes} pass{'es' * (comparison.passes != 1)}"
    return f"base {comparison.base} · head {comparison.head} · {passes} · {duration(comparison.seconds)}"


def summary(comparison: Comparison) -> str:
    """How many there are of each verdict, and what the run could not have seen."""
    counts = ", ".join(f"{count} {word}" for word, count in counted(comparison.outcomes).items())
    if comparison.visible is None:
        return f"{counts or 'No test was compared'}."
    return f"{counts}. Smallest slowdown this run could see: {tenths(comparison.visible)}"


def rows(outcomes: Iterable[Outcome]) -> list[Row]:
    """A row for each test, under `HEADS`."""
    return [
        (
            outcome.test,
            "–" if outcome.slowdown is None else signed(outcome.slowdown),
            interval(outcome),
            "–" if outcome.visible is None else tenths(outcome.visible),
            str(outcome.passes or "–"),
            str(outcome.pairs or "–"),
            verdict(outcome),
        )
        for outcome in outcomes
    ]


def verdict(outcome: Outcome) -> str:
    """The word and, unless it is good, what explains it."""
    word, reason = shown(outcome.word), plain(outcome.reason)
    if outcome.word == "regressed":
        return f"{word} (tolerance {limit(outcome.tolerance)})"
    if outcome.word == "undecided" and not reason:
        why = FEW if outcome.high is None else f"can't rule out {limit(outcome.must_see)}"
        return f"{word} ({why})"
    return f"{word}: {reason}" if reason else word


def shown(word: Word) -> str:
    return word.upper() if word in URGENT else word


def interval(outcome: Outcome) -> str:
    """`[−0.9 % +1.7 %]`; a dash where nothing was compared."""
    if outcome.slowdown is None:
        return "–"
    if outcome.low is None or outcome.high is None:
        return FEW
    return f"[{signed(outcome.low)} {signed(outcome.high)}]"


def signed(share: float) -> str:
    """+7.9 %, −0.9 %, 0.0 %."""
    text = tenths(abs(share))
    if text == "0.0 %":
        return text
    sign = "−" if share < 0 else "+"
    return f">{sign}{text[1:]}" if text.startswith(">") else f"{sign}{text}"


def tenths(share: float) -> str:
    """3.1 %. The bounds that two passes leave may be millions, and no column is wide enough for those."""
    return f"{100 * share:.1f} %" if share < 10 else ">999 %"


def limit(share: float) -> str:
    """As somebody would type it: 2 %, 2.5 %."""
    return f"{100 * share:.4g} %"


def duration(seconds: float) -> str:
    """41 s, 4 min 41 s, 1 h 4 min."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def plain(text: str) -> str:
    """On one line: a reason may quote an exception, which may have several and colours."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _notes(comparison: Comparison) -> list[str]:
    found = [
        f"{outcome.test}: {outcome.invalid_pairs} invalid pair{'s' * (outcome.invalid_pairs > 1)} left out"
        for outcome in comparison.outcomes
        if outcome.invalid_pairs
    ]
    found += map(plain, comparison.notes)
    if "undecided" in counted(comparison.outcomes):
        found.append("Undecided is not ok: a larger --budget runs more passes, which narrows the intervals.")
    return found


def _escaped(text: str) -> str:
    """In Markdown, a bar would end the cell and a `<` begin a tag that GitHub hides."""
    return text.replace("<", "&lt;").replace("|", "\\|")
