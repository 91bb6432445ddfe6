"""The speedup table, the sentences and lines below it, and the same as Markdown.

Owns their wording and layout. Reads records and computes nothing that is not in them; where they go is `publish`'s.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.harness.records.baselines import Baselines
from benchmarks.harness.records.benchmark import Benchmark, Record, swept, timed
from benchmarks.harness.reporting import diagnosis, doctor_lines, granularity_lines, scaling_table, terms
from benchmarks.harness.text import (
    Row,
    bounds,
    columns,
    escaped,
    markdown_table,
    number_of,
    percent,
    plain,
    seconds,
    size,
)

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
SHORT_HEADS: Row = ("", "partner", "time", "speedup", "95 % CI", "pairs", "eff = comp × bal × disp")
"""The same for a terminal: 99 columns with names as long as `image_processing-medium-ray`."""
BESIDE_HEADS: Row = ("", "task", "submit", "wait", "cold start", "put", "results", "tasks on workers", "on nodes")
MOVED_HEADS: Row = ("speedup", "saved run", "this run")
TIMES_HEADS: Row = ("", "median", "middle half of the rounds", "rounds")


def label(record: Benchmark) -> str:
    """`fibonacci-medium-ray`, as in the test's id; what is timed beside another partner than serial says so."""
    info = record["extra_info"]
    name = f"{info['workload']}-{info['size']}-{info['variant']}{terms.mark(info)}"
    beside = info["partner"]["variant"] if "partner" in info else "serial"
    return name if beside == "serial" else f"{name} ÷ {beside}"


def rows(records: Iterable[Record]) -> list[Row]:
    """A row for each record that has a partner, under `HEADS`."""
    return [
        (*_ratio(record, f"{record['extra_info']['partner']['variant']} "), *_shares(record))
        for record in timed(records)
        if "speedup" in record["extra_info"]
    ]


def short_rows(records: Iterable[Record]) -> list[Row]:
    """The same under `SHORT_HEADS`: the partner is in the name where it is not serial, the account in one cell."""
    found = []
    for record in timed(records):
        if "speedup" in record["extra_info"]:
            measured, *factors = _shares(record)
            account = measured if measured == "–" else f"{measured} = {' × '.join(factors)}"
            found.append((*_ratio(record, ""), account.replace(" % ×", " ×")))
    return found


def _ratio(record: Benchmark, partner: str) -> Row:
    info = record["extra_info"]
    speedup = info["speedup"]
    return (
        label(record),
        f"{partner}{seconds(info['partner']['median'])}",
        seconds(record["stats"]["median"]),
        f"{speedup['median']:.2f}×",
        bounds(speedup["low"], speedup["high"]),
        str(speedup["pairs"]),
    )


def _shares(record: Benchmark) -> Row:
    """Efficiency and its factors; dashes where the partner is not serial."""
    if "efficiency" not in record["extra_info"]:
        return ("–",) * 4
    account = record["extra_info"]["efficiency"]
    return tuple(
        map(percent, (account["measured"], account["computation"], account["load_balance"], account["dispatch"]))
    )


def beside(records: Iterable[Record]) -> list[Row]:
    """What stands beside the account, a row for each record that has one, under `BESIDE_HEADS`."""
    found: list[Row] = []
    for record in timed(records):
        info = record["extra_info"]
        if "efficiency" not in info:
            continue
        found.append(
            (
                label(record),
                seconds(info["task_s"]),
                seconds(info["submit_s"]),
                seconds(info["wait_s"]),
                "–" if info["cold_start_s"] is None else seconds(info["cold_start_s"]),
                f"{seconds(info['put_s'])}, {size(info['put_bytes'])}" if info["put_bytes"] else "–",
                size(info["result_bytes"]),
                *(" + ".join(map(str, per.values())) for per in (info["tasks_per_worker"], info["tasks_per_node"])),
            )
        )
    return found


def sentences(records: Iterable[Record]) -> list[str]:
    """What keeps a variant from its slots, for each record that is not healthy."""
    infos = [record["extra_info"] for record in timed(records) if "efficiency" in record["extra_info"]]
    return [text for info in infos if (text := diagnosis.sentence(info))]


def moved(records: Iterable[Record], saved: dict[str, Any]) -> list[Row]:
    """How each paired speedup differs from a saved run's: name, then, now."""
    found: list[Row] = []
    for record in timed(records):
        now = record["extra_info"].get("speedup")
        then = saved.get(record["fullname"], {}).get("extra_info", {}).get("speedup")
        if now and then:
            found.append((label(record), *(f"{s['median']:.2f}× {bounds(s['low'], s['high'])}" for s in (then, now))))
    return found


def statements(records: Iterable[Record]) -> list[str]:
    """What the checks showed, a line for each workload, and how many pairs were left out where any were."""
    records = list(records)
    lines: dict[str, None] = {}
    for record in timed(records):
        info = record["extra_info"]
        if showed := plain(info["statement"]):
            lines[f"{info['workload']}-{info['size']}: {showed}"] = None
        if info["invalid_pairs"]:
            lines[f"{label(record)}: {number_of(info['invalid_pairs'], 'invalid pair')} left out"] = None
    for sweep in swept(records):
        if left_out := sweep["extra_info"]["invalid_pairs"]:
            lines[f"granularity-{sweep['extra_info']['variant']}: {number_of(left_out, 'invalid pair')} left out"] = (
                None
            )
    return list(lines)


def table(records: Sequence[Record], width: int) -> list[str]:
    """The speedup table for a terminal of so many columns: in one line a test or, where that is too wide, in two."""
    found = short_rows(records)
    return columns(SHORT_HEADS, found, width=width) if found else []


def notes(records: Sequence[Record]) -> list[str]:
    """What stands below the table: break-even lengths, and what the checks showed."""
    return [*granularity_lines.lines(records), *statements(records), *terms.lines(timed(records))]


def markdown(records: Sequence[Record], baselines: Baselines, caption: str) -> str:
    """The tables as Markdown: times of all variants, speedups, what the checks showed, and the comparison."""
    times: list[Row] = []
    for record in timed(records):
        stats = record["stats"]
        spread = f"{seconds(stats['q1'])} – {seconds(stats['q3'])}"
        times.append((label(record), seconds(stats["median"]), spread, str(stats["rounds"])))
    parts = [
        "## Ray task benchmarks\n",
        f"{escaped(caption)}\n",
        _section(HEADS, rows(records)),
        _section(scaling_table.HEADS, scaling_table.rows(records)),
        _bullets(sentences(records)),
        _section(TIMES_HEADS, times),
        _section(BESIDE_HEADS, beside(records)),
        _bullets(notes(records)),
        _bullets(doctor_lines.lines(records)),
        _section(MOVED_HEADS, moved(records, baselines.records)),
    ]
    if baselines.differences:
        parts.append(f"Not the same machine: {escaped('; '.join(baselines.differences))}\n")
    return "\n".join(filter(None, parts)) + "\n"


def _section(heads: Row, table: Sequence[Row]) -> str:
    return markdown_table(heads, table) if table else ""


def _bullets(lines: Sequence[str]) -> str:
    return "".join(f"- {escaped(line)}\n" for line in lines)
