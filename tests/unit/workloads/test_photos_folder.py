"""A folder of photographs: which files count, and what is said about each that doesn't."""

import contextlib
import io
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from tests.pictures import bomb
from workloads import IMAGE_SOURCE_VARIABLE, WorkloadError, image_processing
from workloads.photos import CACHE_VARIABLE, PhotoWarning, generate, load_named, load_photos
from workloads.photos.sheet import draw
from workloads.photos.verify import BadPhotoError, resized, rgb, verify

PHOTO = generate.photo(0, 0.1)
PICTURE = Image.open(io.BytesIO(PHOTO))
BLUE = Image.new("RGB", (320, 240), "blue")


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
    (folder / "circle.jpg").symlink_to("circle.jpg")
    (folder / "subfolder").mkdir()
    (folder / "link to a folder").symlink_to(folder / "subfolder")
    (folder / ".hidden").write_bytes(b"not looked at")
    (folder / "good.jpg").write_bytes(PHOTO)
    with pytest.warns(PhotoWarning) as caught:
        assert len(load_photos(None, None)) == 1
    assert sorted(Path(str(w.message).split(": ")[1]).name for w in caught) == [
        "circle.jpg",
        "dangling.jpg",
        "pipe.jpg",
    ]


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


GREY = np.linspace(0, 65535, 240 * 320).reshape(240, 320).astype(np.uint16)


@pytest.mark.parametrize(
    ("name", "image", "options"),
    [
        ("16 bit.png", Image.fromarray(GREY), {}),
        ("cmyk.jpg", Image.new("CMYK", (320, 240), (0, 255, 255, 0)), {}),
        ("palette.png", Image.new("P", (320, 240)), {"transparency": b"\x80"}),
        ("alpha.png", Image.new("RGBA", (320, 240), (200, 100, 50, 0)), {}),
        (
            "animated.png",
            Image.new("RGB", (320, 240), "red"),
            {"save_all": True, "append_images": [Image.new("RGB", (320, 240), "blue")]},
        ),
        ("写真 фото صورة.jpg", PICTURE, {}),
        ("two\nlines.jpg", PICTURE, {}),
        ("-rf.jpg", PICTURE, {}),
    ],
)
def test_photographs_of_every_kind_and_name_are_processed_and_checked(
    folder: Path, name: str, image: Image.Image, options: dict[str, Any]
):
    """As they are, which is `full`: the colours that are seen, of the first picture, whatever alpha says."""
    image.save(folder / name, **options)
    ((shown, data),) = load_named(str(folder), None, None)
    assert shown == name.replace("\n", "\\n")
    item = np.frombuffer(data, np.uint8), 1
    image_processing.check([item], [image_processing.task(item)])
    with Image.open(io.BytesIO(data)) as file:
        pixels = np.asarray(rgb(file), int)
    seen = np.asarray((image if image.mode != "I;16" else Image.fromarray((GREY >> 8).astype(np.uint8))).convert("RGB"))
    assert np.abs(pixels - seen).mean() < 8  # a JPEG of grain is not exact


def test_a_camera_held_upright_means_pixels_as_they_are_stored(folder: Path):
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (600, 400)).save(folder / "turned.jpg", exif=turned)
    (photo,) = load_photos(1, 0.1)
    with Image.open(io.BytesIO(photo.data)) as image:
        assert image.size == generate.size_of(0.1)
    out = folder / "sheet.png"
    draw(load_named(str(folder), None, None), "$\\frac{", out)  # where somebody looks at it, it is upright
    assert out.stat().st_size > 1000


def test_a_bad_files_name_can_not_write_on_the_terminal(folder: Path):
    for name in (b"two\nlines.jpg", b"\x1b[31mred.jpg", b"\xff\xfe.jpg"):
        (folder / os.fsdecode(name)).write_bytes(b"text")
    with pytest.raises(WorkloadError) as caught:
        load_photos(1, None)
    assert str(caught.value).isprintable()
    assert all(name in str(caught.value) for name in (r"two\nlines.jpg", r"\x1b[31mred.jpg", r"\udcff\udcfe.jpg"))


def test_of_many_bad_files_five_are_named_and_the_rest_counted(folder: Path):
    for number in range(20):
        (folder / f"{number:02}.raw").write_bytes(b"raw")
    (folder / "good.jpg").write_bytes(PHOTO)
    with pytest.warns(PhotoWarning) as caught:
        assert len(load_photos(1, None)) == 1
    assert [str(warning.message).split(": ")[1] for warning in caught][4:] == [str(folder / "04.raw"), "and 15 more"]


def test_a_hundred_thousand_photographs_are_never_read_at_once(folder: Path, tmp_path: Path):
    """They would be 500 GB. `small` takes as many as it needs; `full` is refused before a file is opened."""
    for half in "ab":  # a file can't have as many names everywhere
        (folder / half).write_bytes(PHOTO + bytes(5_000_000 - len(PHOTO)))
        for number in range(1, 50_000):
            (folder / f"{half}{number}").hardlink_to(folder / half)
    assert len(load_photos(2, 0.1)) == 2
    with pytest.raises(WorkloadError) as caught:
        load_photos(None, None)
    sentence = f"the 100,000 files of {folder} need 1000.0 GB of memory (a run holds each 2 times), and "
    assert str(caught.value).startswith(sentence)
    assert "name a folder with fewer" in str(caught.value)


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
