"""The chart of a run: what its bars show."""

from pathlib import Path

from benchmarks.harness.reporting.bar_chart import bars, draw
from tests.made import record


def test_the_serial_bar_is_that_of_the_rounds_beside_ray(tmp_path: Path) -> None:
    """The serial test's own rounds, minutes away, have a median of 0.1 s, those beside Ray one of 0.18 s."""
    serial, ray = record(variant="serial"), record()
    del serial["extra_info"]["partner"]
    (group,) = bars([serial, ray]).values()
    assert [bar[:2] for bar in group] == [("serial", 0.18), ("ray", 0.1)]
    assert group[1][-1] == "1.80×\n[1.70 1.90]"
    (alone,) = bars([serial]).values()
    assert [bar[:2] for bar in alone] == [("serial", 0.1)]
    draw([serial, ray], tmp_path / "run.svg")
    assert (tmp_path / "run.svg").read_text().rstrip().endswith("</svg>")
