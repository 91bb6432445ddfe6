"""What the user sees: the speedup table, the notes beside it, and the files of `--report`.

Owns wording and layout. Reads records and computes nothing that is not in them.
"""

import os
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from benchmarks.harness import breakeven, lockstep, options, stored
from benchmarks.harness.stored import Json
from benchmarks.harness.units import percent, seconds, size

Row = tuple[str, ...]

HEADS: Row = (
    "",
    "partner",
    "time",
    "speedup",
    "95 % interval",
    "pairs",
    "efficiency",
    "= computation",
    "× balance",
    "× dispatch",
)
FACTORS = ("measured", "computation", "load_balance", "dispatch")
BESIDE_HEADS: Row = ("", "task", "submit", "wait", "cold start", "put", "results", "tasks on workers", "on nodes")


def publish(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Write the tables to the terminal, to `--report` files and, in GitHub Actions, to the job's summary."""
    if lockstep.is_side():
        return  # the conductor reports
    records = stored.records(config)
    settings = config.stash[options.KEY]
    if records:
        baselines = config.stash.setdefault(stored.KEY, stored.Baselines())
        _terminal(reporter, records, baselines)
        text = markdown(records, baselines, options.describe(settings))
        if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
            with Path(summary).open("a", encoding="utf-8") as file:
                file.write(text)
        for path in settings.reports:
            if path.suffix == ".md":
                path.write_text(text, encoding="utf-8")
            else:
                from benchmarks.harness import chart, gantt

                chart.draw(records, path)
                if gantt.draw(records, timeline := path.with_stem(f"{path.stem}-timeline")):
                    reporter.write_line(f"Wrote {timeline}")
            reporter.write_line(f"Wrote {path}")
    elif settings.reports and not config.getoption("collectonly"):
        reporter.write_line("No benchmark was measured: no report written.", yellow=True)


def label(record: Json) -> str:
    """`fibonacci-medium-ray`, as in the test's id; what is timed beside another partner than serial says so."""
    info = record["extra_info"]
    if "workload" not in info:
        return f"granularity-{info['variant']}"
    beside = info.get("partner", {}).get("variant", "serial")
    name = f"{info['workload']}-{info['size']}-{info['variant']}"
    return name if beside == "serial" else f"{name} ÷ {beside}"


def interval(low: float | None, high: float | None) -> str:
    return "too few pairs" if low is None or high is None else f"[{low:.2f} {high:.2f}]"


def rows(records: Iterable[Json]) -> list[Row]:
    """A row for each record that has a partner, under `HEADS`."""
    found: list[Row] = []
    for record in records:
        info = record["extra_info"]
        if "speedup" not in info:
            continue
        ratio, partner, account = info["speedup"], info["partner"], info.get("efficiency", {})
        found.append(
            (
                label(record),
                f"{partner['variant']} {seconds(partner['median'])}",
                seconds(record["stats"]["median"]),
                f"{ratio['median']:.2f}×",
                interval(ratio["low"], ratio["high"]),
                str(ratio["pairs"]),
                *(percent(account[factor]) if account else "–" for factor in FACTORS),
            )
        )
    return found


def beside(records: Iterable[Json]) -> list[Row]:
    """What stands beside the account, a row for each record that has one, under `BESIDE_HEADS`."""
    found: list[Row] = []
    for record in records:
        info = record["extra_info"]
        if "efficiency" not in info:
            continue
        found.append(
            (
                label(record),
                seconds(info["task_s"]),
                seconds(info["submit_s"]),
                seconds(info["wait_s"]),
                seconds(info["cold_start_s"]),
                f"{seconds(info['put_s'])}, {size(info['put_bytes'])}" if info["put_bytes"] else "–",
                size(info["result_bytes"]),
                *(" + ".join(map(str, info[per].values())) for per in ("tasks_per_worker", "tasks_per_node")),
            )
        )
    return found


def sentences(records: Iterable[Json]) -> list[str]:
    """What keeps a variant from its slots, for each record that is not healthy."""
    return [text for record in records if (text := record["extra_info"].get("diagnosis"))]


def moved(records: Iterable[Json], saved: dict[str, Json]) -> list[Row]:
    """How each paired speedup differs from a saved run's: name, then, now."""
    found: list[Row] = []
    for record in records:
        now = record["extra_info"].get("speedup")
        then = saved.get(record["fullname"], {}).get("extra_info", {}).get("speedup")
        if now and then:
            found.append((label(record), *(f"{s['median']:.2f}× {interval(s['low'], s['high'])}" for s in (then, now))))
    return found


def statements(records: Iterable[Json]) -> list[str]:
    """What the checks showed, a line for each workload, and how many pairs were left out where any were."""
    lines: dict[str, None] = {}
    for record in records:
        info = record["extra_info"]
        if info.get("statement"):
            lines[f"{info['workload']}-{info['size']}: {info['statement']}"] = None
        if info["invalid_pairs"]:
            lines[f"{label(record)}: {info['invalid_pairs']} invalid pairs left out"] = None
    return list(lines)


MOVED_HEADS: Row = ("speedup", "saved run", "this run")


def _terminal(reporter: pytest.TerminalReporter, records: Sequence[Json], baselines: stored.Baselines) -> None:
    if table := rows(records):
        reporter.section("speedup", sep="-")
        _table(reporter, HEADS, table)
    for line in sentences(records):
        reporter.write_line(line, yellow=True)
    for line in [*breakeven.lines(records), *statements(records)]:
        reporter.write_line(line)
    if table := moved(records, baselines.records):
        reporter.section("speedup, compared", sep="-")
        _table(reporter, MOVED_HEADS, table)
        reporter.write_line("This describes two runs and is no verdict: identical code differs from run to run, too.")
    if baselines.differences:
        reporter.write_line(f"Not the same machine: {'; '.join(baselines.differences)}", yellow=True)
    if baselines.unmatched:
        reporter.write_line(f"Not in the saved run, so not compared: {', '.join(baselines.unmatched)}", yellow=True)
    if baselines.missing:
        reporter.write_line(
            f"Nothing to compare with in {baselines.missing} yet: run once with --benchmark-autosave, and the next run "
            "with --benchmark-compare is held against that one.",
            yellow=True,
        )


def _table(reporter: pytest.TerminalReporter, heads: Row, table: Sequence[Row]) -> None:
    for line in columns(heads, table):
        reporter.write_line(line)


def columns(heads: Row, table: Sequence[Row], left: Collection[int] = (0,)) -> list[str]:
    """A table's lines for a terminal; the columns in `left` start at the left, all others end at the right."""
    widths = [max(len(row[i]) for row in [heads, *table]) for i in range(len(heads))]
    return [
        "  ".join(f"{cell:{'<' if i in left else '>'}{widths[i]}}" for i, cell in enumerate(row)).rstrip()
        for row in [heads, *table]
    ]


def markdown_table(heads: Row, table: Sequence[Row], left: Collection[int] = (0,)) -> str:
    """The same as Markdown."""
    lines = [heads, tuple("---" if i in left else "---:" for i in range(len(heads))), *table]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def markdown(records: Sequence[Json], baselines: stored.Baselines, caption: str) -> str:
    """The tables as Markdown: times of all variants, speedups, what the checks showed, and the comparison."""
    times: list[Row] = []
    for record in records:
        if "workload" not in record["extra_info"]:
            continue
        stats: dict[str, Any] = record["stats"]
        spread = f"{seconds(stats['q1'])} – {seconds(stats['q3'])}"
        times.append((label(record), seconds(stats["median"]), spread, str(stats["rounds"])))
    parts = ["## Ray task benchmarks\n", f"{caption}\n"]
    if table := rows(records):
        parts.append(markdown_table(HEADS, table))
    if lines := sentences(records):
        parts.append("".join(f"- {line}\n" for line in lines))
    if times:
        parts.append(markdown_table(("", "median", "middle half of the rounds", "rounds"), times))
    if table := beside(records):
        parts.append(markdown_table(BESIDE_HEADS, table))
    if lines := [*breakeven.lines(records), *statements(records)]:
        parts.append("".join(f"- {line}\n" for line in lines))
    if table := moved(records, baselines.records):
        parts.append(markdown_table(MOVED_HEADS, table))
    if baselines.differences:
        parts.append(f"Not the same machine: {'; '.join(baselines.differences)}\n")
    return "\n".join(parts) + "\n"
