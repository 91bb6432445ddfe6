"""The timeline of `--report`: one real round of each variant, serial above the parallel ones, tasks as bars.

Owns the drawing. Reads records, computes nothing; which round it is and its lanes are `measuring.timeline`'s.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from benchmarks.harness.records.benchmark import Record, ShownRound, timed
from benchmarks.harness.reporting.bar_chart import COLOURS

GAP, SUBMIT, WAIT = "#f3d9c9", "#d1495b", "#e9e4d8"
Shown = tuple[str, ShownRound]  # variant, and its round


def draw(records: Sequence[Record], path: Path) -> bool:
    """Write an SVG or PNG to `path`: a panel for each workload, one time axis in each. False where there is none."""
    panels: dict[str, list[Shown]] = {}
    for record in timed(records):
        info = record["extra_info"]
        if "timeline" not in info:
            continue
        shown = panels.setdefault(record["group"], [("serial", info["timeline"]["partner"])])
        shown.append((info["variant"], info["timeline"]["variant"]))
    if not panels:
        return False
    heights = [1.3 + 0.34 * sum(map(_height, shown)) for shown in panels.values()]
    figure = Figure(figsize=(10, 0.5 + sum(heights)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axis, (title, shown) in zip(axes, panels.items(), strict=True):
        _panel(axis, title, shown)
    meanings = {"driver submits": SUBMIT, "driver waits and fetches": WAIT, "worker without a task": GAP}
    handles = [Patch(facecolor=colour, label=text) for text, colour in meanings.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=8)
    figure.savefig(path, dpi=150)
    return True


def _height(shown: Shown) -> int:
    """Lanes of a round: one for each worker, and one for the driver where workers are others."""
    name, round_ = shown
    return _workers(round_) + (name != "serial")


def _workers(round_: ShownRound) -> int:
    return 1 + max(lane for lane, _, _ in round_["tasks"])


def _panel(axis: Axes, title: str, rounds: Sequence[Shown]) -> None:
    """Serial first; a variant's lanes from its driver downwards, all in milliseconds from the start of its round."""
    end = 1e3 * max(round_["seconds"] for _, round_ in rounds)
    ticks: dict[float, str] = {}
    row = 0.0
    for name, round_ in rounds:
        seconds = 1e3 * round_["seconds"]
        top = row
        if name != "serial":
            submit = 1e3 * round_["submit_s"]
            axis.broken_barh([(0, submit)], (row + 0.2, 0.6), color=SUBMIT)
            axis.broken_barh([(submit, seconds - submit)], (row + 0.2, 0.6), color=WAIT)
            ticks[row + 0.5] = f"{name} driver"
            row += 1
        for lane in range(_workers(round_)):
            axis.broken_barh([(0, seconds)], (row + 0.1, 0.8), color=GAP)
            bars: list[Any] = [(1e3 * s, 1e3 * (e - s)) for number, s, e in round_["tasks"] if number == lane]
            axis.broken_barh(bars, (row + 0.1, 0.8), facecolor=COLOURS[name], edgecolor="white", linewidth=0.6)
            ticks[row + 0.5] = name if name == "serial" else f"worker {lane + 1}"
            row += 1
        axis.plot([seconds, seconds], [top, row], color="#222222", linewidth=1.4)
        axis.text(seconds + 0.006 * end, (top + row) / 2, f"{seconds:.3g} ms", va="center", fontsize=8)
        row += 0.5
    axis.set_title(f"{title}: the median round of each variant", fontsize=10, loc="left")
    axis.set_yticks(list(ticks), list(ticks.values()), fontsize=8)
    axis.set_ylim(row - 0.4, -0.1)
    axis.set_xlim(0, 1.09 * end)
    axis.set_xlabel("milliseconds from the start of the round", fontsize=8)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", length=0)
    axis.tick_params(axis="x", labelsize=8)
