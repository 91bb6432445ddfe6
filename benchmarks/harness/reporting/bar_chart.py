"""The chart of `--report`: seconds of each workload's variants as bars, and efficiency over task length as curves.

Owns the drawing. Reads records, computes nothing.
"""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.harness.records.benchmark import Record, SweepInfo, swept, timed
from benchmarks.harness.reporting.terms import mark
from benchmarks.harness.text import bounds

COLOURS = {"serial": "#8a8f98", "ray": "#0b72d0", "pool": "#2a9d6f", "joblib": "#8a4fbf", "dask": "#b3541e"}
Bar = tuple[str, float, float, float, str]  # variant, median, first and third quartile (seconds), what is written on it


def bars(records: Sequence[Record]) -> dict[str, list[Bar]]:
    """Each workload's bars, in the order of `COLOURS`.

    The serial bar is that of the rounds beside the first parallel variant: those of the serial test are minutes away,
    and on a noisy machine its bar would belie the speedup.
    """
    panels: dict[str, list[Bar]] = {}
    paired = [(record["group"], record["extra_info"].get("partner")) for record in timed(records)]
    beside_serial = {group for group, partner in paired if partner and partner["variant"] == "serial"}
    for record in timed(records):
        info, stats = record["extra_info"], record["stats"]
        group = panels.setdefault(record["group"], [])
        if info["variant"] == "serial" and record["group"] in beside_serial:
            continue
        partner, ratio = info.get("partner"), info.get("speedup")
        if partner and partner["variant"] not in ("serial", info["variant"]):
            continue  # ray beside pool: its times are in the bars of ray and pool already
        if partner and not any(bar[0] == "serial" for bar in group):
            group.append(("serial", partner["median"], partner["q1"], partner["q3"], ""))
        text = f"{ratio['median']:.2f}×\n{bounds(ratio['low'], ratio['high'])}" if ratio else ""
        if mark(info):
            text += f"\noversubscribed:\n{mark(info).strip(' ()')}"
        group.append((info["variant"], stats["median"], stats["q1"], stats["q3"], text))
    order = list(COLOURS)
    return {name: sorted(group, key=lambda bar: order.index(bar[0])) for name, group in panels.items()}


def draw(records: Sequence[Record], path: Path) -> None:
    """Write an SVG or PNG to `path`: a panel for each workload, each with a scale of its own from zero."""
    panels = bars(records)
    sweeps = [record["extra_info"] for record in swept(records)]
    widths = [2.9] * len(panels) + [4.4] * bool(sweeps)
    figure = Figure(figsize=(1.2 + sum(widths), 4.2), layout="constrained")
    axes = figure.subplots(1, len(widths), squeeze=False, width_ratios=widths)[0]
    for axis, (title, group) in zip(axes, panels.items(), strict=False):
        _panel(axis, title, group)
    if panels:
        axes[0].set_ylabel("seconds a round")
        figure.supxlabel(
            "bar: median of paired rounds · line: their middle half · on the bar: speedup, 95 % interval",
            fontsize=7,
            color="#555555",
        )
    if sweeps:
        _curves(axes[-1], sweeps)
    figure.savefig(path, dpi=150)


def _panel(axis: Axes, title: str, bars: Sequence[Bar]) -> None:
    names = [bar[0] for bar in bars]
    heights = [bar[1] for bar in bars]
    spread = [[bar[1] - bar[2] for bar in bars], [bar[3] - bar[1] for bar in bars]]
    axis.bar(names, heights, color=[COLOURS[name] for name in names], width=0.62)
    axis.errorbar(names, heights, yerr=spread, fmt="none", ecolor="#222222", elinewidth=1.2, capsize=4)
    for index, (_, height, _, _, text) in enumerate(bars):
        axis.text(index, height / 2, text, ha="center", va="center", color="white", fontsize=9, fontweight="bold")
    axis.set_title(title, fontsize=10)
    axis.set_ylim(0, 1.08 * max(bar[3] for bar in bars))
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(axis="y", linewidth=0.4, alpha=0.5)
    axis.set_axisbelow(True)


def _curves(axis: Axes, sweeps: Sequence[SweepInfo]) -> None:
    """Efficiency over task length, a curve for each variant; where it crosses a share, with the interval."""
    for info in sweeps:
        sweep, colour = info["granularity"][0], COLOURS[info["variant"]]
        lengths = [1e3 * length for length in sweep["lengths_s"]]
        axis.plot(lengths, sweep["efficiencies"], color=colour, marker="o", markersize=4, label=info["variant"])
        for crossing in sweep["metg"]:
            if crossing["length_s"] is None:
                continue
            low, high = crossing["low"] or sweep["lengths_s"][0], crossing["high"] or sweep["lengths_s"][-1]
            axis.plot([1e3 * low, 1e3 * high], [crossing["share"]] * 2, color=colour, linewidth=5, alpha=0.35)
            axis.plot(1e3 * crossing["length_s"], crossing["share"], color=colour, marker="|", markersize=12)
    for share in {crossing["share"] for info in sweeps for crossing in info["granularity"][0]["metg"]}:
        axis.axhline(share, color="#888888", linewidth=0.6, linestyle=":")
    axis.set_xscale("log")
    axis.set_ylim(0, 1.08)
    axis.set_xlabel("a task's length alone, ms")
    axis.set_ylabel(f"efficiency on {sweeps[0]['granularity'][0]['cpus']} CPUs")
    axis.set_title("break-even: 50 % and 90 %, 95 % intervals", fontsize=10)
    axis.legend(frameon=False)
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(linewidth=0.4, alpha=0.5)
