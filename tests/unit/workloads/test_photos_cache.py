"""The cache of generated photographs: found again, checked, and never in the way."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from workloads.photos import PhotoWarning, cache, generate


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of this test alone."""
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "cache"))
    return tmp_path / "cache"


def stored(folder: Path) -> list[Path]:
    return sorted(folder.glob("generated-*/*"))


def test_a_second_run_reads_what_the_first_has_made(folder: Path):
    first = cache.generated([0, 2], 0.1)
    times = [file.stat().st_mtime_ns for file in stored(folder)]
    assert cache.generated([0, 2], 0.1) == first == [generate.photo(0, 0.1), generate.photo(2, 0.1)]
    assert [file.stat().st_mtime_ns for file in stored(folder)] == times


@pytest.mark.parametrize("damage", [b"", b"\xff\xd8 not what it was"])
def test_a_file_that_changed_is_made_anew(folder: Path, damage: bytes):
    first = cache.generated([0], 0.1)
    (file,) = stored(folder)
    file.write_bytes(damage)
    assert cache.generated([0], 0.1) == first
    assert [file.read_bytes() for file in stored(folder)] == first


def test_the_key_changes_with_size_and_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    key = cache.key(0.1)
    assert key != cache.key(0.2)
    edited = tmp_path / "generate.py"
    edited.write_bytes(Path(generate.__file__).read_bytes() + b"# another look\n")
    monkeypatch.setattr(generate, "__file__", str(edited))
    assert key != cache.key(0.1)


def test_two_may_fill_it_at_once(folder: Path):
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: cache.generated(range(4), 0.1), range(2))
    assert first == second
    assert len(stored(folder)) == 4


def test_an_unwritable_folder_is_replaced_with_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "file" / "below"))
    with pytest.warns(PhotoWarning, match=r"file/below can't be written .* set WORKLOADS_CACHE_FOLDER"):
        instead = cache.cache_folder()
    assert len(cache.generated([0], 0.1)) == 1
    assert stored(instead)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "locked").mkdir(mode=0o500)
    monkeypatch.setenv(cache.CACHE_VARIABLE, str(tmp_path / "locked"))
    with pytest.warns(PhotoWarning, match="Permission denied"):
        assert cache.cache_folder() != tmp_path / "locked"


def test_without_the_variable_it_is_the_users_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.delenv(cache.CACHE_VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    below = {"linux": ".cache", "darwin": "Library/Caches"}[sys.platform]
    assert cache.cache_folder() == tmp_path / below / "ray-task-benchmarks"


def test_a_write_that_fails_leaves_nothing(tmp_path: Path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        cache.write_atomically(tmp_path / "taken", b"data")
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]
