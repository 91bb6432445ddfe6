"""Image processing: blur, greyscale, crops, augmentation and tensor arithmetic on photographs.

Owns the task, its items and how results are checked. Where photographs come from is `photos`' matter.
"""

import io
import random
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter
from scipy import ndimage

from workloads import CheckError, Workload, WorkloadError
from workloads.photos import load_photos
from workloads.photos.verify import rgb

try:
    import torch
    from torchvision.transforms import Grayscale, RandomCrop, TrivialAugmentWide
    from torchvision.transforms.functional import crop as cut
except (ImportError, OSError, RuntimeError) as error:
    try:
        needs = next(need for need in requires("torchvision") or [] if need.startswith("torch"))
        found = f"torchvision {version('torchvision')} can't be imported with torch {version('torch')}"
        pair = f"{needs.translate(dict.fromkeys(map(ord, '() ')))} with torchvision=={version('torchvision')}"
    except (PackageNotFoundError, StopIteration):
        found, pair = "torch or torchvision is missing", "torch with torchvision"
    reason = (str(error) or type(error).__name__).splitlines()[0]
    raise WorkloadError(f"{found} ({reason}): install {pair}, both CPU builds or both for the same CUDA") from error

Item = tuple[npt.NDArray[np.uint8], int]

SEED = 9
RADIUS = 20  # of the blur, in pixels; PIL's blur costs the same whatever the radius
CROP = 224
THUMBNAIL = 64
# Mean distance of PIL's blur (three box blurs) from a Gaussian, as a share of the contrast around. For black and white
# stripes of any width it is at most 0.032, without a blur 0.14 or more. Rounding adds half a grey level.
BLUR_TOLERANCE = 0.04


class Result(NamedTuple):
    """What one task computed; sizes are (width, height) in pixels, boxes (top, left, height, width)."""

    before: tuple[int, int]
    after: tuple[int, int]
    grey: int
    boxes: tuple[tuple[int, int, int, int], ...]
    crops: tuple[int, ...]
    edges: tuple[int, ...]
    """Sums of the first row of the tensor and of its transpose: without transposing, both would be the same."""
    sums: tuple[int, ...]
    """For each of three times: cubes, multiples and squares (modulo 256), each of the tensor and of its transpose."""


# A task takes 12 to 20 ms at 0.2 megapixels and 65 to 80 ms at 0.8: at any size the allocator gives torch's temporary
# copies back in one process, to fault them in anew, and not in the next. At 0.3, where two of them exceed a core's 1 MB
# of cache, processes differed by 4 to 6 % beyond that. One photograph a CPU: of two short ones each, a worker at times
# got three, and every fourth round on Ray took half as long again.
SIZES: dict[str, dict[str, Any]] = {
    "small": {"images_per_cpu": 1, "megapixels": 0.2},
    "medium": {"images_per_cpu": 1, "megapixels": 0.8},
    "full": {"images": "all, as they are"},
}

# At 12.2 megapixels 0.56 to 0.64 GB were measured, beyond the 0.7 GB of a process that has imported torch; at 24
# megapixels 1.07 GB. Most of it is torch's sum, which makes an int64 copy.
MEMORY = {"full": 650_000_000}


def items(size: str, tasks: int) -> list[Item]:
    """A photograph's encoded bytes (one-dimensional uint8) and a seed of its own, for every task."""
    per_cpu = SIZES[size].get("images_per_cpu")
    photos = load_photos(per_cpu and per_cpu * tasks, SIZES[size].get("megapixels"))
    seeds = np.random.SeedSequence(SEED).spawn(len(photos))
    return [(photo, int(seed.generate_state(1)[0])) for photo, seed in zip(photos, seeds, strict=True)]


def pictures(item: Item) -> tuple[Image.Image, Image.Image, tuple[tuple[int, int, int, int], ...], Image.Image]:
    """Steps 1 to 4 as far as both task and check need them: original, blurred, boxes of the crops, augmented."""
    with Image.open(io.BytesIO(item[0].data)) as file:
        image = rgb(file)
    blurred = image.filter(ImageFilter.GaussianBlur(RADIUS))
    with torch.random.fork_rng(devices=[]):  # torchvision draws from torch's global generator
        torch.default_generator.manual_seed(item[1])
        boxes = tuple(RandomCrop.get_params(blurred, (CROP, CROP)) for _ in range(4))
        augmented = TrivialAugmentWide(num_magnitude_bins=31)(image)
    return image, blurred, boxes, augmented


def task(item: Item) -> Result:
    """Take one photograph through all steps; all arithmetic is uint8's, modulo 256, and sums are exact."""
    image, blurred, boxes, augmented = pictures(item)
    before = image.size
    grey = Grayscale()(blurred)
    crops = [cut(grey, *box) for box in boxes]
    tensor = torch.from_numpy(np.array(augmented))
    both = (tensor, tensor.transpose(0, 1))
    sums: list[torch.Tensor] = []
    for factor in factors(item):
        sums += [picture.pow(3).sum() for picture in both]
        sums += [(picture * factor).sum() for picture in both]
        sums += [(picture * picture).sum() for picture in both]
    augmented.thumbnail((THUMBNAIL, THUMBNAIL))
    return Result(
        before,
        augmented.size,
        int(np.asarray(grey).sum()),
        boxes,
        tuple(int(np.asarray(crop).sum()) for crop in crops),
        tuple(int(picture[0].sum()) for picture in both),
        tuple(int(value) for value in sums),
    )


def factors(item: Item) -> list[int]:
    """Step 6's random integers from 2 to 10, one for each of three times."""
    draw = random.Random(item[1])
    return [draw.randint(2, 10) for _ in range(3)]


def check(items: Sequence[Item], results: Sequence[Result]) -> str:
    """Recompute every field of every result in NumPy, from the picture that the step before made, and blur by SciPy.

    Sums come from counts of pixel values, so they share no arithmetic with the task. The exact blur is PIL's; a
    Gaussian of the original vouches for it in the first crop, within `BLUR_TOLERANCE`.
    """
    for index, (item, result) in enumerate(zip(items, results, strict=True)):
        image, blurred, boxes, augmented = pictures(item)
        grey = luma(blurred)
        pixels = np.asarray(augmented)
        edges = int(pixels[0].sum()), int(pixels[:, 0].sum())
        counts = sum(np.bincount(band.ravel(), minlength=256) for band in np.moveaxis(pixels, 2, 0))
        value = np.arange(256)
        sums = [
            int(counts @ (powers % 256))
            for factor in factors(item)
            for powers in (value**3, value * factor, value**2)
            for _ in ("tensor", "transpose")
        ]
        crops = [int(grey[top : top + height, left : left + width].sum()) for top, left, height, width in boxes]
        scale = min(1, THUMBNAIL / max(image.size))
        after = round(image.width * scale), round(image.height * scale)
        if all(abs(ours - exact) <= 1 for ours, exact in zip(result.after, after, strict=True)):
            after = result.after  # PIL keeps the aspect ratio closest, which may round a side the other way
        truth = Result(image.size, after, int(grey.sum()), boxes, tuple(crops), edges, tuple(sums))
        for name, expected in truth._asdict().items():
            if getattr(result, name) != expected:
                raise CheckError(
                    f"image_processing, item {index}: {name} is {getattr(result, name)}, expected {expected}"
                )
        top, left, height, width = boxes[0]
        expected_blur, contrast = gaussian(image, boxes[0])
        distance = float(np.abs(grey[top : top + height, left : left + width] - expected_blur).mean())
        if distance > (allowed := 0.5 + BLUR_TOLERANCE * contrast):
            raise CheckError(
                f"image_processing, item {index}: blurred pixels are {distance:.2f} grey levels from a Gaussian of "
                f"{RADIUS} pixels, expected at most {allowed:.2f}"
            )
    return f"{len(items)} photographs: {18 * len(items)} sums, blur, greyscale and crops recomputed"


def luma(image: Image.Image) -> npt.NDArray[np.uint32]:
    """Greyscale by ITU-R 601's weights in 16-bit fixed point, rounded: height × width."""
    red, green, blue = np.moveaxis(np.asarray(image, np.uint32), 2, 0)
    grey: npt.NDArray[np.uint32] = (red * 19595 + green * 38470 + blue * 7471 + 32768) >> 16
    return grey


def gaussian(image: Image.Image, box: tuple[int, int, int, int]) -> tuple[npt.NDArray[np.float32], float]:
    """Grey levels in a box of the picture as SciPy blurs it, and the standard deviation of the pixels that it read."""
    top, left, height, width = box
    reach = 4 * RADIUS  # SciPy's Gaussian reads no farther
    around = (max(0, left - reach), max(0, top - reach), left + width + reach, top + height + reach)
    around = (*around[:2], min(image.width, around[2]), min(image.height, around[3]))
    grey = luma(image.crop(around)).astype(np.float32)
    blurred = ndimage.gaussian_filter(grey, RADIUS, mode="nearest")
    top, left = top - around[1], left - around[0]
    return blurred[top : top + height, left : left + width], float(grey.std())


WORKLOAD = Workload(task=task, items=items, check=check, sizes=SIZES, memory=MEMORY)
