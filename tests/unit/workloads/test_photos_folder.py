"""A folder of photographs: which files count, and what is said about each that doesn't."""

import contextlib
import io
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.pictures import bomb
from workloads import IMAGE_SOURCE_VARIABLE, WorkloadError
from workloads.photos import CACHE_VARIABLE, PhotoWarning, generate, load_named, load_photos
from workloads.photos.verify import BadPhotoError, resized, verify

PHOTO = generate.photo(0, 0.1)


def picture(mode: str = "RGB", size: tuple[int, int] = (320, 240), kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, kind)
    return buffer.getvalue()


BAD = {
    "truncated.jpg": (PHOTO[: len(PHOTO) // 2], "it can't be decoded: image file is truncated"),
    "truncated.png": (picture()[:-30], "it can't be decoded"),
    "text.jpg": (b"<!doctype html><p>not a photograph", "it is not a JPEG or PNG image"),
    "wrong-type.jpg": (picture(kind="GIF"), "it is not a JPEG or PNG image"),
    "empty.jpg": (b"", "it is empty"),
    "small.png": (picture(size=(500, 223)), "it is 500 × 223 pixels, and no side may be shorter than 224"),
    "bomb.png": (bomb(), "decompression bomb"),
    "smaller-bomb.png": (picture("1", (10_000, 10_000)), "decompression bomb"),  # PIL only warns of this one
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is the image source; the cache is this test's own."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setenv(IMAGE_SOURCE_VARIABLE, str(tmp_path / "photos"))
    (tmp_path / "photos").mkdir()
    return tmp_path / "photos"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_its_reason_and_left_out(folder: Path, name: str):
    data, reason = BAD[name]
    (folder / name).write_bytes(data)
    (folder / "good.jpg").write_bytes(PHOTO)
    with pytest.warns(PhotoWarning) as caught:
        photos = load_photos(None, None)
    assert [photo.tobytes() for photo in photos] == [PHOTO]
    (warning,) = caught
    assert str(folder / name) in str(warning.message)
    assert reason in str(warning.message)


def test_with_nothing_but_bad_files_each_is_named(folder: Path):
    for name, (data, _) in list(BAD.items())[:3]:
        (folder / name).write_bytes(data)
    with pytest.raises(WorkloadError) as caught:
        load_photos(2, 0.1)
    assert all(str(folder / name) in str(caught.value) for name in list(BAD)[:3])


def test_what_is_no_file_is_left_out_without_waiting(folder: Path):
    os.mkfifo(folder / "pipe.jpg")
    (folder / "dangling.jpg").symlink_to(folder / "nowhere")
    (folder / "subfolder").mkdir()
    (folder / ".hidden").write_bytes(b"not looked at")
    (folder / "good.jpg").write_bytes(PHOTO)
    with pytest.warns(PhotoWarning) as caught:
        assert len(load_photos(None, None)) == 1
    assert sorted(Path(str(w.message).split(": ")[1]).name for w in caught) == ["dangling.jpg", "pipe.jpg"]


def test_a_missing_an_empty_and_a_mistaken_folder_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(WorkloadError, match=r"photos: it is empty; use generated, urls or a folder"):
        load_photos(1, None)
    (folder / "file").write_bytes(PHOTO)
    for wrong, reason in [
        (folder / "missing", "there is no such folder"),
        (folder / "file", "it is a file, not a folder"),
    ]:
        monkeypatch.setenv(IMAGE_SOURCE_VARIABLE, str(wrong))
        with pytest.raises(WorkloadError, match=f"{wrong}: {reason}"):
            load_photos(1, None)


@pytest.mark.parametrize(
    ("mode", "kind"), [("L", "PNG"), ("1", "PNG"), ("P", "PNG"), ("RGBA", "PNG"), ("I;16", "PNG"), ("CMYK", "JPEG")]
)
def test_every_mode_can_be_shrunk(folder: Path, mode: str, kind: str):
    (folder / "photo").write_bytes(picture(mode, (600, 900), kind))
    (photo,) = load_photos(1, 0.1)
    with Image.open(io.BytesIO(photo.data)) as image:
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", generate.size_of(0.1)[::-1])


def test_a_folder_is_gone_through_in_order_and_again(folder: Path):
    for name in ("b.jpg", "a.jpg"):
        (folder / name).write_bytes(PHOTO + name.encode())  # bytes behind a JPEG's end are ignored
    assert [name for name, _ in load_named(str(folder), 5, None)] == ["a.jpg", "b.jpg", "a.jpg", "b.jpg", "a.jpg"]
    assert len(load_photos(None, None)) == 2
    assert len(load_photos(1, None)) == 1


def test_a_shuffle_is_one_order_per_seed_and_takes_every_file(folder: Path):
    for number in range(9):
        (folder / f"{number}.jpg").write_bytes(PHOTO)
    orders = [
        [name for name, _ in load_named(str(folder), None, None, np.random.default_rng(seed))] for seed in (1, 1, 2)
    ]
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2]) == [f"{number}.jpg" for number in range(9)]


def test_generated_photographs_need_no_variable_and_no_folder(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv(IMAGE_SOURCE_VARIABLE)
    photos = load_photos(2, 0.1)
    assert [photo.tobytes() for photo in photos] == [generate.photo(0, 0.1), generate.photo(1, 0.1)]
    assert all(photo.dtype == np.uint8 and photo.ndim == 1 for photo in photos)
    assert len(load_photos(None, 0.08)) == 102
    with pytest.raises(WorkloadError, match="ask for at least 1"):
        load_photos(0, 0.1)


@settings(max_examples=30, deadline=None)
@given(st.integers(224, 1500), st.integers(224, 1500))
def test_whatever_its_shape_a_photograph_is_resized_to_the_pixels_of_a_generated_one(width: int, height: int):
    suffix, *size = verify(resized(picture("RGB", (width, height), "JPEG"), 0.09))
    assert suffix == ".jpg"
    assert tuple(size) == (generate.size_of(0.09) if width >= height else generate.size_of(0.09)[::-1])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damage_anywhere_never_gets_past_as_anything_but_a_bad_photo(data: st.DataObject):
    damaged = bytearray(data.draw(st.sampled_from([PHOTO[:6000], picture()])))
    for position in data.draw(st.lists(st.integers(0, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[position] ^= data.draw(st.integers(1, 255))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PIL warns of damaged metadata that no pixel depends on
        with contextlib.suppress(BadPhotoError):
            verify(bytes(damaged))
