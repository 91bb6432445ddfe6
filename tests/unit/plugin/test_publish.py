"""Where figures go: each format to the one who draws it, and the job's summary."""

from pathlib import Path

import pytest

from benchmarks.harness.plugin import publish
from benchmarks.harness.records.comparison import Comparison
from benchmarks.harness.reporting import verdict_table
from tests.unit.outcomes import outcome

RUN = Comparison(
    base="main 1a2b3c4",
    head="working tree (2 files changed)",
    passes=6,
    seconds=281.4,
    outcomes=[
        outcome("fibonacci-small-ray", "ok"),
        outcome("blur-small-ray", "failing", reason="CheckError: item 0: <7> | 8"),
    ],
    notes=["Pins differ."],
)


def test_a_comparisons_files_are_written_and_the_jobs_summary_is_continued(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("An earlier step's.\n")
    reports = [tmp_path / name for name in ("r.md", "r.svg", "r.png")]
    publish.comparison(RUN, reports, 160)
    text = verdict_table.markdown(RUN)
    assert capsys.readouterr().out.splitlines() == [
        *verdict_table.lines(RUN, 160),
        *(f"Wrote {path}" for path in reports),
    ]
    assert reports[0].read_text(encoding="utf-8") == text
    assert "<svg" in reports[1].read_text(encoding="utf-8")
    assert reports[2].read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "summary.md").read_text(encoding="utf-8") == f"An earlier step's.\n{text}"


def test_outside_of_github_only_what_was_asked_for_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    monkeypatch.chdir(tmp_path)
    publish.comparison(RUN, [], 160)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("unwritable", ["summary", "report"])
def test_a_place_that_can_not_be_written_costs_nothing_but_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], unwritable: str
) -> None:
    """Whichever it is: the table is printed before, and every other file is written."""
    (tmp_path / "no").mkdir()
    wanted = tmp_path / "r.md"
    summary = tmp_path / ("no" if unwritable == "summary" else "summary.md")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    reports = [tmp_path / "nowhere" / "r.svg", wanted] if unwritable == "report" else [wanted]
    publish.comparison(RUN, reports, 160)
    out, err = capsys.readouterr()
    assert out.splitlines() == [*verdict_table.lines(RUN, 160), f"Wrote {wanted}"]
    (said,) = err.splitlines()
    broken = summary if unwritable == "summary" else reports[0]
    assert said.startswith(f"{broken} could not be written: ")
    assert wanted.read_text() == verdict_table.markdown(RUN)
    assert unwritable == "summary" or summary.read_text() == verdict_table.markdown(RUN)
