"""Functions for the doctor: some that nobody tuned, and some with one disease each.

Owns them and their items; `docs/doctor.md` has what the doctor said. For example:

    pytest benchmarks --task json:loads --items benchmarks.experiments.patients:documents
"""

import json
import random
import re
import time
from typing import Any

import numpy as np
import numpy.typing as npt

WORDS = re.compile(r"\b(\w+)@(\w+)\.(com|org)\b")
"""Its `findall` is a task."""


def documents() -> list[str]:
    """20 000 JSON documents of some hundred bytes, for `json:loads`."""
    draw = random.Random(1)
    return [json.dumps({"id": n, "tags": draw.sample(range(1000), draw.randint(1, 50))}) for n in range(20_000)]


def texts() -> list[str]:
    """400 texts of 40 kB each, for `benchmarks.experiments.patients:WORDS.findall`."""
    draw = random.Random(2)
    return [" ".join(f"name{draw.randint(0, 99)}@site{n}.org and more" for _ in range(1_500)) for n in range(400)]


def matrices() -> list[npt.NDArray[np.float64]]:
    """32 matrices of 160 × 160, for `numpy.linalg:svd`."""
    draw = np.random.default_rng(3)
    return [draw.normal(size=(160, 160)) for _ in range(32)]


def pictures() -> list[Any]:
    """32 pictures of 0.5 megapixels, for `PIL.ImageOps:equalize`."""
    from PIL import Image

    draw = np.random.default_rng(4)
    return [Image.fromarray(draw.integers(0, 256, (600, 800, 3), dtype=np.uint8)) for _ in range(32)]


def forest(seed: int) -> float:
    """scikit-learn: a forest of ten trees, fitted to 400 points; its own score. Items: `range(24)`."""
    from sklearn.datasets import make_classification
    from sklearn.ensemble import RandomForestClassifier

    points, classes = make_classification(400, 20, random_state=seed)
    return float(RandomForestClassifier(10, random_state=seed).fit(points, classes).score(points, classes))


def spin(steps: int) -> int:
    """Counts. Items decide the disease: `[300] * 4000` are too short, `uneven` has one long item, the last."""
    total = 0
    for number in range(steps):
        total += number * number
    return total


def uneven() -> list[int]:
    """Twelve short items and a long one, which comes last."""
    return [60_000] * 12 + [600_000]


def returns_much(seconds: float) -> bytes:
    """Waits, then returns 8 MB. Items: `[0.02] * 8`."""
    time.sleep(seconds)
    return bytes(8_000_000)


def multiply(size: int) -> float:
    """A product that NumPy spreads over all cores if it may. Items: `[700] * 4`."""
    factor = np.ones((size, size))
    return float((factor @ factor).sum())
