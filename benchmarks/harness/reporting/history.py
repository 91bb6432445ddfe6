"""Several saved runs as a history: how each benchmark's speedup, or its time alone, went over commits.

Owns the section of the page. Reads records and computes nothing that is not in them.
"""

from collections.abc import Sequence

from benchmarks.harness.records.benchmark import Benchmark, timed
from benchmarks.harness.records.machine_info import differences
from benchmarks.harness.records.run import Run
from benchmarks.harness.reporting.curve_figures import Point, history
from benchmarks.harness.reporting.page import Section, Table
from benchmarks.harness.reporting.speedup_table import label
from benchmarks.harness.reporting.svg import Picture
from benchmarks.harness.text import Row, bounds, number_of, seconds

Moment = tuple[Run, Benchmark]

CAUTION = (
    "Speedups are paired within their run, so they can be held side by side. Times are not: identical code differs by "
    "tens of percent from run to run. Neither is a verdict; --against gives one."
)


def section(runs: Sequence[Run]) -> Section | None:
    """A picture for each benchmark that at least two of the runs have, and a table of the runs; None for one run."""
    if len(runs) < 2:
        return None
    moments: dict[str, list[Moment]] = {}
    for run in runs:
        for record in timed(run.records):
            moments.setdefault(record["fullname"], []).append((run, record))
    pictures = [_picture(found) for found in moments.values() if len(found) > 1]
    now = runs[-1].machine
    rows: list[Row] = [
        (
            _name(run, index),
            run.when,
            number_of(len(run.records), "benchmark"),
            "; ".join(differences(now, run.machine)) or "the same machine and versions",
        )
        for index, run in enumerate(runs)
    ]
    table = Table("The runs", ("run", "when (UTC)", "holds", "beside the latest"), rows)
    return Section(f"Over {number_of(len(runs), 'run')}", CAUTION, pictures=pictures, tables=[table])


def _name(run: Run, index: int) -> str:
    return run.commit or f"run {index + 1}"


def _picture(moments: Sequence[Moment]) -> Picture:
    last = moments[-1][1]
    shade = last["extra_info"]["variant"]
    if all("speedup" in record["extra_info"] for _, record in moments):
        points: list[Point] = []
        for index, (run, record) in enumerate(moments):
            ratio = record["extra_info"]["speedup"]
            points.append((_name(run, index), ratio["median"], ratio["low"], ratio["high"]))
        now = last["extra_info"]["speedup"]
        title = f"{label(last)}: {now['median']:.2f}× {bounds(now['low'], now['high'])} at last"
        return history(title, "speedup", points, shade)
    stats = [(run, record["stats"]) for run, record in moments]
    points = [
        (_name(run, index), 1e3 * its["median"], 1e3 * its["q1"], 1e3 * its["q3"])
        for index, (run, its) in enumerate(stats)
    ]
    return history(f"{label(last)}: {seconds(last['stats']['median'])} at last", "milliseconds", points, shade)
