"""How well does `--against` see on this machine? Records passes of this tree against itself, and simulates runs.

    python -m benchmarks.calibrate --passes 20 --budget 300 --report power.svg

Prints how often identical code would raise an alarm, and the smallest slowdown that nine runs in ten would see in each
test. Both are conditional on the recording: record when the machine is as it will be.
"""

import argparse
import math
import shlex
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from benchmarks.calibrate import recording, simulation
from benchmarks.harness.comparison.allocation import Allocation
from benchmarks.harness.comparison.lock import alone
from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.settings import BUDGET_S
from benchmarks.harness.sides.errors import ComparisonError
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.sides.side import Side, pair
from benchmarks.harness.text import percent
from benchmarks.harness.tree import ROOT

SLOWDOWNS = (0.0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.10, 0.13, 0.16, 0.20)
LEAST_PASSES = 8
TESTS_EXPECTED = 6
"""Share of the budget that a test gets in the first pass, before it is known how many there are."""


def main() -> int:
    """The command; its exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description=__doc__.partition("\n")[0])
    _declare(parser)
    asked = parser.parse_args()
    _check(parser, asked)
    with tempfile.TemporaryDirectory() as elsewhere:
        file = asked.recording or Path(elsewhere) / "passes.jsonl"
        try:
            with alone(ROOT):
                _record(file, asked.passes, asked.budget, asked.pytest)
        except ComparisonError as error:
            parser.exit(error.status, f"ERROR: {error}\n")
        except KeyboardInterrupt:
            kept = f"; {asked.recording} has the passes so far" if asked.recording else ""
            parser.exit(2, f"interrupted{kept}\n")
        lines = list(recording.read(file))
    passes = [simulation.sampled(line) for line in lines]
    tests = set.intersection(*(set(one.estimates) for one in passes))
    if not tests:
        reasons = {facts["reason"] for line in lines for facts in line["tests"].values() if facts["reason"]}
        parser.exit(
            3, f"ERROR: no test was timed in every pass: {'; '.join(sorted(reasons)) or 'nothing was selected'}\n"
        )
    passes = [
        one._replace(estimates={test: one.estimates[test] for test in one.estimates if test in tests}) for one in passes
    ]
    limits = Limits(asked.tolerance / 100, asked.must_see / 100)
    _tell(passes, limits, asked.budget, asked.runs, asked.report)
    _tell_of_changes(lines, sorted(tests), limits, asked.budget, max(asked.runs // 5, 1))
    return 0


def _declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passes", type=int, default=20, help="to record, 8 or more (default: %(default)s)")
    parser.add_argument(
        "--budget", type=float, default=BUDGET_S, help="of the runs to simulate, seconds (default: %(default)g)"
    )
    parser.add_argument("--tolerance", type=float, default=2, metavar="PERCENT", help="as of --against (default: 2)")
    parser.add_argument("--must-see", type=float, default=5, metavar="PERCENT", help="as of --against (default: 5)")
    parser.add_argument("--runs", type=int, default=1000, help="to simulate (default: %(default)s)")
    parser.add_argument("--recording", type=Path, help="keep the passes in this file; what is there already counts")
    parser.add_argument("--report", type=Path, help="draw the power curve into this .svg or .png")
    parser.add_argument("--pytest", default="benchmarks", help="arguments for pytest (default: %(default)s)")


def _check(parser: argparse.ArgumentParser, asked: argparse.Namespace) -> None:
    """End with a sentence, before anything runs, where a value makes no sense."""
    if asked.passes < LEAST_PASSES:
        parser.error(f"--passes {asked.passes}: fewer than {LEAST_PASSES} say too little about how much passes differ")
    if not 0 <= asked.tolerance < asked.must_see:
        parser.error(f"--must-see {asked.must_see:g}: must be more than the tolerance of {asked.tolerance:g} %")
    if not 0 < asked.budget < math.inf or asked.runs < 1:
        parser.error(f"--budget {asked.budget:g}, --runs {asked.runs}: must be numbers above 0")
    if asked.report and (asked.report.suffix not in (".svg", ".png") or not asked.report.absolute().parent.is_dir()):
        parser.error(f"--report {asked.report}: must end in .svg or .png, in a folder that exists")
    if asked.recording and (asked.recording.is_dir() or not asked.recording.absolute().parent.is_dir()):
        parser.error(f"--recording {asked.recording}: must be a file, in a folder that exists")


def _record(file: Path, wanted: int, budget: float, arguments: str) -> None:
    lines = list(recording.read(file)) if file.exists() else []
    there = len(lines)
    with Keeper() as keeper, tqdm(total=wanted, initial=there, unit="pass", disable=None) as bar:
        sides = _both(arguments)
        for number in range(there, wanted):
            line = recording.record(number, sides, keeper, _plan(lines, budget), bar.set_postfix_str)
            recording.append(file, line)
            lines = list(recording.read(file))
            bar.update()


def _plan(lines: Sequence[dict[str, Any]], budget: float) -> Callable[[str, float], int]:
    """How many pairs a comparison would run now."""
    passes = [{test: its["typical time"] for test, its in simulation.sampled(line).estimates.items()} for line in lines]
    tests = lines[-1]["tests"] if lines else {}
    known = {test: [one[test] for one in passes if test in one] for test in tests}
    setup_s = lines[-1]["seconds"] - sum(facts["rounds_s"] for facts in tests.values()) if lines else 0.0
    pair_s = {test: facts["rounds_s"] / len(facts["pairs"]) for test, facts in tests.items() if facts["pairs"]}
    shares = Allocation(known, setup_s, budget, len(known) or TESTS_EXPECTED, pair_s)
    return shares.pairs


def _both(arguments: str) -> list[Side]:
    base, head = pair(ROOT, ROOT, ("--workload-size=small", *shlex.split(arguments)), None, sys.executable, ROOT)
    return [base, head]


def _tell(passes: list[simulation.Sampled], limits: Limits, budget: float, runs: int, report: Path | None) -> None:
    many = list(simulation.runs(passes, budget, limits, runs))
    alarms = simulation.share([one.alarm for one in many])
    ends = sorted(one.seconds for one in many)
    print(
        f"{len(passes)} passes of identical code, {runs} simulated runs with a budget of {budget:.0f} s; "
        f"conditional on this recording:"
    )
    print(f"false alarms: {_interval(alarms)} of runs; half of them end within {ends[len(ends) // 2]:.0f} s")
    curves = simulation.power(passes, SLOWDOWNS, budget, limits, runs)
    width = max(map(len, curves))
    print(f"{'':{width}}  seen in 90 %    5 % is seen in           10 % is seen in")
    for test, shares in curves.items():
        least = simulation.seen(SLOWDOWNS, shares)
        at = dict(zip(SLOWDOWNS, shares, strict=True))
        smallest = "> 20 %" if least is None else f"{least:.1%}"
        print(f"{test:{width}}  {smallest:>12}    {_interval(at[0.05]):24} {_interval(at[0.10])}")
    if report:
        from benchmarks.calibrate import power_chart

        title = f"{len(passes)} recorded passes, budget {budget:.0f} s, bands: 95 % of {runs} simulated runs"
        power_chart.draw(curves, SLOWDOWNS, limits, title, report)
        print(f"Wrote {report}")


def _tell_of_changes(
    lines: Sequence[dict[str, Any]], tests: Sequence[str], limits: Limits, budget: float, runs: int
) -> None:
    """What becomes of a change in one test, by the kind of change: the mean over tests."""
    print(f"\na change in one test ({runs} runs a test): called regressed, not called ok or improved; others called so")
    for name, change in simulation.CHANGES.items():
        seen, withheld, others = [], [], []
        for test in tests:
            passes = [simulation.sampled(line) for line in simulation.changed(lines, test, change)]
            for one in simulation.runs(passes, budget, limits, runs):
                seen.append(one.verdicts[test].word == "regressed")
                withheld.append(one.verdicts[test].word not in ("ok", "improved"))
                others.append(any(one.verdicts[its].word == "regressed" for its in tests if its != test))
        figures = (_interval(simulation.share(found)) for found in (seen, withheld, others))
        print(f"{name:32} {'    '.join(figures)}")


def _interval(share: simulation.Share) -> str:
    if share.value > 0.01 or not share.hits:
        return f"{percent(share.value)} [{100 * share.low:.1f} {100 * share.high:.1f}]"
    return f"{share.value:.1%} [{100 * share.low:.1f} {100 * share.high:.1f}]"


if __name__ == "__main__":
    sys.exit(main())
