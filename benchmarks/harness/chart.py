"""The chart of `--report`: seconds of serial and the other variants for each workload, as bars.

Owns the drawing. Reads records, computes nothing.
"""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.harness.report import interval
from benchmarks.harness.stored import Json

COLOURS = {"serial": "#8a8f98", "ray": "#0b72d0", "pool": "#2a9d6f"}
Bar = tuple[str, float, float, float, str]  # variant, median, first and third quartile (seconds), what is written on it


def draw(records: Sequence[Json], path: Path) -> None:
    """Write an SVG or PNG to `path`: a panel for each workload, each with a scale of its own from zero."""
    panels: dict[str, list[Bar]] = {}
    for record in records:
        group = panels.setdefault(record["group"], [])
        info, stats = record["extra_info"], record["stats"]
        partner, ratio = info.get("partner"), info.get("speedup")
        if partner and partner["variant"] not in ("serial", info["variant"]):
            continue  # ray beside pool: its times are in the bars of ray and pool already
        if partner and not any(bar[0] == "serial" for bar in group):
            group.append(("serial", partner["median"], partner["q1"], partner["q3"], ""))
        text = f"{ratio['median']:.2f}×\n{interval(ratio['low'], ratio['high'])}" if ratio else ""
        group.append((info["variant"], stats["median"], stats["q1"], stats["q3"], text))
    figure = Figure(figsize=(1.2 + 2.9 * len(panels), 4.2), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, (title, bars) in zip(axes, panels.items(), strict=True):
        _panel(axis, title, sorted(bars, key=lambda bar: list(COLOURS).index(bar[0])))
    axes[0].set_ylabel("seconds a round")
    figure.supxlabel(
        "bar: median round · line: middle half of the rounds · on the bar: paired speedup, 95 % interval",
        fontsize=7,
        color="#555555",
    )
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
