"""Pictures of a comparison for its page: intervals around zero, and both sides' rounds.

Owns the drawing. Reads the record, computes nothing; the words are `verdict_table`'s.
"""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from benchmarks.harness.records.comparison import Outcome, Word
from benchmarks.harness.reporting.run_figures import above, strips
from benchmarks.harness.reporting.svg import Picture, canvas, colour, picture
from benchmarks.harness.reporting.verdict_table import interval, shown
from benchmarks.harness.text import limit, signed

TONES: dict[Word, str] = {"regressed": "bad", "failing": "bad", "removed": "bad", "ok": "good", "improved": "better"}
"""Colours of the page by verdict; all others are `unsure`."""

ROW = 0.5
CLIP = 3
"""Times must-see: one wide interval would otherwise press all others together."""


def intervals(outcomes: Sequence[Outcome]) -> Picture | None:
    """A row for each test with an estimate: the slowdown, its interval and what it was held against."""
    judged = [outcome for outcome in outcomes if outcome.verdict is not None and outcome.verdict.slowdown is not None]
    if not judged:
        return None
    figure, axis = canvas(0.8 + ROW * len(judged))
    reach = _reach(judged)
    axis.axvline(0, color=colour("ink"), linewidth=1, zorder=1)
    limits = {(outcome.limits.tolerance, outcome.limits.must_see) for outcome in judged}
    for row, outcome in enumerate(judged):
        _interval(axis, row, outcome, reach)
        for share, style in ((outcome.limits.tolerance, "--"), (outcome.limits.must_see, ":")):
            axis.plot(
                [100 * share] * 2,
                [row - 0.22, row + 0.4],
                color=colour("muted"),
                linewidth=1,
                linestyle=style,
                zorder=1,
            )
    axis.set_ylim(len(judged) - 0.45, -0.75)
    axis.set_xlim(-reach, reach)
    axis.set_yticks([])
    axis.xaxis.set_major_locator(MaxNLocator(6))
    axis.xaxis.set_major_formatter(lambda x, _: f"{x:+.10g} %".replace("-", "−") if abs(x) > 1e-9 else "0")
    axis.set_xlabel("← head is faster · head is slower →")
    held = "; ".join(
        f"tolerance {limit(tolerance)} (dashed), must-see {limit(must)} (dotted)" for tolerance, must in limits
    )
    said = "; ".join(f"{o.test} {signed(o.verdict.slowdown or 0)} {interval(o)} {o.word}" for o in judged if o.verdict)
    return picture(
        figure,
        "Slowdown of head, and how sure that is",
        said,
        f"Dot: by how much head takes longer. Line: where the truth lies. Limits: {held}.",
    )


def _reach(judged: Sequence[Outcome]) -> float:
    """Half the axis in percent, zero in its middle: all intervals whole, as far as they are not too wide to show."""
    must_see = max(outcome.limits.must_see for outcome in judged)
    ends = [abs(end) for o in judged if (v := o.verdict) for end in (v.low, v.high, v.slowdown) if end is not None]
    estimates = [abs(o.verdict.slowdown) for o in judged if o.verdict and o.verdict.slowdown is not None]
    return 105 * max(1.1 * must_see, min(max(ends), max(CLIP * must_see, 1.2 * max(estimates))))


def _interval(axis: Axes, row: int, outcome: Outcome, reach: float) -> None:
    verdict = outcome.verdict
    assert verdict is not None
    assert verdict.slowdown is not None
    shade = colour(TONES.get(outcome.word, "unsure"))
    if verdict.low is not None and verdict.high is not None:
        low, high = 100 * verdict.low, 100 * verdict.high
        axis.plot([max(low, -reach), min(high, reach)], [row + 0.1] * 2, color=shade, linewidth=4, zorder=3)
        for end, marker, cut in ((-reach, "<", low < -reach), (reach, ">", high > reach)):
            if cut:
                axis.plot(end, row + 0.1, marker, color=shade, markersize=7, clip_on=False, zorder=4)
    axis.plot(100 * verdict.slowdown, row + 0.1, "o", color=colour("ink"), markersize=6, zorder=5)
    above(axis, row, outcome.test, f"{signed(verdict.slowdown)} {shown(outcome.word)}", raised=0.12)


def sides(test: str, rounds: Mapping[str, Sequence[float]]) -> Picture:
    """Both sides' rounds of a test, over all passes."""
    shades = {"base": "serial", "head": "ray"}
    return strips(test, [(side, shades.get(side, "ink"), seconds, ()) for side, seconds in rounds.items()])
