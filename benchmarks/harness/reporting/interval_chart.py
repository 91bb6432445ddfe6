"""The picture of a comparison: each test's interval around zero, and the limits that it was held against.

Owns the drawing. Reads the record, computes nothing; the words are `verdict_table`'s.
"""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from benchmarks.harness.records.comparison import Comparison, Outcome, Word
from benchmarks.harness.reporting.verdict_table import FEW, URGENT, heading, interval, shown, summary
from benchmarks.harness.text import limit, plain, signed

COLOURS: dict[Word, str] = {"regressed": "#d55e00", "undecided": "#e69f00", "improved": "#0072b2", "ok": "#009e73"}
"""Okabe and Ito's, which the colour-blind can distinguish."""
GREY, DARK = "#666666", "#222222"
STYLES: dict[str, Literal["--", ":"]] = {"tolerance": "--", "must-see": ":"}
AXIS, ROW, LETTER = 5.2, 0.44, 0.075
"""Inches: the axis' width, a row's height, a letter's width in names."""
REASON = 84
"""As many letters of a reason fit into the axis."""
BLANK = "\N{NO-BREAK SPACE}"
CLIP = 3
"""Times must-see: one wide interval would otherwise press all others together."""


def draw(comparison: Comparison, path: Path) -> None:
    """Write an SVG or PNG to `path`: a row for each test, in the record's order."""
    outcomes = comparison.outcomes
    judged = [outcome for outcome in outcomes if _slowdown(outcome) is not None]
    width = AXIS + 2.2 + LETTER * max((len(outcome.test) for outcome in outcomes), default=0)
    figure = Figure(figsize=(width, 1.9 + ROW * len(outcomes)), layout="constrained")
    axis = figure.subplots()
    axis.set_ylim(max(len(outcomes), 1) - 0.5, -0.5)
    low, high = _range(judged)
    axis.set_xlim(low, high)
    axis.axvline(0, color="#bbbbbb", linewidth=1, zorder=1)
    _limits(figure, axis, outcomes)
    for row, outcome in enumerate(outcomes):
        (_without if _slowdown(outcome) is None else _interval)(axis, row, outcome)
    axis.set_yticks(range(len(outcomes)), [outcome.test for outcome in outcomes], fontsize=9, parse_math=False)
    axis.xaxis.set_major_formatter(lambda x, _: f"{x:+.10g} %".replace("-", "−") if abs(x) > 1e-9 else "0")
    axis.set_xlabel("← head faster · slowdown and its interval · head slower →", fontsize=8)
    axis.tick_params(axis="y", length=0, pad=9)
    axis.tick_params(axis="x", labelsize=8)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.grid(axis="x", linewidth=0.4, alpha=0.4)
    axis.set_axisbelow(True)
    figure.suptitle(_title(comparison, int(width / 0.085)), x=0.01, ha="left", fontsize=10, parse_math=False)
    figure.savefig(path, dpi=150)


def _title(comparison: Comparison, letters: int) -> str:
    """Heading and summary; a long heading breaks between its parts, not in one, and no figure loses its unit."""
    parts = heading(comparison).replace(" ", BLANK).replace(f"·{BLANK}", "· ")
    counts = summary(comparison).replace(" %", f"{BLANK}%")
    return "\n".join([*textwrap.wrap(parts, letters), *textwrap.wrap(counts, letters)]).replace(BLANK, " ")


def _slowdown(outcome: Outcome) -> float | None:
    return outcome.verdict.slowdown if outcome.verdict is not None else None


def _range(judged: Sequence[Outcome]) -> tuple[float, float]:
    """The axis' ends in percent: all intervals whole, up to `CLIP` times must-see or what the estimates need."""
    must_see = max((max(outcome.limits.tolerance, outcome.limits.must_see) for outcome in judged), default=0.05)
    verdicts = [outcome.verdict for outcome in judged if outcome.verdict is not None]
    estimates = [verdict.slowdown for verdict in verdicts if verdict.slowdown is not None]
    lows = [verdict.low for verdict in verdicts if verdict.low is not None]
    highs = [verdict.high for verdict in verdicts if verdict.high is not None]
    low = max(min([-must_see / 2, *estimates, *lows]), min([-CLIP * must_see, *(1.2 * e for e in estimates)]))
    high = min(max([must_see, *estimates, *highs]), max([CLIP * must_see, *(1.2 * e for e in estimates)]))
    margin = 0.05 * (high - low) or 0.01
    return 100 * (low - margin), 100 * (high + margin)


def _limits(figure: Figure, axis: Axes, outcomes: Sequence[Outcome]) -> None:
    """Lines through all rows with their label on top or, where tests differ, a tick in each row and a legend."""
    judged = [(row, outcome.limits) for row, outcome in enumerate(outcomes) if _slowdown(outcome) is not None]
    limits = {(its.tolerance, its.must_see) for _, its in judged}
    if len(limits) == 1:
        ((tolerance, must_see),) = limits
        sides = ("right", "left") if tolerance <= must_see else ("left", "right")
        for name, share, side in zip(STYLES, (tolerance, must_see), sides, strict=True):
            axis.axvline(100 * share, color=GREY, linewidth=1, linestyle=STYLES[name], zorder=1)
            axis.annotate(
                f"{name} {limit(share)}",
                (100 * share, 1),
                xycoords=axis.get_xaxis_transform(),
                xytext=(-2 if side == "right" else 2, 3),
                textcoords="offset points",
                ha=side,
                fontsize=8,
                color=GREY,
            )
        return
    for row, its in judged:
        for name, share in zip(STYLES, (its.tolerance, its.must_see), strict=True):
            axis.plot([100 * share] * 2, [row - 0.4, row + 0.4], color=DARK, linewidth=1.2, linestyle=STYLES[name])
    if limits:
        handles = [Line2D([], [], color=DARK, linewidth=1.2, linestyle=STYLES[name], label=name) for name in STYLES]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=8)


def _interval(axis: Axes, row: int, outcome: Outcome) -> None:
    verdict = outcome.verdict
    assert verdict is not None
    assert verdict.slowdown is not None
    colour = COLOURS.get(outcome.word, GREY)
    left, right = axis.get_xlim()
    if verdict.low is not None and verdict.high is not None:
        ends = 100 * verdict.low, 100 * verdict.high
        axis.hlines(row, max(ends[0], left), min(ends[1], right), color=colour, linewidth=3, zorder=3)
        if ends[0] < left:
            axis.plot(left, row, "<", color=colour, markersize=8, clip_on=False, zorder=4)
        if ends[1] > right:
            axis.plot(right, row, ">", color=colour, markersize=8, clip_on=False, zorder=4)
    axis.plot(100 * verdict.slowdown, row, "o", color=colour, markersize=7, markeredgecolor="white", zorder=5)
    _beside(axis, row, outcome, f"{signed(verdict.slowdown)} {interval(outcome)}")


def _without(axis: Axes, row: int, outcome: Outcome) -> None:
    axis.axhspan(row - 0.36, row + 0.36, color="#eeeeee", zorder=3)
    reason = plain(outcome.reason) or (FEW if outcome.word == "undecided" else "")
    reason = reason if len(reason) <= REASON else f"{reason[: REASON - 1].rstrip()}…"
    axis.text(
        *(0.02, row, reason),
        transform=axis.get_yaxis_transform(),
        va="center_baseline",
        fontsize=8,
        color=GREY,
        zorder=4,
        parse_math=False,
    )
    _beside(axis, row, outcome, "")


def _beside(axis: Axes, row: int, outcome: Outcome, figures: str) -> None:
    """Right of the axis: the word, so that nobody depends on the colour, and the figures below it."""
    weight = "bold" if outcome.word in URGENT else "normal"
    texts = [(shown(outcome.word), 1 if figures else -4, DARK, 9.0, weight), (figures, -10, GREY, 7.5, "normal")]
    for text, offset, colour, size, boldness in texts:
        axis.annotate(
            text,
            (1, row),
            xycoords=axis.get_yaxis_transform(),
            xytext=(14, offset),
            textcoords="offset points",
            color=colour,
            fontsize=size,
            fontweight=boldness,
        )
