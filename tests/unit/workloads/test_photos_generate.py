"""Generated photographs: size, determinism, and that a JPEG of full size costs what a camera's does."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from workloads.photos import generate, verify


@given(st.floats(0.08, 100))
def test_a_size_is_three_by_two_and_never_below_what_was_asked_for(megapixels: float):
    width, height = generate.size_of(megapixels)
    assert 0 <= width * height - megapixels * 1e6 < 2 * (width + height)
    assert width / height == pytest.approx(1.5, rel=0.01)
    assert height >= verify.MIN_SIDE


def test_the_same_number_gives_the_same_bytes_and_another_number_others():
    assert generate.photo(3, 0.1) == generate.photo(3, 0.1)
    assert len({generate.photo(index, 0.1) for index in range(8)}) == 8


def test_a_full_photograph_has_twelve_megapixels_and_three_to_five_megabytes():
    data = generate.photo(0)
    suffix, width, height = verify.verify(data)
    assert suffix == ".jpg"
    assert width * height >= 12e6
    assert 3e6 <= len(data) <= 5e6


def test_there_is_detail_at_every_scale_but_neighbours_are_alike():
    with Image.open(io.BytesIO(generate.photo(1, 1))) as image:
        grey = np.asarray(image.convert("L"), np.float64)
    coarse = grey[: grey.shape[0] // 64 * 64, : grey.shape[1] // 64 * 64].reshape(-1, 64, grey.shape[1] // 64, 64)
    assert coarse.mean(axis=(1, 3)).std() > 20  # noise alone would be flat here
    assert 1 < np.abs(np.diff(grey, axis=1)).mean() < 10  # a drawing has 0, white noise of this contrast 40
