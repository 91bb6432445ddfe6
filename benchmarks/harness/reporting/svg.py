"""Pictures inside a page: a matplotlib figure as an inline SVG that takes its colours and its font from the page.

Owns the palette and the way from a figure to markup. What is drawn is `run_figures`' and `comparison_figures`' matter.
"""

import io
import itertools
import re
import warnings
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

WIDTH = 4.4
"""Inches of every figure: 317 points, which a phone's 330 pixels show at their own size."""
TEXT, SMALL = 10.0, 9.0
"""Points. A page on a phone shows 9 points as 9.3 pixels and on a desktop as 13."""

PALETTE = {
    "ink": "#000001",
    "muted": "#000002",
    "line": "#000003",
    "paper": "#000004",
    "serial": "#000011",
    "ray": "#000012",
    "pool": "#000013",
    "joblib": "#000014",
    "dask": "#000015",
    "weak": "#000016",
    "useful": "#000021",
    "computation": "#000022",
    "load_balance": "#000023",
    "dispatch": "#000024",
    "data": "#000025",
    "submit": "#000031",
    "wait": "#000032",
    "idle": "#000033",
    "on-dark": "#000041",
    "bad": "#000051",
    "good": "#000052",
    "unsure": "#000053",
    "better": "#000054",
}
"""Stand-ins that nothing else is drawn in; in the markup each becomes the page's colour of that name, which is another
one in dark mode and on paper."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Picture:
    """A figure in a page.

    Attributes:
        title: above it.
        svg: the picture; its alternative text is in it.
        caption: below it, how it is read.
    """

    title: str
    svg: Markup
    caption: str = ""


def colour(name: str) -> str:
    """The stand-in for a colour of the page; a variant that the palette does not know is drawn in ink."""
    return PALETTE.get(name, PALETTE["ink"])


def canvas(height: float) -> tuple[Figure, Axes]:
    """An empty figure of `height` inches, with little more than its lower axis."""
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    axis = figure.subplots()
    plain(axis)
    return figure, axis


def plain(axis: Axes) -> None:
    """Take away what only adds ink."""
    axis.patch.set_visible(False)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.spines["bottom"].set_color(colour("line"))
    axis.tick_params(axis="both", colors=colour("muted"), labelsize=SMALL, length=3)
    axis.tick_params(axis="y", length=0)
    axis.xaxis.label.set(color=colour("muted"), fontsize=SMALL)
    axis.yaxis.label.set(color=colour("muted"), fontsize=SMALL)


def legend(figure: Figure, handles: list[Any], columns: int = 2) -> None:
    """Below the axes, so that it never covers what it explains."""
    figure.legend(
        handles=handles,
        loc="outside lower left",
        ncols=columns,
        frameon=False,
        fontsize=SMALL,
        labelcolor=colour("ink"),
        handlelength=1.2,
        columnspacing=1.2,
    )


def picture(figure: Figure, title: str, alt: str, caption: str = "") -> Picture:
    """The figure as it goes into a page.

    Args:
        figure: drawn in `PALETTE`'s colours, `WIDTH` wide.
        title: what it shows.
        alt: what somebody who can't see it has to know: its figures.
        caption: how it is read, where that is not plain.
    """
    buffer = io.StringIO()
    figure.patch.set_visible(False)
    _spell_out(figure)
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "page"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # the page's reader has other fonts
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].strip()
    # The style would count for the whole page, which has the same for its pictures.
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    prefix = f"f{next(_numbers)}-"  # ids are matplotlib's own and the same in each figure
    svg = re.sub(r'\bid="', f'id="{prefix}', svg)
    svg = re.sub(r"url\(#", f"url(#{prefix}", svg).replace('href="#', f'href="#{prefix}')
    svg = re.sub(r'font-family: [^;"]*', "font-family: inherit", svg)
    for name, stand_in in PALETTE.items():
        svg = svg.replace(stand_in, f"var(--{name})")
    described = f'<svg role="img" aria-label="{Markup.escape(alt)}" '
    svg = re.sub(r'<svg ([^>]*?)height="[^"]*" ', r"<svg \1", svg, count=1)
    svg = re.sub(r'(<svg [^>]*?)width="[^"]*" ', r"\1", svg, count=1).replace("<svg ", described, 1)
    return Picture(title, Markup(svg), caption)  # noqa: S704 — matplotlib's markup; it escapes its texts


def _spell_out(figure: Figure) -> None:
    """Names come from tests and from saved runs: a $ begins no formula, and what can't be shown is a space."""
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        text.set_parse_math(False)
        text.set_text("".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text.get_text()))
