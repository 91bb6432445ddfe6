"""Which files a process has loaded, as far as one process can tell; others are in `tests/process`."""

import sys
from pathlib import Path

import pytest

from benchmarks.harness.tree import ROOT, own_files, strangers


def test_nobody_has_loaded_anything_strange() -> None:
    assert strangers([]) == []


def test_own_files_are_those_that_no_installed_package_has() -> None:
    found = own_files()
    assert str(ROOT / "benchmarks" / "harness" / "tree.py") in found
    assert str(Path(__file__).resolve()) in found
    assert not [file for file in found if "site-packages" in file or "/lib/python" in file]


def test_a_module_behind_a_link_is_the_file_that_it_leads_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is installed as a link into some tree is that tree's."""
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "linked_library.py").write_text("")
    (tmp_path / "link").symlink_to("real")
    monkeypatch.syspath_prepend(tmp_path / "link")
    try:
        import linked_library  # type: ignore[import-not-found]  # noqa: F401

        assert str((tmp_path / "real" / "linked_library.py").resolve()) in own_files()
    finally:
        sys.modules.pop("linked_library", None)
