"""How Ray's speedup grows with its CPUs: the points of each curve, and the table that they make.

Owns which record is a point of which curve. Reads records and computes nothing that is not in them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.harness.records.benchmark import SCALINGS, Benchmark, Record, Scaling, scaled, timed
from benchmarks.harness.reporting import terms
from benchmarks.harness.text import Row, bounds, percent

HEADS: Row = ("Ray on fewer CPUs", "items", "speedup", "95 % CI", "of the ideal")


@dataclass(frozen=True)
class Curve:
    """A workload's records with all its items (strong) or as many for each CPU (weak), fewest CPUs first.

    The last one is on all CPUs, where both are the same.
    """

    group: str
    scaling: Scaling
    records: list[Benchmark]

    @property
    def real(self) -> list[Benchmark]:
        """Those on CPUs that exist: tasks that take turns on one say nothing of how a speedup grows."""
        return [record for record in self.records if not terms.mark(record["extra_info"])]


def curves(records: Iterable[Record]) -> list[Curve]:
    """Two for each workload that was timed on fewer CPUs."""
    records = list(records)
    fewer, found = scaled(records), []
    for group in dict.fromkeys(record["group"] for record in fewer):
        whole = [
            record
            for record in timed(records)
            if (record["group"], record["extra_info"]["variant"]) == (group, "ray")
            and record["extra_info"].get("partner", {}).get("variant") == "serial"
        ]
        for kind in SCALINGS:
            its = [record for record in fewer if record["group"] == group and record["extra_info"]["scaling"] == kind]
            points = [record for record in [*its, *whole] if "speedup" in record["extra_info"]]
            points.sort(key=lambda record: record["extra_info"]["cpus"])
            found.append(Curve(group, kind, points))
    return found


def rows(records: Iterable[Record]) -> list[Row]:
    """A row for each point, under `HEADS`."""
    found: list[Row] = []
    for curve in curves(records):
        for record in curve.records:
            info = record["extra_info"]
            speedup, cpus = info["speedup"], info["cpus"]
            share = "–" if terms.mark(info) else percent(speedup["median"] / cpus)
            found.append(
                (
                    f"{curve.group}, {curve.scaling}: {cpus}{terms.mark(info)}",
                    str(info["tasks"]),
                    f"{speedup['median']:.2f}×",
                    bounds(speedup["low"], speedup["high"]),
                    share,
                )
            )
    return found
