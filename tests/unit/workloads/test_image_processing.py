"""The image workload: the same results everywhere, and a check that no wrong result passes."""

import io
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from scipy import ndimage
from torchvision.transforms import Grayscale

from workloads import IMAGE_SOURCE_VARIABLE, CheckError
from workloads import image_processing as workload
from workloads.photos import CACHE_VARIABLE, generate


@pytest.fixture(autouse=True)
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Photographs are generated into this test's own cache, whatever the session's source is."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.delenv(IMAGE_SOURCE_VARIABLE, raising=False)


def item(seed: int = 0, megapixels: float = 0.08) -> workload.Item:
    return np.frombuffer(generate.photo(seed, megapixels), np.uint8), seed


def encoded(image: Image.Image) -> np.ndarray:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return np.frombuffer(buffer.getvalue(), np.uint8)


def test_items_are_the_same_each_time_each_with_a_seed_of_its_own():
    first, second = workload.items("small", 3), workload.items("small", 3)
    assert all(np.array_equal(a, b) and s == t for (a, s), (b, t) in zip(first, second, strict=True))
    assert len({seed for _, seed in first}) == len({photo.tobytes() for photo, _ in first}) == len(first) == 3
    assert [seed for _, seed in workload.items("small", 5)][:3] == [seed for _, seed in first]


def test_results_pass_the_check_at_any_order():
    items = [item(seed) for seed in range(6)]
    results = [workload.task(item) for item in items]
    assert [workload.task(item) for item in reversed(items)] == results[::-1]
    assert workload.check(items, results) == "6 photographs: 108 sums, blur, greyscale and crops recomputed"


def test_nobody_elses_random_numbers_change():
    torch_before, random_before = torch.get_rng_state(), random.getstate()
    workload.task(item())
    assert torch.equal(torch.get_rng_state(), torch_before)
    assert random.getstate() == random_before


def test_sums_are_those_of_arithmetic_by_hand():
    *_, augmented = workload.pictures(item(4))
    values = list(augmented.tobytes())
    by_hand = []
    for factor in workload.factors(item(4)):
        for total in (
            sum(v**3 % 256 for v in values),
            sum(v * factor % 256 for v in values),
            sum(v**2 % 256 for v in values),
        ):
            by_hand += [total, total]
    assert workload.task(item(4)).sums == tuple(by_hand)


def tampered() -> list[tuple[str, workload.Result]]:
    right = workload.task(item())
    one_off = [
        (name, (values[0] + 1, *values[1:]))
        for name, values in right._asdict().items()
        if name not in ("grey", "boxes")
    ]
    each_sum = [("sums", (*right.sums[:i], right.sums[i] - 1, *right.sums[i + 1 :])) for i in range(18)]
    other_box = ((right.boxes[0][0] + 1, *right.boxes[0][1:]), *right.boxes[1:])
    fields = [*one_off, *each_sum, ("grey", right.grey + 1), ("boxes", other_box), ("crops", right.crops[:3])]
    return [(name, right._replace(**{name: value})) for name, value in fields if name != "after"] + [
        ("after", right._replace(after=(64, 45))),
        ("after", right._replace(after=right.before)),
    ]


@pytest.mark.parametrize(("name", "wrong"), tampered())
def test_a_wrong_field_is_rejected_with_item_and_both_values(name: str, wrong: workload.Result):
    right = workload.task(item())
    message = f"image_processing, item 1: {name} is {getattr(wrong, name)}, expected {getattr(right, name)}"
    with pytest.raises(CheckError, match="item 1") as caught:
        workload.check([item(), item()], [right, wrong])
    assert str(caught.value) == message


@pytest.mark.parametrize("radius", [0, 10, 30])
def test_another_blur_is_rejected(monkeypatch: pytest.MonkeyPatch, radius: int):
    monkeypatch.setattr(workload.ImageFilter, "GaussianBlur", lambda _, real=ImageFilter.GaussianBlur: real(radius))
    with pytest.raises(CheckError, match=r"item 0: blurred pixels are .* expected at most"):
        workload.check([item()], [workload.task(item())])


def test_a_missing_result_is_rejected():
    with pytest.raises(ValueError, match="shorter"):
        workload.check([item()], [])


@pytest.mark.parametrize(("at", "box"), [((200, 160), (50, 80, 224, 224)), ((0, 0), (0, 0, 224, 224))])
def test_the_checks_blur_is_scipys_of_the_whole_picture_and_pils_is_near(
    at: tuple[int, int], box: tuple[int, int, int, int]
):
    image = Image.new("RGB", (400, 320))
    image.paste((255, 255, 255), (*at, at[0] + 40, at[1] + 40))
    top, left, height, width = box
    inside = slice(top, top + height), slice(left, left + width)
    whole = ndimage.gaussian_filter(np.asarray(image.convert("L"), np.float32), workload.RADIUS, mode="nearest")
    ours, contrast = workload.gaussian(image, box)
    assert np.abs(ours - whole[inside]).max() < 0.1
    pil = np.asarray(image.filter(ImageFilter.GaussianBlur(workload.RADIUS)).convert("L"), np.float32)[inside]
    assert np.abs(ours - pil).mean() < 0.5 + workload.BLUR_TOLERANCE * contrast


@pytest.mark.parametrize("period", [20, 60, 70, 120, 300])
def test_the_sharpest_pictures_pass(period: int):
    stripes = (np.arange(500) // (period // 2) % 2 * 255).astype(np.uint8)
    sharp = (encoded(Image.fromarray(np.tile(stripes, (300, 1)))), 1)
    workload.check([sharp], [workload.task(sharp)])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=1, max_size=50))
def test_the_checks_greyscale_is_torchvisions(colours: list[tuple[int, int, int]]):
    image = Image.fromarray(np.array([colours], np.uint8))
    assert np.array_equal(workload.luma(image), np.asarray(Grayscale()(image)))


def test_greyscale_of_known_colours():
    image = Image.fromarray(np.array([[[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]]], np.uint8))
    assert workload.luma(image).tolist() == [[255, 76, 150, 29, 0]]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "I;16"])
def test_photographs_of_other_modes_and_shapes_pass(mode: str):
    image = Image.linear_gradient("L").resize((226, 700)).convert("L" if mode == "I;16" else mode)
    odd = (encoded(image.convert("I;16") if mode == "I;16" else image), 3)
    assert workload.task(odd).before == (226, 700)
    workload.check([odd], [workload.task(odd)])
