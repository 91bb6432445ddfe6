"""The picture of a calibration: how often a slowdown is seen, over its size, a curve for each test.

Owns the drawing; computes nothing.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.calibrate.simulation import POWER, Share
from benchmarks.harness.estimators.limits import Limits

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#222222", "#999999")  # Okabe & Ito's
STYLES = {"serial": "-", "ray": "--", "pool": ":"}


def draw(
    curves: Mapping[str, Sequence[Share]], slowdowns: Sequence[float], limits: Limits, title: str, path: Path
) -> None:
    """Write an SVG or PNG: one colour for each workload, one line style for each variant."""
    figure = Figure(figsize=(7.2, 4.4), layout="constrained")
    axis = figure.subplots()
    workloads = list(dict.fromkeys(test.rpartition("-")[0] for test in curves))
    for test, shares in curves.items():
        workload, _, variant = test.rpartition("-")
        colour, style = COLOURS[workloads.index(workload) % len(COLOURS)], STYLES.get(variant, "-.")
        percents = [100 * slowdown for slowdown in slowdowns]
        axis.plot(percents, [share.value for share in shares], style, color=colour, label=test, linewidth=1.6)
        axis.fill_between(
            percents, [share.low for share in shares], [share.high for share in shares], color=colour, alpha=0.12, lw=0
        )
    axis.axhline(POWER, color="#888888", linewidth=0.8, linestyle=":")
    for value, name in ((limits.tolerance, "tolerance"), (limits.must_see, "must-see")):
        axis.axvline(100 * value, color="#888888", linewidth=0.8)
        axis.text(100 * value, 1.04, name, ha="center", fontsize=8, color="#555555")
    axis.set_ylim(0, 1.1)
    axis.set_xlim(0, 100 * max(slowdowns))
    axis.set_xlabel("true slowdown, %")
    axis.set_ylabel("runs that call it regressed")
    axis.set_title(title, fontsize=9)
    axis.legend(frameon=False, fontsize=8, loc="lower right")
    axis.spines[["top", "right"]].set_visible(False)
    axis.grid(linewidth=0.4, alpha=0.5)
    figure.savefig(path, dpi=150)
