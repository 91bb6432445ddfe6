"""The doctor's part of a page: its advice, the curve over items per task, what was tried, and what travels.

Owns what stands in it and the drawing. Reads records and computes nothing that is not in them.
"""

from benchmarks.harness.records.benchmark import Info
from benchmarks.harness.records.doctor import Examined
from benchmarks.harness.reporting.doctor_lines import HOW, advice, verdict
from benchmarks.harness.reporting.page import Section, Table
from benchmarks.harness.reporting.svg import Picture, canvas, colour, picture, plain
from benchmarks.harness.text import Row, bounds, number_of, percent, seconds, size


def section(info: Info) -> Section:
    """Of one function."""
    its = info["doctor"]
    tables = [Table("What was tried, in rounds of its own beside Ray as it is", TRIED_HEADS, _tried(its))]
    tables.append(Table("What travels between driver and workers", DATA_HEADS, _data(its)))
    pictures = [_curve(its)] if len(its["chunks"]) > 1 else []
    return Section(f"The doctor on {its['task']}", verdict(info), advice(its), pictures, tables)


TRIED_HEADS: Row = ("", "speedup over serial", "95 % interval", "gain over Ray as it is", "95 % interval of that")
DATA_HEADS: Row = ("", "bytes", "time", "share of a round", "when")


def _tried(its: Examined) -> list[Row]:
    before = its["before"]
    rows: list[Row] = [
        ("Ray as it is", f"{before['median']:.2f}×", bounds(before["low"], before["high"]), "–", "–"),
    ]
    for remedy in its["remedies"]:
        ratio, gain = remedy["speedup"], remedy["gain"]
        rows.append(
            (
                HOW[remedy["name"]].format(remedy["detail"]),
                f"{ratio['median']:.2f}×",
                bounds(ratio["low"], ratio["high"]),
                f"{gain['median']:.2f}×",
                bounds(gain["low"], gain["high"]),
            )
        )
    if (own := its["threads"]["speedup"]) is not None:
        name = f"a serial loop with all threads ({its['threads']['cores']:.1f} cores)"
        rows.append((name, f"{own['median']:.2f}×", bounds(own["low"], own["high"]), "–", "–"))
    return rows


def _data(its: Examined) -> list[Row]:
    return [
        (
            loss["what"],
            size(loss["bytes"]),
            seconds(loss["seconds"]),
            percent(loss["share"]),
            "once, before the rounds" if loss["once"] else "in each round",
        )
        for loss in its["data"]
    ]


def _curve(its: Examined) -> Picture:
    """Speedup over items per task, on a logarithmic axis."""
    figure, axis = canvas(2.7)
    plain(axis)
    lengths = [chunk["length"] for chunk in its["chunks"]]
    medians = [chunk["speedup"]["median"] for chunk in its["chunks"]]
    for chunk in its["chunks"]:
        low, high = chunk["speedup"]["low"], chunk["speedup"]["high"]
        if low is not None and high is not None:
            axis.plot([chunk["length"]] * 2, [low, high], color=colour("ray"), linewidth=4, alpha=0.4)
    axis.plot(lengths, medians, color=colour("ray"), marker="o", markersize=4, linewidth=1.4)
    axis.axhline(1, color=colour("ink"), linewidth=1, zorder=0)
    axis.annotate("as fast as serial", (1, 1), xycoords=axis.get_yaxis_transform(), xytext=(0, 3),
                  textcoords="offset points", ha="right", color=colour("muted"), fontsize=9)  # fmt: skip
    axis.plot(
        [its["enough"]], [medians[lengths.index(its["enough"])]], "o", color=colour("good"), markersize=9, zorder=4
    )
    axis.set_xscale("log", base=2)
    axis.set_xticks(lengths, [str(length) for length in lengths])
    axis.set_ylim(0, 1.12 * max(*medians, 1, *(chunk["speedup"]["high"] or 0 for chunk in its["chunks"])))
    axis.set_xlabel("items in a task")
    axis.set_ylabel("speedup over the serial loop")
    said = "; ".join(f"{chunk['length']} in a task {chunk['speedup']['median']:.2f}×" for chunk in its["chunks"])
    return picture(
        figure,
        "How many items to put into a task",
        f"Speedup over items per task: {said}",
        f"Large dot: {number_of(its['enough'], 'item')} in a task, the fewest that keep nine tenths of the best. "
        "Thick lines: 95 % intervals.",
    )
