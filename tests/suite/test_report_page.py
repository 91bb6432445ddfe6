"""Report pages of real runs, in a real browser: nothing is missing, fetched, complained of or drawn over."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import PROGRAM, Browser, browser
from tests.made import record, saved

needs_browser = pytest.mark.skipif(PROGRAM is None, reason="no Chromium here: apt-get install chromium")
WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as it:
        yield it


def looks_right(chromium: Browser, page: Path) -> None:
    """On a phone and on a desktop, light and dark."""
    for width in WIDTHS:
        for dark in (False, True):
            seen = chromium.look(page, width, dark)
            assert seen.requests == [page.absolute().as_uri()]
            assert seen.complaints == []
            assert seen.overlaps == []
            assert seen.wider <= 0
            assert len(seen.png) > 20_000


@needs_browser
def test_a_runs_page(suite: pytest.Pytester, chromium: Browser) -> None:
    quick = ("--workload-size", "small", "--benchmark-max-time", "0.5", "--ray-num-cpus", "2")
    files = ("--report", "r.html", "--report", "r.json", "--benchmark-json", "run.json")
    result = suite.runpytest_subprocess("benchmarks", *quick, "--variants", "serial,ray,pool", *files, timeout=120)
    result.assert_outcomes(passed=4)
    looks_right(chromium, suite.path / "r.html")
    page = (suite.path / "r.html").read_text()
    assert "tiny-small-ray ÷ pool" in page
    assert f"benchmarks {' '.join(quick)}" in page
    trace = json.loads((suite.path / "r.json").read_text())["traceEvents"]
    assert {event["name"] for event in trace if event["ph"] == "X"} == {"round", "submit", "wait", "task"}
    again = suite.run(sys.executable, "-m", "benchmarks.report", "run.json", "--to", "again.html")
    assert again.outlines == ["Wrote again.html, from 1 run"]
    looks_right(chromium, suite.path / "again.html")


@needs_browser
def test_a_comparisons_page(repository: pytest.Pytester, chromium: Browser) -> None:
    arguments = ("benchmarks", "-k", "serial", "--against", "HEAD", "--budget", "1", "--report", "against.html")
    result = repository.run(sys.executable, "-m", "pytest", *arguments, timeout=120)
    assert "Wrote " in result.stdout.str()
    looks_right(chromium, repository.path / "against.html")
    assert "Both sides&#39; rounds" in (repository.path / "against.html").read_text()


@needs_browser
def test_a_history_of_many_with_long_names(suite: pytest.Pytester, chromium: Browser) -> None:
    for number in range(12):
        ratio = {"median": 1.5 + number / 50, "low": 1.4, "high": 1.8, "pairs": 20}
        records = [record("image_processing_of_photographs", name, speedup=ratio) for name in ("ray", "pool")]
        run = saved(*records, when=f"2026-11-{number + 1:02}T10:00:00+00:00", commit=f"{number:x}" * 40)
        (suite.path / f"{number}.json").write_text(json.dumps(run))
    files = [f"{number}.json" for number in range(12)]
    assert suite.run(sys.executable, "-m", "benchmarks.report", *files).outlines == ["Wrote report.html, from 12 runs"]
    looks_right(chromium, suite.path / "report.html")


@needs_browser
def test_the_check_itself_sees_what_is_wrong(tmp_path: Path, chromium: Browser) -> None:
    bad = tmp_path / "bad.html"
    text = '<svg viewBox="0 0 200 50"><text x="0" y="20">one text</text><text x="5" y="20">another</text></svg>'
    bad.write_text(
        f'{text}<img src="http://127.0.0.1:9/none.png"><script>console.error("no")</script><p style="width:2000px">'
    )
    seen = chromium.look(bad, 360)
    assert seen.overlaps == ["one text / another"]
    assert "http://127.0.0.1:9/none.png" in seen.requests
    assert len(seen.complaints) >= 2
    assert seen.wider > 0


def test_what_cannot_be_written_or_read_is_refused(suite: pytest.Pytester) -> None:
    for arguments, sentence in [
        (("none.json",), "none.json: no such file or folder; *"),
        (("conftest.py",), "conftest.py: not JSON (line 1: *"),
        (("conftest.py", "--to", "x.pdf"), "--to x.pdf: the name must end in .html (a page) or .json *"),
        (("conftest.py", "--to", "none/x.html"), "--to none/x.html: there is no folder *"),
    ]:
        result = suite.run(sys.executable, "-m", "benchmarks.report", *arguments)
        result.stderr.fnmatch_lines([f"ERROR: {sentence}"])
        assert result.ret == 2
