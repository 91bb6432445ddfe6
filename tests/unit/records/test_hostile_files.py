"""Whatever a saved run or a recording holds: a page, passes, or one sentence; never a traceback."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_benchmark.utils import PercentageRegressionCheck, get_machine_id

from benchmarks import report
from benchmarks.calibrate import recording, simulation
from benchmarks.harness.records import storage
from benchmarks.harness.sides.errors import ComparisonError
from tests.made import record, saved
from tests.unit.calibrate.test_recording import a_pass

ODD = st.sampled_from(
    [None, True, -1, 0, 1e308, float("nan"), float("inf"), "", "\ud800", "<script>", "\x1b[31m\n", [], {}, [[]], [None]]
)
DEEP = b"[" * 100_000
SHARED = settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a JSON value, the value itself first."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inside:
        yield from places(part, (*path, key))


@st.composite
def damaged(draw: st.DrawFn, whole: Any) -> bytes:
    """A JSON file in which one to three values are others or gone, or whose bytes are cut or changed."""
    value = copy.deepcopy(whole)
    for _ in range(draw(st.integers(0, 3))):
        if not value:
            break
        *above, last = draw(st.sampled_from([path for path in places(value) if path]))
        holder = value
        for key in above:
            holder = holder[key]
        if draw(st.booleans()):
            holder[last] = copy.deepcopy(draw(ODD))  # a later change must not reach ODD itself
        else:
            del holder[last]
    data = json.dumps(value).encode()
    if draw(st.integers(0, 4)) == 0:
        data = data[: draw(st.integers(0, len(data)))] + draw(st.sampled_from([b"", b"\xff", b"9" * 5000, DEEP]))
    return data


RUN = json.loads(json.dumps(saved(record(), record(variant="serial"))))
PASS = json.loads(json.dumps(recording.facts(a_pass())))


def reported(folder: Path, capsys: pytest.CaptureFixture[str], data: bytes, name: str) -> str:
    """What is written of a saved run; empty where it is refused in a sentence."""
    (folder / "run.json").write_bytes(data)
    (to := folder / name).unlink(missing_ok=True)
    status, said = report.main([str(folder / "run.json"), "--to", str(to)]), capsys.readouterr().err
    if status == 0:
        return to.read_text()
    assert status == 2
    assert said.startswith("ERROR: ")
    assert said.rstrip("\n").isprintable()
    assert not to.exists()
    return ""


@settings(SHARED, max_examples=40)  # one has half a dozen pictures, which takes 0.3 s
@given(damaged(RUN))
def test_a_page_of_a_saved_run_or_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes) -> None:
    page = reported(tmp_path, capsys, data, "page.html")
    assert not page or page.rstrip().endswith("</html>")
    assert "<script>" not in page.partition("</head>")[2]


@SHARED
@given(damaged(RUN))
def test_a_trace_of_a_saved_run_or_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    trace = reported(tmp_path, capsys, data, "trace.json")
    assert not trace or json.loads(trace)["traceEvents"]


@SHARED
@given(damaged(PASS))
def test_passes_of_a_recording_or_one_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "passes.jsonl").write_bytes(data + b"\n")
    try:
        for line in recording.read(tmp_path / "passes.jsonl"):
            simulation.sampled(line)
    except ComparisonError as error:
        said = str(error)
        assert said.isprintable()


@pytest.fixture
def comparing(pytester: pytest.Pytester) -> pytest.Config:
    return pytester.parseconfig("--benchmark-compare", f"--benchmark-storage=file://{pytester.path / 'saved'}")


@SHARED
@given(damaged(RUN))
def test_a_baseline_that_can_be_compared_or_one_sentence(
    pytester: pytest.Pytester, comparing: pytest.Config, data: bytes
) -> None:
    """What is let through, pytest-benchmark's own comparison can take."""
    folder = pytester.path / "saved" / get_machine_id()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "0001_run.json").write_bytes(data)
    try:
        storage.require_readable(comparing)
    except pytest.UsageError as error:
        said = str(error)
        assert said.startswith(f"--benchmark-compare: {folder / '0001_run.json'} ")
    else:
        ((_, run),) = storage.of(comparing).load()
        for bench in run["benchmarks"]:
            for name in storage.STATISTICS:
                PercentageRegressionCheck(name, 5).fails(bench["stats"], bench["stats"])
