"""Saved runs: read from a file or a folder, or one sentence on what keeps them from being read."""

import json
from pathlib import Path

import pytest

from benchmarks.harness.records.run import SavedRunError, read
from tests.made import record, saved


def test_a_folder_is_a_history_the_earliest_first(tmp_path: Path) -> None:
    (tmp_path / "Linux").mkdir()
    (tmp_path / "Linux" / "1.json").write_text(json.dumps(saved(record(), when="2026-11-24T12:00:00+02:00")))
    (tmp_path / "2.json").write_text(json.dumps(saved(record(), when="2026-11-23T10:00:00+00:00", commit="b" * 40)))
    runs = read([tmp_path])
    assert [(run.when, run.commit) for run in runs] == [
        ("2026-11-23 10:00", "bbbbbbb"),
        ("2026-11-24 10:00", "aaaaaaa"),
    ]


def test_what_is_not_verified_or_not_ours_is_named(tmp_path: Path) -> None:
    failed, foreign = record("failed", verified=False), {"name": "test_other", "extra_info": {}}
    (tmp_path / "run.json").write_text(json.dumps(saved(record(), failed, foreign)))
    (run,) = read([tmp_path / "run.json"])
    assert [each["name"] for each in run.records] == ["test_workload[tiny-small-ray]"]
    assert run.left_out == ("test_workload[failed-small-ray]", "test_other")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "no such file or folder"),
        ("{", "not JSON (line 1: .*); it may be damaged"),
        ("[]", "not a run as pytest-benchmark saves it"),
        ("{}", "not a run as pytest-benchmark saves it .*machine_info"),
        (json.dumps(saved({"name": "test_other", "extra_info": {}})), "no verified benchmark of this suite"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, text: str | None, sentence: str) -> None:
    file = tmp_path / "run.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SavedRunError, match=sentence.replace("(", r"\(").replace(")", r"\)")) as raised:
        read([file])
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_empty_folder_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(SavedRunError, match=r"no \.json file in it"):
        read([tmp_path])
