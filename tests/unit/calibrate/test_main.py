"""What `python -m benchmarks.calibrate` refuses, before it does anything."""

import sys

import pytest

from benchmarks.calibrate.__main__ import main


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--passes 7", "--passes 7: fewer than 8 say too little about how much passes differ"),
        ("--must-see 1", "--must-see 1: must be more than the tolerance of 2 %"),
        ("--tolerance -1", "--must-see 5: must be more than the tolerance of -1 %"),
        ("--budget 0 --runs 0", "--budget 0, --runs 0: must be numbers above 0"),
        ("--budget nan", "--budget nan, --runs 1000: must be numbers above 0"),
        ("--report nowhere/power.svg", "--report nowhere/power.svg: must end in .svg or .png, in a folder that exists"),
        ("--recording nowhere/p.jsonl", "--recording nowhere/p.jsonl: must be a file, in a folder that exists"),
    ],
)
def test_what_can_t_be_asked_for_is_one_sentence(
    options: str, sentence: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["calibrate", *options.split()])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    out, err = capsys.readouterr()
    assert err.splitlines()[-1] == f"python -m benchmarks.calibrate: error: {sentence}"
    assert out == ""
