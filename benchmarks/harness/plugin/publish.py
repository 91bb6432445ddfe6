"""Where a run's figures go: the terminal, the files of `--report`, and the job's summary in GitHub Actions.

Owns which format is drawn by whom. Wording and drawing are `reporting`'s.
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.harness.plugin import options, outcomes
from benchmarks.harness.records import baselines, whole_files
from benchmarks.harness.records import run as whole_run
from benchmarks.harness.records.baselines import Baselines
from benchmarks.harness.records.benchmark import Record, of_session
from benchmarks.harness.sides.protocol import is_side
from benchmarks.harness.text import append_to_summary, columns, wrapped

if TYPE_CHECKING:
    from benchmarks.harness.records.comparison import Comparison
    from benchmarks.harness.records.sides_rounds import Rounds


def run(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """A run alone: its tables, and what they are compared with."""
    if is_side():
        return  # the conductor reports
    if not_saved := whole_files.failure(config):
        reporter.write_line(not_saved, red=True)
    records = of_session(config)
    settings = config.stash[options.KEY]
    if records:
        from benchmarks.harness.reporting import speedup_table  # only now: a session that times nothing need not wait

        compared = config.stash.setdefault(baselines.KEY, Baselines())
        _terminal(reporter, records, compared, config.get_terminal_writer().fullwidth)
        text = speedup_table.markdown(records, compared, options.describe(settings))
        append_to_summary(text)
        for path in settings.reports:
            try:
                for written in _write(config, records, text, path):
                    reporter.write_line(f"Wrote {written}")
            except OSError as error:
                pytest.exit(
                    f"--report {path}: it could not be written ({error.strerror})", pytest.ExitCode.TESTS_FAILED
                )
            if not path.exists():
                reporter.write_line(
                    f"No round was kept, as of a parallel variant beside serial: no {path}.", yellow=True
                )
    elif reasons := outcomes.nothing_measured(config):
        reporter.write_line(f"Nothing was measured: {'; '.join(reasons)}", red=True)
    elif settings.reports and not config.getoption("collectonly"):
        reporter.write_line("No benchmark was measured: no report written.", yellow=True)


def _write(config: pytest.Config, records: Sequence[Record], text: str, path: Path) -> list[Path]:
    """One file of `--report`, and the timeline beside a chart; what was written."""
    if path.suffix == ".md":
        path.write_text(text, encoding="utf-8")
        return [path]
    if path.suffix == ".html":
        from benchmarks.harness.reporting import run_page

        path.write_text(
            run_page.of_runs([whole_run.this(config)], options.describe(config.stash[options.KEY])), "utf-8"
        )
        return [path]
    if path.suffix == ".json":
        from benchmarks.harness.reporting import trace

        path.unlink(missing_ok=True)  # an earlier run's would pass for this one's
        with contextlib.suppress(trace.NoRoundsError):
            path.write_text(trace.text(records), encoding="utf-8")
        return [path] if path.exists() else []
    from benchmarks.harness.reporting import bar_chart, timeline_chart

    bar_chart.draw(records, path)
    timeline = path.with_stem(f"{path.stem}-timeline")
    return [timeline, path] if timeline_chart.draw(records, timeline) else [path]


def _terminal(reporter: pytest.TerminalReporter, records: Sequence[Record], compared: Baselines, width: int) -> None:
    from benchmarks.harness.reporting import doctor_lines, scaling_table, speedup_table

    def write(line: str, yellow: bool = False) -> None:
        for part in wrapped(line, width):
            reporter.write_line(part, yellow=yellow)

    if table := speedup_table.table(records, width):
        reporter.section("speedup", sep="-")
        for line in table:
            reporter.write_line(line)
    if grown := scaling_table.rows(records):
        reporter.section("scaling", sep="-")
        for line in columns(scaling_table.HEADS, grown, width=width):
            reporter.write_line(line)
    for line in speedup_table.sentences(records):
        write(line, yellow=True)
    for line in speedup_table.notes(records):
        write(line)
    if said := doctor_lines.lines(records):
        reporter.section("doctor", sep="-")
        for line in said:
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
    if compared.elsewhere:
        write(f"Nothing to compare with: {compared.elsewhere}", yellow=True)
    elif compared.missing:
        write(
            f"Nothing to compare with in {compared.missing} yet: run once with --benchmark-autosave, and the next run "
            "with --benchmark-compare is held against that one.",
            yellow=True,
        )


def comparison(
    found: "Comparison", reports: Sequence[Path], width: int, rounds: "Rounds | None" = None, command: str = ""
) -> None:
    """A comparison: its table to the terminal first, then to the job's summary and the files in `reports`.

    A file that can't be written is named, and costs nothing else.

    Args:
        found: its record.
        reports: files to write.
        width: columns of the terminal.
        rounds: both sides' times, for a page.
        command: what repeats it, for a page.
    """
    from benchmarks.harness.reporting import verdict_table

    for line in verdict_table.lines(found, width):
        print(line)
    sys.stdout.flush()
    text = verdict_table.markdown(found)
    with _named(os.environ.get("GITHUB_STEP_SUMMARY", "")):
        append_to_summary(text)
    for path in reports:
        with _named(path):
            _write_comparison(found, rounds or {}, command, text, path)
            print(f"Wrote {path}")


@contextlib.contextmanager
def _named(place: str | Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        print(f"{place} could not be written: {error.strerror or error}", file=sys.stderr)


def _write_comparison(found: "Comparison", rounds: "Rounds", command: str, text: str, path: Path) -> None:
    if path.suffix == ".md":
        path.write_text(text, encoding="utf-8")
    elif path.suffix == ".html":
        from benchmarks.harness.reporting import comparison_page

        path.write_text(comparison_page.of_comparison(found, rounds, command), encoding="utf-8")
    else:
        from benchmarks.harness.reporting import interval_chart

        interval_chart.draw(found, path)
