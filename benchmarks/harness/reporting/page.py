"""The page of `--report x.html`: one file with everything in it, which fetches nothing.

Owns what a page is made of and making HTML of it; how it looks is `page.html.j2`'s and `page.css`'s matter, what stands
in it `run_page`'s and `comparison_page`'s.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2
from markupsafe import Markup

from benchmarks.harness.reporting.answer import Answer
from benchmarks.harness.reporting.svg import Picture
from benchmarks.harness.text import Row

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Table:
    """Heads, and rows of as many cells; the first cell of a row is its name."""

    caption: str
    heads: Row
    rows: Sequence[Row]


@dataclass(frozen=True)
class Section:
    """A part of a page: an introduction, sentences, pictures, tables, something to type."""

    heading: str
    intro: str = ""
    sentences: Sequence[str] = ()
    pictures: Sequence[Picture] = ()
    tables: Sequence[Table] = ()
    code: str = ""


@dataclass(frozen=True)
class Page:
    """All of it. `lead` is a line on what was run; `answers` to the `question` come before everything else."""

    title: str
    lead: str
    question: str
    answers: Sequence[Answer]
    sections: Sequence[Section]


def html(page: Page) -> str:
    """The page as one HTML file's text; every text in it is escaped, every picture is inline."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["units"] = lambda text: text.replace(" %", "\N{NO-BREAK SPACE}%")
    css = Markup((HERE / "page.css").read_text(encoding="utf-8"))  # noqa: S704 — a file of ours
    return environment.get_template("page.html.j2").render(page=page, css=css)
