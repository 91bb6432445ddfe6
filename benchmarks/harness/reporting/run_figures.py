"""Pictures of a run for its page: speedups, where CPU time went, one real round, and every round.

Owns the drawing. Reads records, computes nothing but where ink goes.
"""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from benchmarks.harness.records.benchmark import Benchmark, Info, ShownRound
from benchmarks.harness.reporting.speedup_table import label
from benchmarks.harness.reporting.svg import SMALL, TEXT, Picture, canvas, colour, legend, picture
from benchmarks.harness.text import bounds, percent, seconds

ROW = 0.42
"""Inches that a row with a line of text above its bar takes."""

Shown = tuple[str, ShownRound]  # variant, and its round


def speedups(records: Sequence[Benchmark], title: str, one: str) -> Picture:
    """A row for each record, each with a speedup: its median and interval.

    Args:
        records: at least one.
        title: above the picture.
        one: what a speedup of 1 means.
    """
    figure, axis = canvas(0.75 + ROW * len(records))
    serial = all(record["extra_info"]["partner"]["variant"] == "serial" for record in records)
    cpus = max(record["extra_info"]["cpus"] for record in records) if serial else 1
    reach = max(cpus, *(r["extra_info"]["speedup"]["high"] or r["extra_info"]["speedup"]["median"] for r in records))
    marks = [(1, one, "-", "center" if reach > 1.6 else "right")] + [(cpus, f"ideal: {cpus}×", "--", "right")] * (
        cpus > 1
    )
    for at, name, _, alignment in marks:
        axis.annotate(
            name, (at, 1), xycoords=axis.get_xaxis_transform(), xytext=(0, 3), textcoords="offset points",
            ha=alignment, fontsize=SMALL, color=colour("muted"),
        )  # fmt: skip
    said = []
    for row, record in enumerate(records):
        info, ratio = record["extra_info"], record["extra_info"]["speedup"]
        axis.barh(row, ratio["median"], height=0.34, color=colour(info["variant"]), zorder=2)
        if ratio["low"] is not None and ratio["high"] is not None:
            axis.plot([ratio["low"], ratio["high"]], [row, row], color=colour("ink"), linewidth=2, zorder=3)
        for at, _, style, _ in marks:
            axis.plot([at, at], [row - 0.22, row + 0.3], color=colour("ink"), linewidth=1, linestyle=style, zorder=4)
        figures = f"{ratio['median']:.2f}× {bounds(ratio['low'], ratio['high'])}"
        above(axis, row, label(record).partition(" ÷ ")[0], figures)
        said.append(f"{label(record)} {figures}")
    axis.set_ylim(len(records) - 0.6, -0.75)
    axis.set_xlim(0, 1.02 * reach)
    axis.set_yticks([])
    axis.set_xlabel("times as fast as the round beside it")
    return picture(
        figure,
        title,
        "Speedups with 95 % intervals: " + "; ".join(said),
        f"Bar: median of paired rounds. Line across its end: 95 % interval. Solid mark at 1: {one}.",
    )


LETTERS = 46
"""As many fit above a bar; a browser's font is at most as wide as the one this was counted in."""


def above(axis: Axes, row: float, left: str, right: str, raised: float = 0.26) -> None:
    """A row's name and figures, above its bar and over the axis' whole width; a long name loses its middle."""
    place = axis.get_yaxis_transform()
    if (room := LETTERS - len(right)) < len(left):
        left = f"{left[: room // 2]}…{left[-(room // 2 - 1) :]}"
    axis.text(0, row - raised, left, transform=place, fontsize=TEXT, color=colour("ink"), va="bottom", parse_math=False)
    axis.text(1, row - raised, right, transform=place, fontsize=TEXT, color=colour("ink"), va="bottom", ha="right")


def losses(info: Info) -> dict[str, float]:
    """An account as shares of the CPUs' time that add up to 1: useful work, then what each factor loses.

    The factors multiply, so each loses its part of what those before it left: dispatch first, whole rounds in which no
    task runs; then balance; then tasks that take longer than alone. What noise lifted above 1 loses nothing. Of the
    first, data are what items and results take to travel, measured alone, as far as that fits into it.
    """
    shares = info["efficiency"]
    data = (info.get("item_s", 0.0) + info.get("result_s", 0.0)) / (info["submit_s"] + info["wait_s"])
    dispatch = min(shares["dispatch"], 1.0)
    balance = dispatch * min(shares["load_balance"], 1.0)
    useful = balance * min(shares["computation"], 1.0)
    return {
        "useful": useful,
        "computation": balance - useful,
        "load_balance": dispatch - balance,
        "data": min(data, 1 - dispatch),
        "dispatch": max(1 - dispatch - data, 0.0),
    }


MEANINGS = {
    "useful": "useful work",
    "computation": "tasks slower side by side",
    "load_balance": "waiting for the busiest",
    "data": "data on their way",
    "dispatch": "dispatch: no task anywhere",
}


def accounts(records: Sequence[Benchmark]) -> Picture:
    """A bar for each record with an account: 100 % of its CPUs' time, from useful work to what dispatch loses."""
    rows = [record for record in records if "efficiency" in record["extra_info"]]
    figure, axis = canvas(1.1 + ROW * len(rows))
    said = []
    for row, record in enumerate(rows):
        start, parts = 0.0, losses(record["extra_info"])
        for name, share in parts.items():
            axis.barh(row, share, left=start, height=0.4, color=colour(name), edgecolor=colour("paper"), linewidth=0.7)
            if share >= 0.09:
                ink = colour("on-dark") if name == "useful" else colour("ink")
                axis.text(start + share / 2, row, percent(share), ha="center", va="center", fontsize=SMALL, color=ink)
            start += share
        above(axis, row, label(record), f"{percent(parts['useful'])} of {record['extra_info']['cpus']} CPUs used")
        said.append(
            f"{label(record)} " + ", ".join(f"{MEANINGS[name]} {percent(share)}" for name, share in parts.items())
        )
    axis.set_ylim(len(rows) - 0.6, -0.75)
    axis.set_xlim(0, 1)
    axis.set_yticks([])
    axis.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100 %"])
    axis.set_xlabel("share of all CPUs' time in a round")
    legend(figure, [Patch(color=colour(name), label=text) for name, text in MEANINGS.items()])
    return picture(figure, "Where the CPUs' time went", "; ".join(said), "The parts of a bar add up to all its CPUs.")


def timeline(records: Sequence[Benchmark], group: str) -> Picture:
    """One real round of each variant of a group, all on one time axis: serial above the others."""
    rounds: list[Shown] = []
    for record in records:
        info = record["extra_info"]
        if record["group"] == group and "timeline" in info:
            rounds = rounds or [("serial", info["timeline"]["partner"])]
            rounds.append((info["variant"], info["timeline"]["variant"]))
    lanes = sum(_workers(round_) + (name != "serial") for name, round_ in rounds)
    figure, axis = canvas(1.15 + 0.21 * lanes + 0.28 * len(rounds))
    end, row = 1e3 * max(round_["seconds"] for _, round_ in rounds), 0.0
    ticks: dict[float, str] = {}
    for name, round_ in rounds:
        row = _lanes(axis, name, round_, row + 0.9, ticks)
        above(axis, row - len(_names(name, round_)), f"{name}: {seconds(round_['seconds'])}", "", raised=0.1)
    axis.set_yticks(list(ticks), list(ticks.values()), color=colour("ink"))
    axis.set_ylim(row + 0.2, 0)
    axis.set_xlim(0, end)
    axis.set_xlabel("milliseconds from the start of the round")
    meanings = {"submit": "driver submits", "wait": "driver waits", "idle": "worker without a task"}
    legend(figure, [Patch(color=colour(name), label=text) for name, text in meanings.items()], columns=3)
    said = "; ".join(f"{name} {seconds(round_['seconds'])}" for name, round_ in rounds)
    return picture(figure, group, f"Timeline of one round of {group}: {said}", "Each block in full colour is a task.")


def _workers(round_: ShownRound) -> int:
    return 1 + max(lane for lane, _, _ in round_["tasks"])


def _names(name: str, round_: ShownRound) -> list[str]:
    workers = [f"worker {number + 1}" for number in range(_workers(round_))]
    return ["loop"] if name == "serial" else ["driver", *workers]


def _lanes(axis: Axes, name: str, round_: ShownRound, row: float, ticks: dict[float, str]) -> float:
    """Draw one round's lanes from `row` downwards; where they end."""
    whole, submit = 1e3 * round_["seconds"], 1e3 * round_["submit_s"]
    lanes = _names(name, round_)
    for lane, title in enumerate(lanes):
        ticks[row + 0.5] = title
        if title == "driver":
            axis.broken_barh([(0, submit)], (row + 0.2, 0.6), color=colour("submit"))
            axis.broken_barh([(submit, whole - submit)], (row + 0.2, 0.6), color=colour("wait"))
        else:
            number = lane - (len(lanes) > 1)
            axis.broken_barh([(0, whole)], (row + 0.1, 0.8), color=colour("idle"))
            bars: list[Any] = [(1e3 * s, 1e3 * (e - s)) for owner, s, e in round_["tasks"] if owner == number]
            edge = 0.6 if len(bars) < 60 else 0
            axis.broken_barh(bars, (row + 0.1, 0.8), facecolor=colour(name), edgecolor=colour("paper"), linewidth=edge)
        row += 1
    return row


def distribution(records: Sequence[Benchmark], group: str) -> Picture | None:
    """Every round of a group's variants as a dot; None where they were not recorded."""
    rows: dict[str, tuple[list[float], list[float]]] = {}
    for record in records:
        info = record["extra_info"]
        beside = info["partner"]["variant"] if "partner" in info else "serial"
        if record["group"] != group or "rounds" not in info or beside != "serial":
            continue  # what ran beside another partner is in the strips of both already
        if "partner" in info:
            rows.setdefault("serial", (info["rounds"]["partner"], []))
        rows[info["variant"]] = info["rounds"]["variant"], info["rounds"]["invalid"]
    return strips(group, [(name, name, *seconds_of) for name, seconds_of in rows.items()]) if rows else None


def strips(title: str, rows: Sequence[tuple[str, str, Sequence[float], Sequence[float]]]) -> Picture:
    """Rounds as dots, a strip for each row of (name, its colour, seconds of valid rounds, of invalid ones)."""
    figure, axis = canvas(0.6 + 0.6 * len(rows))
    every = [1e3 * second for _, _, valid, bad in rows for second in (*valid, *bad)]
    said = []
    for row, (name, shade, valid, bad) in enumerate(rows):
        middle = sorted(valid)[len(valid) // 2] if valid else math.nan
        spread = [row + 0.16 * ((7 * index) % 11 - 5) / 5 for index in range(len(valid))]
        axis.plot(
            [1e3 * s for s in valid], spread, "o", color=colour(shade), markersize=3.2, alpha=0.6, markeredgewidth=0
        )
        axis.plot([1e3 * s for s in bad], [row] * len(bad), "x", color=colour("bad"), markersize=6, markeredgewidth=1.6)
        axis.plot([1e3 * middle] * 2, [row - 0.24, row + 0.24], color=colour("ink"), linewidth=2)
        left_out = f", {len(bad)} invalid" if bad else ""
        above(axis, row, name, f"{seconds(middle)} · {len(valid)} rounds{left_out}" if valid else "no valid round")
        said.append(f"{name}: median {seconds(middle)} of {len(valid)} rounds{left_out}" if valid else f"{name}: none")
    axis.set_yticks([])
    axis.set_ylim(len(rows) - 0.6, -0.8)
    if max(every) > 4 * min(every) > 0:
        axis.set_xscale("log")
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axis.xaxis.set_minor_formatter(lambda value, _: f"{value:g}" if str(f"{value:e}")[0] in "25" else "")
        axis.tick_params(axis="x", which="minor", colors=colour("muted"), labelsize=SMALL)
    axis.set_xlabel("milliseconds a round")
    if any(bad for _, _, _, bad in rows):
        legend(figure, [Line2D([], [], marker="x", color=colour("bad"), linestyle="", label="invalid, left out")])
    return picture(
        figure, title, f"Every round of {title}. " + "; ".join(said), "Dot: a round. Dark line: their median."
    )
