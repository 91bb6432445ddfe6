"""A contact sheet: a few photographs with their names and sizes, as one PNG.

Owns the drawing only; which photographs is the caller's choice. The one module here that imports matplotlib.
"""

import io
import math
from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure
from PIL import Image, ImageOps

from workloads.photos.verify import rgb

_COLUMNS = 4
_INCHES = (3.4, 2.7)  # one picture with its two lines of text


def draw(photos: Sequence[tuple[str, bytes]], title: str, out: Path) -> None:
    """Write a PNG of the photographs (name and encoded bytes each), in rows of up to four.

    Raises:
        OSError: `out` can't be written.
    """
    columns = min(_COLUMNS, len(photos))
    rows = math.ceil(len(photos) / columns)
    width, height = _INCHES[0] * columns, _INCHES[1] * rows + 0.35
    figure = Figure(figsize=(width, height), dpi=110, layout="constrained", facecolor="white")
    figure.suptitle(title, fontsize=13, fontweight="bold", x=0.012, ha="left")
    cells = figure.subplots(rows, columns, squeeze=False).ravel()
    for cell in cells:
        cell.axis("off")
    for cell, (name, data) in zip(cells, photos, strict=False):
        with Image.open(io.BytesIO(data)) as image:
            size = f"{image.width} × {image.height} px · {len(data) / 1e6:.2g} MB"
            upright = rgb(ImageOps.exif_transpose(image))
            upright.thumbnail((720, 720))
            cell.imshow(upright)
        # A $ in a name is no formula.
        cell.set_title(f"{_short(name)}\n{size}", fontsize=9, loc="left", linespacing=1.35, parse_math=False)
    figure.savefig(out, format="png")


def _short(name: str, longest: int = 40) -> str:
    return name if len(name) <= longest else f"{name[: longest // 2 - 1]}…{name[-longest // 2 :]}"
