"""The photographs' command line: what it makes, and one sentence for whatever is wrong."""

from pathlib import Path

import pytest
from PIL import Image

from workloads import IMAGE_SOURCE_VARIABLE
from workloads.photos import CACHE_VARIABLE, generate
from workloads.photos.__main__ import main


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or fills the user's cache, nor heeds the session's image source."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.delenv(IMAGE_SOURCE_VARIABLE, raising=False)


def test_generate_fills_the_cache_and_copies_to_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["generate", "--count", "3", "--megapixels", "0.1"]) == 0
    assert "3 photographs" in capsys.readouterr().out
    assert len(list((tmp_path / "cache").glob("generated-*/*.jpg"))) == 3
    assert main(["generate", "--count", "2", "--megapixels", "0.1", "--folder", str(tmp_path / "photos")]) == 0
    files = sorted((tmp_path / "photos").iterdir())
    assert [file.name for file in files] == ["generated-00000.jpg", "generated-00001.jpg"]
    assert files[1].read_bytes() == generate.photo(1, 0.1)


@pytest.mark.filterwarnings("always::workloads.photos.PhotoWarning")  # as in a process of its own
def test_sheet_draws_a_handful_from_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    main(["generate", "--count", "7", "--megapixels", "0.1", "--folder", str(tmp_path / "photos")])
    (tmp_path / "photos" / "bad.jpg").write_bytes(b"text")
    out = tmp_path / "sheet.png"
    for count in ("1", "8"):
        assert main(["sheet", "--source", str(tmp_path / "photos"), "--count", count, "--seed", "1", str(out)]) == 0
    with Image.open(out) as image:
        assert image.format == "PNG"
        assert len(image.convert("RGB").getcolors(1 << 24) or []) > 5000  # photographs, not a blank page
    assert "bad.jpg: it is not a JPEG or PNG image" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["fetch", "--urls", "missing.txt"], 1, "missing.txt"),
        (["fetch", "--jobs", "0"], 2, "'0' is not a whole number from 1 on"),
        (["fetch", "--timeout", "nan"], 2, "'nan' is not a number from 0.1 on"),
        (["fetch", "--at-least", "many"], 2, "'many' is not a whole number from 1 on"),
        (["generate", "--megapixels", "0.01"], 2, "'0.01' is not a number from"),
        (["generate", "--count", "1", "--megapixels", "0.1", "--folder", "/dev/null/x"], 1, "/dev/null/x"),
        (["sheet", "--source", "missing", "sheet.png"], 1, "there is no such folder"),
        (["sheet"], 2, "required: OUT"),
        ([], 2, "required"),
    ],
)
def test_bad_input_is_one_sentence_and_no_traceback(
    arguments: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
):
    try:
        status = main(arguments)
    except SystemExit as stopped:  # argparse's way
        status = stopped.code
    assert status == code
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("error: ") == 1


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]):
    for command, option in [("fetch", "--at-least"), ("generate", "--megapixels"), ("sheet", "--seed")]:
        with pytest.raises(SystemExit) as stopped:
            main([command, "--help"])
        assert stopped.value.code == 0
        assert option in capsys.readouterr().out
