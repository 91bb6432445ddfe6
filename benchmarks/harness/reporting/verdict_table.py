"""The table of verdicts, the notes below it, and the same as Markdown.

Owns their wording and layout. Reads the record and computes nothing that is not in it; `interval_chart` draws it, and
where it goes is `plugin`'s matter.
"""

from collections.abc import Iterable, Sequence

from benchmarks.harness.records.comparison import (
    Cause,
    Comparison,
    Entry,
    Outcome,
    Question,
    Verdict,
    Word,
    counted,
    limits_of,
)
from benchmarks.harness.text import (
    Row,
    columns,
    duration,
    escaped,
    limit,
    markdown_table,
    number_of,
    plain,
    seconds,
    signed,
    size,
    tenths,
    wrapped,
)

HEADS: Row = ("", "slowdown", "interval", "could see", "passes", "pairs", "verdict")
LEFT = (0, len(HEADS) - 1)
URGENT: frozenset[Word] = frozenset({"regressed", "failing", "removed"})
"""What fails the run: in capitals, and named wherever tests are only counted."""
FEW = "too few passes"


def lines(comparison: Comparison, width: int) -> list[str]:
    """For a terminal of so many columns: what was compared, a row a test, why, the notes, and what it comes to."""
    table = columns(HEADS, rows(comparison.outcomes), LEFT, width) if comparison.outcomes else []
    below = [*cause_lines(comparison.causes), *_notes(comparison), *in_words(comparison.outcomes), summary(comparison)]
    return [*wrapped(heading(comparison), width), *table, *(part for line in below for part in wrapped(line, width))]


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
        parts.append(markdown_table(HEADS, rows(comparison.outcomes), LEFT))
    if any(outcome.others for outcome in comparison.outcomes):
        heads, answers = answer_rows(comparison.outcomes)
        parts.append(markdown_table(heads, answers))
    if listed := [*cause_lines(comparison.causes), *_notes(comparison), *in_words(comparison.outcomes)]:
        parts.append("".join(f"- {escaped(line)}\n" for line in listed))
    parts.append(f"{escaped(summary(comparison))}\n")
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


def answer_rows(outcomes: Sequence[Outcome]) -> tuple[Row, list[Row]]:
    """What all questions brought, a row for each test: heads and rows."""
    asked = list(dict.fromkeys(question for outcome in outcomes for question in outcome.others))
    table = [
        (outcome.test, figures(outcome.verdict), *(figures(outcome.others.get(question)) for question in asked))
        for outcome in outcomes
        if outcome.verdict is not None
    ]
    return ("", "typical time", *asked), table


def verdict(outcome: Outcome) -> str:
    """The word and, unless it is good, what explains it."""
    word, reason = shown(outcome.word), plain(outcome.reason)
    if reason:
        return f"{word}: {reason}"
    question = outcome.answer.question if outcome.answer is not None else "typical time"
    decided = outcome.others.get(question, outcome.verdict)
    if outcome.word == "regressed":
        if question not in outcome.others or decided is None:
            return f"{word} (tolerance {limit(outcome.limits.tolerance)})"
        values = f"{_values(outcome, question)}, " if question in outcome.values else ""
        return f"{word} in {question}: {values}{figures(decided)}{_beside(outcome, question)}"
    if outcome.word == "undecided":
        if decided is None or decided.high is None:
            return f"{word} ({FEW})"
        limits = limits_of(question, outcome.limits)
        where = f"{question}: " if question in outcome.others else ""
        return f"{word} ({where}can't rule out {limit(limits.must_see)})"
    return word


def _values(outcome: Outcome, question: Question) -> str:
    base, head = outcome.values[question]
    if question == "memory":
        return f"{size(int(base))} → {size(int(head))}"
    return f"{seconds(base)} → {seconds(head)}"


def _beside(outcome: Outcome, question: Question) -> str:
    """What a slowdown in total time, with typical time as it was, means."""
    if question != "total time" or outcome.verdict is None or outcome.verdict.slowdown is None:
        return ""
    return f"; typical {signed(outcome.verdict.slowdown)}: some rounds are slower"


def figures(verdict: Verdict | None) -> str:
    """`+20.1 % [+14.0 % +26.3 %]`; a dash where there is none."""
    if verdict is None or verdict.slowdown is None:
        return "–"
    if verdict.low is None or verdict.high is None:
        return signed(verdict.slowdown)
    return f"{signed(verdict.slowdown)} [{signed(verdict.low)} {signed(verdict.high)}]"


def cause_lines(causes: Iterable[Cause]) -> list[str]:
    """What was found of each test that regressed, a line each."""
    found = []
    for cause in causes:
        parts = [_entry(entry, cause.question) for entry in cause.entries]
        if cause.factors and cause.question in ("typical time", "total time"):
            moved = ", ".join(f"{factor.name} {signed(factor.slowdown)}" for factor in cause.factors)
            parts.append(f"of its rounds: {moved}")
        found.append(f"why {cause.test}: {'; '.join(parts) or 'nothing stands out in a round'}")
    return found


def _entry(entry: Entry, question: Question) -> str:
    name = plain(entry.name)
    if question == "memory":
        return f"{name} holds {size(int(entry.base[-1]))} → {size(int(entry.head[-1]))}"
    grew = entry.head[-1] - entry.base[-1]
    time = f"{'+' if grew >= 0 else '−'}{seconds(abs(grew))}"
    if len(entry.head) < 2:
        return f"import {name} {time}"
    calls = f"{_count(entry.base[0])} → {_count(entry.head[0])} calls, " if entry.base[0] != entry.head[0] else ""
    return f"{name} {calls}{time}"


def _count(calls: float) -> str:
    """90 000, with a space that does not break."""
    return f"{calls:,.0f}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def in_words(outcomes: Sequence[Outcome]) -> list[str]:
    """What is slower, what is not, and what could not be told, a line each; nothing where nothing was judged."""
    slower = [f"{outcome.test} ({_by(outcome)})" for outcome in outcomes if outcome.word == "regressed"]
    not_slower = [outcome.test for outcome in outcomes if outcome.word in ("ok", "improved")]
    unknown = [outcome.test for outcome in outcomes if outcome.word in ("undecided", "not compared", "new")]
    lists = [("Slower", slower), ("Not slower", not_slower), ("Could not be told", unknown)]
    return [f"{what}: {', '.join(names)}." for what, names in lists if names]


def _by(outcome: Outcome) -> str:
    """By how much, and in what, if it is not typical time."""
    question = outcome.answer.question if outcome.answer is not None else "typical time"
    decided = outcome.others.get(question, outcome.verdict)
    if question in outcome.values:
        return f"{question} {_values(outcome, question)}"
    amount = signed(decided.slowdown) if decided is not None and decided.slowdown is not None else "–"
    return f"{amount} {question}" if question in outcome.others else amount


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
    found += [
        f"{outcome.test}: head's rounds scatter {outcome.wider:.1f} times as wide as base's"
        for outcome in comparison.outcomes
        if outcome.wider is not None
    ]
    found += map(plain, comparison.notes)
    if "undecided" in counted(comparison.outcomes):
        found.append("Undecided is not ok: a larger --budget runs more passes, which narrows the intervals.")
    return found
