"""Curves for a page: efficiency over task length, and benchmarks over the runs that were saved.

Owns the drawing. Reads records, computes nothing.
"""

from collections.abc import Sequence

from matplotlib.lines import Line2D

from benchmarks.harness.records.benchmark import Sweep
from benchmarks.harness.reporting.scaling_table import Curve
from benchmarks.harness.reporting.svg import SMALL, Picture, canvas, colour, legend, picture, plain
from benchmarks.harness.text import percent, seconds

Point = tuple[str, float, float | None, float | None]  # of a run: its name, a figure, its interval's ends


def break_even(sweeps: Sequence[Sweep]) -> Picture:
    """Efficiency over task length, a curve for each variant; where it crosses a share, with the interval."""
    figure, axis = canvas(2.9)
    plain(axis)
    said, shares = [], set()
    for record in sweeps:
        info = record["extra_info"]
        sweep, shade = info["granularity"][0], colour(info["variant"])
        lengths = [1e3 * length for length in sweep["lengths_s"]]
        axis.plot(lengths, sweep["efficiencies"], color=shade, marker="o", markersize=4, linewidth=1.6)
        for crossing in sweep["metg"]:
            shares.add(crossing["share"])
            if crossing["length_s"] is None:
                said.append(f"{info['variant']} never keeps {percent(crossing['share'])}")
                continue
            low, high = crossing["low"] or sweep["lengths_s"][0], crossing["high"] or sweep["lengths_s"][-1]
            axis.plot([1e3 * low, 1e3 * high], [crossing["share"]] * 2, color=shade, linewidth=5, alpha=0.4)
            said.append(f"{info['variant']} keeps {percent(crossing['share'])} from {seconds(crossing['length_s'])} on")
    for share in shares:
        axis.axhline(share, color=colour("muted"), linewidth=0.8, linestyle="--", zorder=0)
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axis.set_ylim(0, 1.08)
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    axis.set_xlabel("how long a task takes alone, milliseconds")
    axis.set_ylabel("share of the CPUs that is used")
    names = [record["extra_info"]["variant"] for record in sweeps]
    legend(figure, [Line2D([], [], color=colour(name), marker="o", markersize=4, label=name) for name in names], 4)
    return picture(
        figure,
        "How short a task may be",
        "Break-even: " + "; ".join(said),
        "Thick bars: where the curve crosses a dashed line, with the 95 % interval.",
    )


def scaling(group: str, curves: Sequence[Curve]) -> Picture:
    """Speedup over CPUs, a curve for all items and one for as many on each CPU, beside the ideal line."""
    figure, axis = canvas(2.6)
    plain(axis)
    said, handles = [], []
    most = max(record["extra_info"]["cpus"] for curve in curves for record in curve.real)
    # Shade, marker, and how far beside the other, of whose points most lie at the same place.
    styles = {"strong": ("ray", "o", -0.01 * most), "weak": ("weak", "s", 0.01 * most)}
    for curve in curves:
        shade, marker, beside = styles[curve.scaling]
        infos = [record["extra_info"] for record in curve.real]
        cpus, medians = [info["cpus"] for info in infos], [info["speedup"]["median"] for info in infos]
        at = [count + beside for count in cpus]
        for place, info in zip(at, infos, strict=True):
            ends = [info["speedup"]["low"] or 0.0, info["speedup"]["high"] or 0.0]
            axis.plot([place] * 2, ends, color=colour(shade), linewidth=3, alpha=0.4)
        kept = "all items" if curve.scaling == "strong" else "as many items for each CPU"
        axis.plot(at, medians, color=colour(shade), marker=marker, markersize=4, linewidth=1.6)
        label = f"{curve.scaling}: {kept}"
        handles.append(Line2D([], [], color=colour(shade), marker=marker, markersize=4, label=label))
        points = ", ".join(f"{median:.2f} on {count}" for median, count in zip(medians, cpus, strict=True))
        said.append(f"{curve.scaling} {points}")
    axis.plot([0, most], [0, most], color=colour("muted"), linewidth=0.8, zorder=0)
    axis.annotate("ideal", (most, most), textcoords="offset points", xytext=(-8, 0), ha="right", va="bottom",
                  color=colour("muted"), fontsize=SMALL)  # fmt: skip
    axis.set_xlim(0, most * 1.08)
    axis.set_ylim(bottom=0)
    axis.set_xticks(sorted({record["extra_info"]["cpus"] for curve in curves for record in curve.real}))
    axis.set_xlabel("CPUs")
    axis.set_ylabel("speedup")
    legend(figure, handles, 1)
    caption = "Bars: 95 % intervals. Strong: all items on each number of CPUs. Weak: as many items for each CPU."
    return picture(figure, group, f"Speedup over CPUs: {'; '.join(said)}", caption)


def history(title: str, unit: str, points: Sequence[Point], shade: str) -> Picture:
    """A figure over runs, the earliest at the left, with the interval of each."""
    figure, axis = canvas(2.1)
    plain(axis)
    at = range(len(points))
    for index, (_, _, low, high) in enumerate(points):
        if low is not None and high is not None:
            axis.plot([index, index], [low, high], color=colour(shade), linewidth=2.4, alpha=0.5)
    axis.plot(at, [value for _, value, _, _ in points], color=colour(shade), marker="o", markersize=4, linewidth=1.2)
    step = -(-len(points) // 5)
    shown = list(at)[::step]
    axis.set_xticks(shown, [points[index][0] for index in shown], fontsize=SMALL)
    axis.set_xlim(-0.5, len(points) - 0.5)
    low_end = min(low if low is not None else value for _, value, low, _ in points)
    high_end = max(high if high is not None else value for _, value, _, high in points)
    margin = 0.15 * (high_end - low_end) or 0.1 * high_end
    axis.set_ylim(max(low_end - margin, 0), high_end + margin)
    axis.set_ylabel(unit)
    said = "; ".join(f"{name} {value:.3g}" for name, value, _, _ in points)
    return picture(figure, title, f"{title} over {len(points)} runs, {unit}: {said}")
