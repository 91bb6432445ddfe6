"""The page of a run: the answer, what it rests on, and what to change; with the runs before it as a history.

Owns what stands in it and in which order. Reads records and computes nothing that is not in them.
"""

from collections.abc import Sequence

from benchmarks.harness.records.benchmark import Benchmark, Record, swept, timed
from benchmarks.harness.records.run import Run
from benchmarks.harness.reporting import (
    curve_figures,
    doctor_lines,
    doctor_section,
    granularity_lines,
    history,
    run_figures,
    scaling_table,
    speedup_table,
)
from benchmarks.harness.reporting.answer import NAMES, answers
from benchmarks.harness.reporting.page import Page, Section, Table, html
from benchmarks.harness.text import Row, number_of, seconds

FACTORS = (
    "In an ideal round all CPUs do useful work from its start to its end. Tasks run slower side by side where cores, "
    "caches or memory are shared; CPUs wait where one of them is given more than the others; dispatch is the part of a "
    "round in which even the busiest CPU has no task, and data what of it items and results take to travel."
)


def of_runs(runs: Sequence[Run], caption: str = "") -> str:
    """The latest of `runs` as a page, the others as its history. HTML.

    Args:
        runs: at least one, the earliest first.
        caption: what was asked for, in a line.
    """
    run = runs[-1]
    records = timed(run.records)
    parts = [
        *map(doctor_section.section, doctor_lines.examined(run.records)),
        _changes(run.records),
        _speedups(records),
        _scaling(run.records),
        _accounts(records),
        _timelines(records),
        _break_even(run.records),
        _rounds(records),
        history.section(runs),
        _checks(run),
        _where(run),
        Section("How to repeat it", code=run.command) if run.command else None,
    ]
    commit = f"commit {run.commit}" if run.commit else ""
    lead = " · ".join(filter(None, [f"{run.when} UTC", commit, caption]))
    sections = [part for part in parts if part is not None]
    return html(Page("Ray task benchmarks", lead, "Is it worth it, here?", answers(records), sections))


def _changes(records: Sequence[Record]) -> Section | None:
    if not any("efficiency" in record["extra_info"] for record in timed(records)):
        return None
    if found := speedup_table.sentences(records):
        return Section("What to change", "What keeps each from its CPUs, with the figure that shows it:", found)
    return Section("What to change", "Nothing: what ran in parallel keeps nine tenths of its CPUs busy, or more.")


def _speedups(records: Sequence[Benchmark]) -> Section | None:
    if not records:
        return None
    pictures = []
    paired = [record for record in records if "speedup" in record["extra_info"]]
    for partner in dict.fromkeys(record["extra_info"]["partner"]["variant"] for record in paired):
        shown = [record for record in paired if record["extra_info"]["partner"]["variant"] == partner]
        beside = "the serial loop" if partner == "serial" else NAMES.get(partner, partner)
        pictures.append(run_figures.speedups(shown, f"Beside {beside}", f"as fast as {partner}"))
    pictures.sort(key=lambda picture: "serial" not in picture.title)
    times: list[Row] = []
    for record in records:
        stats = record["stats"]
        times.append(
            (
                speedup_table.label(record),
                seconds(stats["median"]),
                f"{seconds(stats['q1'])} – {seconds(stats['q3'])}",
                str(stats["rounds"]),
            )
        )
    tables = [Table("Time of a round", speedup_table.TIMES_HEADS, times)]
    if rows := speedup_table.rows(records):
        tables.insert(0, Table("Speedup, and the account that it is the product of", speedup_table.HEADS, rows))
    intro = "Every parallel round has a round of its partner next to it in time, before or after in turn. "
    intro += "A speedup is the median of their ratios, and it describes this run on this machine."
    return Section("How fast", intro, pictures=pictures, tables=tables)


def _scaling(records: Sequence[Record]) -> Section | None:
    if not (found := scaling_table.curves(records)):
        return None
    groups = dict.fromkeys(curve.group for curve in found)
    pictures = [curve_figures.scaling(group, [curve for curve in found if curve.group == group]) for group in groups]
    table = Table("Ray on fewer CPUs", scaling_table.HEADS, scaling_table.rows(records))
    intro = "An ideal speedup is the number of CPUs. Each point is paired with serial rounds of the same items."
    return Section("On how many CPUs", intro, pictures=pictures, tables=[table])


def _accounts(records: Sequence[Benchmark]) -> Section | None:
    if not any("efficiency" in record["extra_info"] for record in records):
        return None
    tables = [Table("What stands beside the account", speedup_table.BESIDE_HEADS, speedup_table.beside(records))]
    return Section("Where the time went", FACTORS, pictures=[run_figures.accounts(records)], tables=tables)


def _timelines(records: Sequence[Benchmark]) -> Section | None:
    groups = dict.fromkeys(record["group"] for record in records if "timeline" in record["extra_info"])
    if not groups:
        return None
    pictures = [run_figures.timeline(records, group) for group in groups]
    return Section("One real round", "The pair of rounds closest to the median of its benchmark.", pictures=pictures)


def _break_even(records: Sequence[Record]) -> Section | None:
    if not (sweeps := swept(records)):
        return None
    lines = granularity_lines.lines(records)
    return Section("How short a task may be", sentences=lines, pictures=[curve_figures.break_even(sweeps)])


def _rounds(records: Sequence[Benchmark]) -> Section | None:
    groups = dict.fromkeys(record["group"] for record in records)
    pictures = [drawn for group in groups if (drawn := run_figures.distribution(records, group))]
    if not pictures:
        return None
    invalid = sum(record["extra_info"]["invalid_pairs"] for record in records)
    intro = f"{number_of(invalid, 'invalid pair')} left out, since a worker died or changed or memory went to disk."
    return Section("Every round", intro if invalid else "No round was invalid.", pictures=pictures)


def _checks(run: Run) -> Section | None:
    lines = speedup_table.statements(run.records)
    lines += [f"{name}: not shown, since it failed or is not of this suite" for name in run.left_out]
    return Section("What the checks showed", sentences=lines) if lines else None


def _where(run: Run) -> Section:
    machine = run.machine
    cpu = machine.get("cpu", {})
    facts = {
        "machine": machine.get("node"),
        "system": " ".join(filter(None, [machine.get("system"), machine.get("release"), machine.get("machine")])),
        "CPU": cpu.get("brand_raw"),
        "CPUs that can be used": machine.get("usable_cpus"),
        "CPUs for Ray": machine.get("ray_num_cpus"),
        "Ray at": machine.get("ray_address"),
        "images": machine.get("image_source"),
        "Python": machine.get("python_version"),
        **machine.get("versions", {}),
    }
    rows: list[Row] = [(name, str(value)) for name, value in facts.items() if value not in (None, "")]
    return Section("Where, and with which versions", tables=[Table("This run", ("", "value"), rows)])
