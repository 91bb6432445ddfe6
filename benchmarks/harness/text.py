"""Figures, tables and the job's summary as text: how whatever a reader sees is written.

Owns units, tables for terminals and Markdown, and wrapping. Knows nothing of records, tests or verdicts.
"""

import os
import textwrap
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

Row = tuple[str, ...]

INDENT = "  "

LEAST_TEXT = 24
"""Columns that a table's last cell needs to be wrapped beside the others."""

OWN = "test_workload["
"""How the ids of the suite's own tests begin, behind the file: what is in the brackets says all."""


def seconds(value: float) -> str:
    """Three significant digits: 83.1 ms, 1.25 s, 340 µs."""
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1 or unit == "µs":
            scaled = value * scale
            return f"{scaled:.{0 if scaled >= 100 else 1 if scaled >= 10 else 2}f} {unit}"
    raise AssertionError(value)


def duration(value: float) -> str:
    """41 s, 4 min 41 s, 1 h 4 min."""
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def size(value: int) -> str:
    """12.4 MB, 3.1 kB, 17 B; a dash for nothing."""
    if value >= 1e3:
        return f"{value / 1e6:.1f} MB" if value >= 1e5 else f"{value / 1e3:.1f} kB"
    return f"{value} B" if value else "–"


def percent(share: float) -> str:
    """To the whole: 94 %."""
    return f"{100 * share:.0f} %"


def tenths(share: float) -> str:
    """3.1 %. The bounds that two passes leave may be millions, and no column is wide enough for those."""
    return f"{100 * share:.1f} %" if share < 10 else ">999 %"


def signed(share: float) -> str:
    """+7.9 %, −0.9 %, 0.0 %."""
    text = tenths(abs(share))
    if text == "0.0 %":
        return text
    sign = "−" if share < 0 else "+"
    return f">{sign}{text[1:]}" if text.startswith(">") else f"{sign}{text}"


def limit(share: float) -> str:
    """As somebody would type it: 2 %, 2.5 %."""
    return f"{100 * share:.4g} %"


def bounds(low: float | None, high: float | None) -> str:
    """A speedup's interval: [1.71 1.78]."""
    return "too few pairs" if low is None or high is None else f"[{low:.2f} {high:.2f}]"


def number_of(count: int, noun: str, plural: str = "") -> str:
    """1 invalid pair, 2 invalid pairs, 3 passes."""
    return f"{count} {noun if count == 1 else plural or f'{noun}s'}"


def short(test: str) -> str:
    """A test as a reader knows it: `fibonacci-small-ray` of the suite's own, `TestIt::test_it[10]` of any other."""
    function = _function(test)
    return function.removeprefix(OWN).removesuffix("]") if function.startswith(OWN) else function


def names_of(tests: Sequence[str]) -> dict[str, str]:
    """For each test's id the shortest name that no other of these tests has, too.

    `fibonacci-small-ray`, else `test_workload[fibonacci-small-ray]`, else the whole id.
    """
    found: dict[str, str] = {}
    left = list(dict.fromkeys(tests))
    for shortened in (short, _function):
        names = Counter(map(shortened, left))
        taken = set(found.values())
        for test in list(left):
            if names[name := shortened(test)] == 1 and name not in taken:
                found[test] = name
                left.remove(test)
    return found | {test: test for test in left}


def _function(test: str) -> str:
    """What a test's id has behind the file: `test_workload[fibonacci-small-ray]`, `TestIt::test_it`."""
    return test.partition("::")[2] or test


def plain(text: str) -> str:
    """On one line: a reason may quote an exception, which may have several and colours."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def wrapped(line: str, width: int) -> list[str]:
    """A sentence in lines of at most `width` columns; all but the first are indented. Nothing inside a word breaks."""
    return _wrap(line, width, "", INDENT) or [""]


def _wrap(line: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        line, width, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def columns(heads: Row, table: Sequence[Row], left: Collection[int] = (0,), width: int | None = None) -> list[str]:
    """A table's lines for a terminal.

    Args:
        heads: the first line's cells; a name, or nothing, comes first.
        table: rows of as many cells.
        left: columns that start at the left; all others end at the right.
        width: columns of the terminal. A last cell that starts at the left is wrapped below its start. Where the others
            leave too little room, each row's first cell gets a line of its own. None: as wide as it comes.
    """
    rows = [heads, *table]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    if width is None:
        return [_line(row, widths, left) for row in rows]
    last_is_text = len(heads) - 1 in left
    before_last = sum(widths[:-1]) + 2 * (len(widths) - 1)
    if before_last + (min(widths[-1], LEAST_TEXT) if last_is_text else widths[-1]) <= width:
        return [part for row in rows for part in _hanging(_line(row, widths, left), width, row[-1])]
    stacked = []
    inner = [index - 1 for index in left]
    for row in rows:
        stacked += [row[0]] if row[0] else []
        stacked += _hanging(INDENT + _line(row[1:], widths[1:], inner), width, row[-1])
    return stacked


def _line(row: Row, widths: Sequence[int], left: Collection[int]) -> str:
    cells = zip(row, widths, strict=True)
    return "  ".join(f"{cell:{'<' if i in left else '>'}{wide}}" for i, (cell, wide) in enumerate(cells)).rstrip()


def _hanging(line: str, width: int, last: str) -> list[str]:
    """A line whose last cell goes on below its own start, if it does not fit; on lines of its own if those are fewer.

    They must, where there is too little room beside the other cells.
    """
    start = len(line) - len(last)
    if len(line) <= width or not last.strip():
        return [line]
    deeper = 2 * INDENT
    below = [line[:start].rstrip(), *_wrap(last, width, deeper, deeper)]
    if width - start < LEAST_TEXT:
        return below
    return min(_wrap(last, width, line[:start], " " * start), below, key=len)


def markdown_table(heads: Row, table: Sequence[Row], left: Collection[int] = (0,)) -> str:
    """A table as Markdown, its cells `escaped`."""
    cells = [tuple(map(escaped, row)) for row in table]
    lines = [heads, tuple("---" if i in left else "---:" for i in range(len(heads))), *cells]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def escaped(text: str) -> str:
    """In Markdown a bar would end the cell, a `<` begin a tag that GitHub hides, and a name could be a link."""
    for sign, spelled in (("\\", "\\\\"), ("<", "&lt;"), ("|", "\\|"), ("`", "\\`"), ("](", "]\\(")):
        text = text.replace(sign, spelled)
    return text


def append_to_summary(text: str) -> None:
    """Add Markdown to the job's summary, in GitHub Actions."""
    if job := os.environ.get("GITHUB_STEP_SUMMARY"):
        with Path(job).open("a", encoding="utf-8") as file:
            file.write(text)
