import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.calibrate import power_chart
from benchmarks.calibrate.simulation import Share
from benchmarks.harness.estimators.limits import Limits

SLOWDOWNS = (0.0, 0.05, 0.1)
CURVE = [Share(0, 40, 0.0, 0.09), Share(20, 40, 0.34, 0.66), Share(40, 40, 0.91, 1.0)]
TESTS = [f"{workload}-small-{variant}" for workload in ("blur", "fibonacci") for variant in ("serial", "ray")]


def drawn(path: Path, tests: list[str], title: str = "40 runs") -> None:
    power_chart.draw(dict.fromkeys(tests, CURVE), SLOWDOWNS, Limits(0.02, 0.05), title, path)


def picture(tmp_path: Path, tests: list[str], title: str = "40 runs") -> str:
    drawn(tmp_path / "p.svg", tests, title)
    ElementTree.parse(tmp_path / "p.svg")
    return (tmp_path / "p.svg").read_text(encoding="utf-8")


def test_names_limits_and_axes_are_written_out(tmp_path: Path) -> None:
    shown = re.findall(r"<!-- (.*?) -->", picture(tmp_path, TESTS, "20 recorded passes, budget 600 s"), re.DOTALL)
    assert {*TESTS, "tolerance", "must-see", "20 recorded passes, budget 600 s"} <= set(shown)
    assert {"true slowdown, %", "runs that call it regressed"} <= set(shown)


def test_variants_of_a_workload_share_its_colour(tmp_path: Path) -> None:
    text = picture(tmp_path, TESTS)
    lines = re.findall(r"fill: none;[^\"]*stroke: (#[0-9a-f]{6})[^\"]*stroke-width: 1.6", text)
    colours = set(lines) & set(power_chart.COLOURS)
    assert len(colours) == 2


@pytest.mark.parametrize("tests", [TESTS[:1], [f"w{number}-small-pool" for number in range(20)], ["own"]], ids=len)
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_any_tests_draw(tmp_path: Path, tests: list[str], ending: str) -> None:
    drawn(path := tmp_path / f"p.{ending}", tests)
    assert path.stat().st_size > 1000
    assert path.read_bytes().startswith(b"\x89PNG" if ending == "png" else b"<?xml")
