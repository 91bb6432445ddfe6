"""Whether bytes are a photograph that the workload can use, and bringing one to a given size.

Owns what "usable" means, the words for what is wrong, and how pixels of any kind become 8-bit RGB. Opens no file and no
connection: callers bring the bytes and add the path or address to the reason.
"""

import io
import threading
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from workloads.photos.generate import encode, size_of

MIN_SIDE = 224
"""Shortest side of a usable photograph, in pixels: the workload takes crops of 224 × 224."""

MAX_BYTES = 100_000_000
"""Largest file that is read or fetched; the largest camera JPEGs are about a third of it."""

_SUFFIXES = {"JPEG": ".jpg", "MPO": ".jpg", "PNG": ".png"}  # MPO: a JPEG with further pictures behind the first
_LOCK = threading.Lock()  # warnings.catch_warnings changes the whole process, and downloads are verified in threads


class BadPhotoError(Exception):
    """These bytes are not a usable photograph; the message is the reason, to be put behind a path or address."""


class DamagedPhotoError(BadPhotoError):
    """It starts like a photograph but can't be decoded to the end: fetching it again may help."""


def verify(data: bytes) -> tuple[str, int, int]:
    """Decode every pixel; return the file name suffix for its format, and width and height in pixels.

    Raises:
        BadPhotoError: not a JPEG or PNG, too small for a crop, or so large that PIL takes it for a decompression bomb.
        DamagedPhotoError: truncated or otherwise broken.
    """
    if not data:
        raise DamagedPhotoError("it is empty")
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
                kind, (width, height) = image.format, image.size
                if min(width, height) < MIN_SIDE:
                    raise BadPhotoError(f"it is {width} × {height} pixels, and no side may be shorter than {MIN_SIDE}")
                image.load()
        except BadPhotoError:
            raise
        except UnidentifiedImageError:
            raise BadPhotoError("it is not a JPEG or PNG image") from None
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            limit = f"{Image.MAX_IMAGE_PIXELS:,}"
            raise BadPhotoError(f"it declares more than PIL's limit of {limit} pixels (a decompression bomb)") from None
        except (
            Exception
        ) as error:  # PIL's decoders raise most things for broken files: OSError, SyntaxError, struct.error
            raise DamagedPhotoError(f"it can't be decoded: {error}") from None
    assert kind is not None
    return _SUFFIXES[kind], width, height


def resized(data: bytes, megapixels: float) -> bytes:
    """The same photograph, cut to 3:2 (or 2:3) around its centre, with exactly the pixels a generated one has.

    Equal pixel counts make a size mean the same work whatever the source. Returns a JPEG.
    """
    with Image.open(io.BytesIO(data)) as image:
        width, height = size_of(megapixels)
        size = (width, height) if image.width >= image.height else (height, width)
        image.draft("RGB", (2 * size[0], 2 * size[1]))  # JPEG decodes to a half or a quarter several times faster
        return encode(ImageOps.fit(rgb(image), size, Image.Resampling.LANCZOS))


def rgb(image: Image.Image) -> Image.Image:
    """A picture of any kind as 8-bit RGB: of 16 bits the upper eight, of several pictures the first, without alpha.

    Pixels stay where they are stored: a camera's note that the picture is to be turned costs a task nothing.
    """
    if image.mode.startswith("I"):  # PIL would make white of whatever is above 255
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.mode == "P" and "transparency" in image.info:  # PIL warns of the direct way
        image = image.convert("RGBA")
    return image.convert("RGB")
