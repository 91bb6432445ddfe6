"""Where a run's figures go: the terminal, the files of `--report`, and the job's summary in GitHub Actions.

Owns which format is drawn by whom. Wording and drawing are `reporting`'s.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.harness.plugin import options
from benchmarks.harness.records import baselines
from benchmarks.harness.records.baselines import Baselines
from benchmarks.harness.records.benchmark import Record, of_session
from benchmarks.harness.sides.protocol import is_side
from benchmarks.harness.text import append_to_summary, columns, wrapped

if TYPE_CHECKING:
    from benchmarks.harness.records.comparison import Comparison


def run(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A run alone: its tables, and what they are compared with."""
    if is_side():
        return  # the conductor reports
    records = of_session(config)
    settings = config.stash[options.KEY]
    if records:
        from benchmarks.harness.reporting import speedup_table  # only now: a session that times nothing need not wait

        compared = config.stash.setdefault(baselines.KEY, Baselines())
        _terminal(reporter, records, compared, config.get_terminal_writer().fullwidth)
        text = speedup_table.markdown(records, compared, options.describe(settings))
        append_to_summary(text)
        for path in settings.reports:
            for written in _write(records, text, path):
                reporter.write_line(f"Wrote {written}")
    elif settings.reports and not config.getoption("collectonly"):
        reporter.write_line("No benchmark was measured: no report written.", yellow=True)


def _write(records: Sequence[Record], text: str, path: Path) -> list[Path]:
    """One file of `--report`, and the timeline beside a chart; what was written."""
    if path.suffix == ".md":
        path.write_text(text, encoding="utf-8")
        return [path]
    from benchmarks.harness.reporting import bar_chart, timeline_chart

    bar_chart.draw(records, path)
    timeline = path.with_stem(f"{path.stem}-timeline")
    return [timeline, path] if timeline_chart.draw(records, timeline) else [path]


def _terminal(reporter: pytest.TerminalReporter, records: Sequence[Record], compared: Baselines, width: int) -> None:
    from benchmarks.harness.reporting import speedup_table

    def write(line: str, yellow: bool = False) -> None:
        for part in wrapped(line, width):
            reporter.write_line(part, yellow=yellow)

    if table := speedup_table.table(records, width):
        reporter.section("speedup", sep="-")
        for line in table:
            reporter.write_line(line)
    for line in speedup_table.sentences(records):
        write(line, yellow=True)
    for line in speedup_table.notes(records):
        write(line)
    if moved := speedup_table.moved(records, compared.records):
        reporter.section("speedup, compared", sep="-")
        for line in columns(speedup_table.MOVED_HEADS, moved, width=width):
            reporter.write_line(line)
        write("This describes two runs and is no verdict: identical code differs from run to run, too.")
    if compared.differences:
        write(f"Not the same machine: {'; '.join(compared.differences)}", yellow=True)
    if compared.unmatched:
        write(f"Not in the saved run, so not compared: {', '.join(compared.unmatched)}", yellow=True)
    if compared.missing:
        write(
            f"Nothing to compare with in {compared.missing} yet: run once with --benchmark-autosave, and the next run "
            "with --benchmark-compare is held against that one.",
            yellow=True,
        )


def comparison(found: "Comparison", reports: Sequence[Path], width: int, write_line: Callable[[str], None]) -> None:
    """A comparison: its table through `write_line`, to the files in `reports`, and to the job's summary."""
    from benchmarks.harness.reporting import verdict_table

    for line in verdict_table.lines(found, width):
        write_line(line)
    text = verdict_table.markdown(found)
    append_to_summary(text)
    for path in reports:
        if path.suffix == ".md":
            path.write_text(text, encoding="utf-8")
        else:
            from benchmarks.harness.reporting import interval_chart

            interval_chart.draw(found, path)
        write_line(f"Wrote {path}")
