"""Every kind of change at once, each in a copy of a workload: how often is each seen, and is anything else named?

    python -m benchmarks.experiments.together --runs 10 --file runs.jsonl

A run is one comparison at the default budget, of serial tests: a copy of the workload for each change, and three that
are left as they are. So each run is one independent look at every change.
"""

import argparse
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.calibrate.simulation import share
from benchmarks.experiments.changes import CHANGES
from benchmarks.experiments.evidence import Asked, Run, as_meant, compare, facts, inject, interval, keep, kept
from benchmarks.experiments.injected import WORKLOADS
from benchmarks.harness.settings import BUDGET_S
from benchmarks.harness.text import append_to_summary, markdown_table

COPIES = {f"changed_{index}": kind for index, kind in enumerate(CHANGES) if "serial" in CHANGES[kind].variants}
"""A workload's name for each change that a serial test can show."""

UNCHANGED = ("same_0", "same_1", "same_2")


def run(workload: str, budget: float) -> Run:
    """One comparison; what became of each copy."""

    def patch(trees: Mapping[str, Path]) -> None:
        for name in (*COPIES, *UNCHANGED):
            for tree in trees.values():
                shutil.copy(tree / "workloads" / f"{workload}.py", tree / "workloads" / f"{name}.py")
        for name, kind in COPIES.items():
            inject(CHANGES[kind], trees, name)

    found, _ = compare(patch, Asked([*COPIES, *UNCHANGED], "serial", budget))
    named = {outcome.test.removesuffix("-small-serial"): outcome for outcome in found.outcomes}
    tests = {COPIES.get(name, name): facts(outcome) for name, outcome in named.items()}
    return {
        "workload": workload,
        "seconds": found.seconds,
        "passes": found.passes,
        "visible": found.visible,
        "status": found.exit_status,
        "tests": tests,
    }


def table(runs: Sequence[Run]) -> str:
    """How often each change was called so, of so many independent runs."""
    rows = []
    for kind in COPIES.values():
        its = [one["tests"][kind] for one in runs]
        seen = share([as_meant(test, CHANGES[kind]) for test in its])
        questions = {test["question"]: None for test in its if test["word"] == "regressed"}
        rows.append((kind, f"{seen.hits} of {len(its)}", interval(seen), ", ".join(questions) or "a note"))
    heads = ("change", "seen in runs", "95 %", "in")
    others = [one["tests"][name]["word"] == "regressed" for one in runs for name in UNCHANGED]
    said = f"Tests that were left as they are, called slower: {sum(others)} of {len(others)}."
    return markdown_table(heads, rows, left=(0, 3)) + f"\n\n{said}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--budget", type=float, default=BUDGET_S)
    parser.add_argument("--workload", choices=WORKLOADS, default=WORKLOADS[0])
    parser.add_argument("--file", type=Path, help="keep a line for each run; what is there already counts")
    options = parser.parse_args()
    runs = [one for one in kept(options.file) if one["workload"] == options.workload]
    while len(runs) < options.runs:
        runs.append(run(options.workload, options.budget))
        keep(options.file, runs[-1])
        words = {name: f"{test['word']} {test['question']}" for name, test in runs[-1]["tests"].items()}
        print(f"run {len(runs)}: {runs[-1]['passes']} passes, {runs[-1]['seconds']:.0f} s, {words}", flush=True)
    print(text := table(runs))
    append_to_summary(text)


if __name__ == "__main__":
    main()
