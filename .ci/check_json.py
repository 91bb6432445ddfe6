"""Is the JSON of a benchmark run complete? Owns what a record must contain before anything is concluded from it.

    python .ci/check_json.py FILE SIZE

Prints one sentence and exits with 0, or names the first thing that is missing and exits with 1.
"""

import json
import math
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the tree is not installed: pyproject.toml, packages = []

from workloads import names

VARIANTS = ("serial", "ray")
KEYS = {
    "workload", "variant", "size", "params", "tasks", "cpus", "verified", "cold_start_s", "put_s", "put_bytes",
    "invalid_pairs",
}  # fmt: skip
SPEEDUP_KEYS = {"median", "low", "high", "pairs"}
FACTORS = ("computation", "load_balance", "dispatch")
VERSIONS = {"numpy", "pillow", "ray", "torch", "torchvision"}
MIN_PAIRS = 20


def require(holds: bool, problem: str) -> None:
    """Exit with the problem; an `assert` would be gone under `python -O`."""
    if not holds:
        sys.exit(problem)


def check_record(test_id: str, extra: dict[str, Any], workload: str, size: str, variant: str) -> None:
    """Check what one record says about itself."""
    require(not (lost := KEYS - extra.keys()), f"{test_id}: extra_info lacks {', '.join(sorted(lost))}")
    named = (extra["workload"], extra["size"], extra["variant"])
    require(named == (workload, size, variant), f"{test_id}: extra_info says it is {'-'.join(map(str, named))}")
    # A test that failed after its timing is in the JSON too: only this mark distinguishes it from one that passed.
    require(extra["verified"] is True, f"{test_id}: verified is {extra['verified']!r}, not true")


def check_speedup(test_id: str, extra: dict[str, Any]) -> str:
    """Check a parallel record's speedup, and return it as it reads in a table."""
    speedup = extra.get("speedup") or {}
    require(not (lost := SPEEDUP_KEYS - speedup.keys()), f"{test_id}: speedup lacks {', '.join(sorted(lost))}")
    low, median, high = figures = [speedup[key] for key in ("low", "median", "high")]
    ordered = all(isinstance(figure, float) for figure in figures) and 0 < low <= median <= high < math.inf
    require(ordered, f"{test_id}: speedup {median} is not inside its interval [{low} {high}]")
    pairs, invalid = speedup["pairs"], extra["invalid_pairs"]
    # Beside an invalid pair, a valid one may be left without a neighbour of the other order.
    require(
        pairs + 2 * invalid >= MIN_PAIRS, f"{test_id}: {pairs} pairs and {invalid} invalid are fewer than {MIN_PAIRS}"
    )
    return f"{median:.2f}× [{low:.2f} {high:.2f}]"


def check_efficiency(test_id: str, extra: dict[str, Any]) -> None:
    """Check that a parallel record's account closes."""
    account = extra.get("efficiency") or {}
    require(
        not (lost := {"measured", *FACTORS} - account.keys()), f"{test_id}: efficiency lacks {', '.join(sorted(lost))}"
    )
    product = math.prod(account[factor] for factor in FACTORS)
    closes = math.isclose(product, account["measured"], rel_tol=0.01)
    require(closes, f"{test_id}: the factors multiply to {product:.3f}, measured is {account['measured']:.3f}")


def main(path: str, size: str) -> None:
    """Check every workload's records of one size."""
    run = json.loads(Path(path).read_text(encoding="utf-8"))
    versions = run["machine_info"].get("versions", {})
    require(not (lost := VERSIONS - versions.keys()), f"machine_info.versions lacks {', '.join(sorted(lost))}")
    records = {record["name"]: record["extra_info"] for record in run["benchmarks"]}
    said = []
    for workload in names():
        for variant in VARIANTS:
            test_id = f"test_workload[{workload}-{size}-{variant}]"
            require(test_id in records, f"{path} has no {test_id}; it has: {', '.join(records) or 'nothing'}")
            check_record(test_id, records[test_id], workload, size, variant)
        said.append(f"{workload} {check_speedup(test_id, records[test_id])}")
        check_efficiency(test_id, records[test_id])
    print(f"Every workload is timed and verified at size {size}, serial and on Ray; speedups: {', '.join(said)}.")


if __name__ == "__main__":
    require(len(sys.argv) == 3, f"usage: {Path(__file__).name} FILE SIZE")
    main(*sys.argv[1:])
