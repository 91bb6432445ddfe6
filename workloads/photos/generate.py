"""Photographs made from a seed: hazy hills under a cloudy sky, as JPEG bytes.

Owns what a generated photograph looks like and how large one is. Knows nothing of files, caches or sources: the same
index and size give the same bytes wherever NumPy and Pillow are the same.

What makes them stand in for camera files is their cost: detail at every scale and sensor grain, so that decoding,
file size (3 to 5 MB at 12 megapixels) and pixel statistics are those of a photograph, which plain noise or flat colour
are not.
"""

import functools
import io
import math

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

FULL_MEGAPIXELS = 12.2
QUALITY = 90

_SEED = 20_240
_ASPECT = 3 / 2
_GRAIN = 7.0  # standard deviation in grey levels; with it the first 102 full-size files are 3.8 to 4.1 MB
_HALF = 2  # the scene is drawn at half resolution: four times cheaper, and no sharper than a lens would be

Floats = npt.NDArray[np.float32]

# zenith, horizon, sunlight, near ground: RGB in 0..255
_PALETTES: tuple[tuple[tuple[int, int, int], ...], ...] = (
    ((72, 128, 196), (206, 222, 232), (255, 246, 224), (44, 58, 34)),  # noon, green hills
    ((64, 78, 132), (250, 190, 138), (255, 214, 150), (36, 30, 40)),  # dusk
    ((112, 142, 178), (236, 218, 206), (255, 236, 214), (70, 62, 44)),  # morning haze
    ((88, 134, 168), (226, 222, 206), (255, 238, 196), (86, 64, 36)),  # autumn
    ((58, 84, 116), (168, 184, 196), (228, 232, 240), (28, 40, 44)),  # overcast
    ((44, 66, 116), (220, 170, 170), (255, 214, 200), (30, 28, 46)),  # before sunrise
)


def size_of(megapixels: float) -> tuple[int, int]:
    """Width and height, in pixels, of a 3:2 picture of at least `megapixels` million pixels."""
    height = math.ceil(math.sqrt(megapixels * 1e6 / _ASPECT))
    return math.ceil(megapixels * 1e6 / height), height


def encode(image: Image.Image) -> bytes:
    """JPEG bytes of an RGB image, at the one quality that all sources share."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()


def photo(index: int, megapixels: float = FULL_MEGAPIXELS) -> bytes:
    """Photograph number `index` as JPEG bytes, 3:2, of at least `megapixels` million pixels."""
    width, height = size_of(megapixels)
    rng = np.random.default_rng([_SEED, index])
    scene = _scene(rng, index, -(-width // _HALF), -(-height // _HALF))
    image = Image.fromarray(scene).resize((width, height), Image.Resampling.BICUBIC)
    return encode(ImageChops.add(image, _grain(rng, width, height), offset=-128))


def _scene(rng: np.random.Generator, index: int, width: int, height: int) -> npt.NDArray[np.uint8]:
    zenith, horizon, sunlight, ground = np.array(_PALETTES[index % len(_PALETTES)], np.float32)
    x = np.linspace(0, _ASPECT, width, dtype=np.float32)
    y = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    relief = _fractal(rng, width, height, roughness=0.62)
    skyline = rng.uniform(0.32, 0.55)

    sky = np.clip(y / skyline, 0, 1) ** 1.4
    sun_x, sun_y = rng.uniform(0.1, _ASPECT - 0.1), skyline * rng.uniform(0.45, 0.95)
    from_sun = (x - sun_x) ** 2 + (y - sun_y) ** 2
    glow = 0.75 / (1 + 16 * from_sun) + np.exp(-from_sun / 0.0015)
    streaks = Image.fromarray(_fractal(rng, width // 3, height, roughness=0.55)).resize((width, height))  # wind
    clouds = np.clip(np.asarray(streaks) * 0.5 - rng.uniform(-0.1, 0.4), 0, 0.9) * (1 - 0.7 * sky)

    ridges = _ridges(rng, x, skyline)
    layer = np.zeros((height, width), np.intp)
    depth = np.zeros((height, width), np.float32)
    for ridge in ridges:
        below = y - ridge
        layer += below > 0
        np.copyto(depth, below, where=below > 0)
    # hills fade with distance, and towards their feet, where mist lies
    nearness = ((np.arange(len(ridges) + 1, dtype=np.float32) / len(ridges)) ** 1.3)[layer]
    nearness *= 1 - 0.55 * np.clip(depth * 5, 0, 1) * (1 - 0.5 * nearness)
    # light from one side on rough ground: the slope of the relief, weaker where haze lies before it
    slope = np.zeros_like(relief)
    slope[:, 1:] = np.diff(relief, axis=1)
    slope *= 4.0 * math.sqrt(width / 800) * (-1 if sun_x > _ASPECT / 2 else 1)
    shade = 1 + nearness * np.clip(slope + 0.2 * relief, -0.7, 1.2)
    lens = 1.04 - 0.3 * ((x / _ASPECT - 0.5) ** 2 + (y - 0.5) ** 2)  # corners are darker

    in_sky = layer == 0
    scene = np.empty((height, width, 3), np.uint8)
    for channel in range(3):
        haze = 0.75 * horizon[channel] + 0.25 * zenith[channel]
        air = zenith[channel] + sky * (horizon[channel] - zenith[channel])
        air = air + clouds * (0.5 * horizon[channel] + 124 - air)
        air += np.minimum(glow, 1) * (sunlight[channel] - air)
        land = (haze + nearness * (ground[channel] - haze)) * shade
        land += 0.5 * glow * (1 - nearness) * (sunlight[channel] - land)
        scene[..., channel] = np.clip(np.where(in_sky, air, land) * lens, 0, 255)
    return scene


def _ridges(rng: np.random.Generator, x: Floats, skyline: float) -> list[Floats]:
    """Upper edges of the hills from far to near, as heights (0 is the top) for each column; near ones carry firs."""
    count = int(rng.integers(4, 8))
    ridges: list[Floats] = []
    for near in np.linspace(0, 1, count):
        edge = np.full_like(x, skyline + (0.93 - skyline) * near**1.3)
        for octave in range(9):
            knots = rng.standard_normal(3 + 2**octave) * 0.075 * (1 - 0.45 * near) * 0.52**octave
            edge += np.interp(x, np.linspace(0, _ASPECT, len(knots)), knots).astype(np.float32)
        if near > 0.45:
            firs = np.sort(rng.uniform(0, _ASPECT, int(120 / near)))
            tops = rng.uniform(0.2, 1, len(firs)) * 0.07 * near**2
            nearest = np.clip(np.searchsorted((firs[1:] + firs[:-1]) / 2, x), 0, len(firs) - 1)
            edge -= np.maximum(0, tops[nearest] - 5 * np.abs(x - firs[nearest])).astype(np.float32)
        ridges.append(edge)
    return ridges


def _fractal(rng: np.random.Generator, width: int, height: int, *, roughness: float) -> Floats:
    """Noise with detail at every scale (octaves, each twice as fine and `roughness` times as strong), SD about 1."""
    octaves = max(1, math.ceil(math.log2(max(width, height) / 4)))
    noise = np.zeros((1, 1), np.float32)
    for octave in range(octaves):
        step = 2 ** (octaves - 1 - octave)
        shape = (-(-height // step) + 1, -(-width // step) + 1)
        finer = Image.fromarray(noise).resize(shape[::-1], Image.Resampling.BICUBIC)
        noise = np.asarray(finer) + rng.standard_normal(shape, np.float32) * np.float32(roughness**octave)
    return noise[:height, :width] * np.float32(math.sqrt(1 - roughness**2))


@functools.cache
def _grain_tile() -> npt.NDArray[np.uint8]:
    """Sensor noise around 128, 512 × 512 × 3; drawing it afresh for each pixel would take longer than the scene."""
    rng = np.random.default_rng(_SEED)
    grey = rng.normal(128, _GRAIN, (512, 512, 1))
    return np.clip(grey + rng.normal(0, _GRAIN / 4, (512, 512, 3)), 0, 255).astype(np.uint8)


def _grain(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    tile = np.roll(_grain_tile(), rng.integers(512, size=2), axis=(0, 1))
    return Image.fromarray(np.tile(tile, (-(-height // 512), -(-width // 512), 1))[:height, :width])
