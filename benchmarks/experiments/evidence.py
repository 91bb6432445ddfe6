"""Whole comparisons of a tree with itself, and with itself changed in every known way: what each is called.

    python -m benchmarks.experiments.evidence --identical 20 --changed 2 --budget 120 --workloads fibonacci

Each run is a comparison as `--against` makes it, of two copies of the last commit's tree: independent of all others. In
a changed one, one workload is changed in one way; its tests should be called so, and no other. The table can go into a
job's summary as it is; each run is also a line of JSON in `--file`, if one is given, and counts when it is there.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.calibrate import recording
from benchmarks.calibrate.simulation import Share, share
from benchmarks.experiments import rules
from benchmarks.experiments.changes import CHANGES, Injected
from benchmarks.experiments.injected import WORKLOADS, copy_of_head
from benchmarks.harness.comparison.conductor import Conductor
from benchmarks.harness.estimators.questions import QUESTIONS
from benchmarks.harness.plugin.comparison_options import MUST_SEE, TOLERANCE
from benchmarks.harness.records.comparison import Comparison, Outcome
from benchmarks.harness.reporting.progress import Progress
from benchmarks.harness.settings import BUDGET_S, Against
from benchmarks.harness.sides import side
from benchmarks.harness.sides.keeper import Keeper
from benchmarks.harness.text import append_to_summary, markdown_table, tenths

NOTHING = rules.NOTHING
Run = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """What every run compares: these workloads in these variants, in so many seconds."""

    workloads: Sequence[str]
    variants: str
    budget: float


def compare(patch: Callable[[dict[str, Path]], None], asked: Asked) -> tuple[Comparison, list[Run]]:
    """One comparison of two copies of the last commit's tree, patched; and its passes."""
    versions = side.versions_of(sys.executable)
    against = Against(None, None, False, TOLERANCE, MUST_SEE, asked.budget, tuple(QUESTIONS), explain=False)
    with Keeper() as keeper, Progress(asked.budget) as progress:
        trees = {name: copy_of_head(keeper.folder / f"{name}-tree") for name in ("base", "head")}
        patch(trees)
        selected = ("-k", " or ".join(asked.workloads), "--variants", asked.variants)
        arguments = ("--workload-size", "small", *selected, "benchmarks")
        both = [
            side.Side(name, name, name, tree, tree, sys.executable, arguments, versions) for name, tree in trees.items()
        ]
        conductor = Conductor(both, against, keeper, progress)
        conductor.run()
        return conductor.comparison(), [recording.facts(one) for one in conductor.passes]


def run(kind: str, workload: str, asked: Asked) -> Run:
    """One run as a line of JSON: what decided each test, all intervals, and the rounds of all passes."""
    change = CHANGES.get(kind)
    found, passes = compare(lambda trees: inject(change, trees, workload) if change is not None else None, asked)
    return {
        "kind": kind,
        "workload": workload,
        "variants": asked.variants,
        "at": time.time(),
        "seconds": found.seconds,
        "passes": found.passes,
        "visible": found.visible,
        "status": found.exit_status,
        "tests": {outcome.test: facts(outcome) for outcome in found.outcomes},
        "recording": passes,
    }


def inject(change: Injected, trees: Mapping[str, Path], workload: str) -> None:
    """Change a workload of both trees, as far as it is to be changed there."""
    change.head(trees["head"], workload)
    if change.base is not None:
        change.base(trees["base"], workload)


def facts(outcome: Outcome) -> Run:
    """A test's word, what decided it, and all intervals."""
    return {
        "word": outcome.word,
        "question": outcome.answer.question if outcome.answer else "",
        "reason": outcome.reason,
        "wider": outcome.wider,
        "answers": {
            question: [its.slowdown, its.low, its.high]
            for question, its in {"typical time": outcome.verdict, **outcome.others}.items()
            if its is not None
        },
    }


def table(runs: Sequence[Run]) -> str:
    """What the runs say, as Markdown."""
    same = [one for one in runs if one["kind"] == NOTHING]
    parts = ["## Evidence\n"]
    if same:
        alarms = share([one["status"] == 1 for one in same])
        ok = [its["word"] in ("ok", "improved") for one in same for its in one["tests"].values()]
        bounded = [
            low <= 0 <= high
            for one in same
            for its in one["tests"].values()
            for _, low, high in its["answers"].values()
            if low is not None and high is not None
        ]
        visible = sorted(one["visible"] for one in same if one["visible"] is not None)
        middle = tenths(visible[len(visible) // 2]) if visible else "–"
        parts.append(
            f"{len(same)} runs of identical code: {alarms.hits} with an alarm [{interval(alarms)}]; "
            f"{sum(ok)} of {len(ok)} verdicts ok; {len(bounded) - sum(bounded)} of {len(bounded)} intervals miss zero; "
            f"smallest visible slowdown, median {middle}.\n"
        )
    rows = []
    for kind, change in CHANGES.items():
        if its := [one for one in runs if one["kind"] == kind]:
            hit = [as_meant(one["tests"][test], change) for one in its for test in rules.changed(one)]
            others = [
                one["tests"][test]["word"] == "regressed"
                for one in its
                for test in set(one["tests"]) - set(rules.changed(one))
            ]
            words = ", ".join(
                f"{one['tests'][test]['word']} ({one['tests'][test]['question']})"
                for one in its[:1]
                for test in rules.changed(one)
            )
            rows.append((kind, str(len(its)), f"{sum(hit)}/{len(hit)}", f"{sum(others)}/{len(others)}", words))
    if rows:
        heads = (
            "change in one workload",
            "runs",
            "its tests called so",
            "others called slower",
            "the first run's words",
        )
        parts.append(markdown_table(heads, rows, left=(0, 4)))
    parts.append("\nOther tools' rules on the same rounds (runs with an alarm; tests called slower):\n")
    parts.append(rules.table(runs))
    return "\n".join(parts)


def kept(file: Path | None) -> list[Run]:
    """The runs that a file has, a line each; none where there is no file."""
    return [json.loads(line) for line in file.read_text().splitlines()] if file and file.exists() else []


def keep(file: Path | None, one: Run) -> None:
    """Add a run to it, if there is to be one."""
    if file:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(one) + "\n")


def as_meant(test: Run, change: Injected) -> bool:
    """Whether a change was seen; of one that only scatters, that it scatters: its mean is as before."""
    return test["wider"] is not None if change.question is None else test["word"] == "regressed"


def interval(found: Share) -> str:
    """A share's, in percent."""
    return f"{100 * found.low:.1f} {100 * found.high:.1f} %"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--identical", type=int, default=20, help="runs of identical code")
    parser.add_argument("--changed", type=int, default=1, help="runs of each change")
    parser.add_argument("--budget", type=float, default=BUDGET_S)
    parser.add_argument("--workloads", nargs="+", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--variants", default="serial,ray", metavar="LIST", help="of the workloads (%(default)s)")
    parser.add_argument("--kinds", nargs="+", choices=list(CHANGES), default=list(CHANGES))
    parser.add_argument("--file", type=Path, help="keep a line for each run; what is there already counts")
    options = parser.parse_args()
    asked = Asked(options.workloads, options.variants, options.budget)
    runs = kept(options.file)
    wanted = [NOTHING] * options.identical + [kind for kind in options.kinds for _ in range(options.changed)]
    for one in runs:
        if one["variants"] == asked.variants and one["kind"] in wanted:
            wanted.remove(one["kind"])
    for index, kind in enumerate(wanted):
        workload = asked.workloads[index % len(asked.workloads)]
        runs.append(run(kind, workload, asked))
        keep(options.file, runs[-1])
        words = {test: f"{its['word']} {its['question']}" for test, its in runs[-1]["tests"].items()}
        print(f"{kind} in {workload}: status {runs[-1]['status']}, {words}", flush=True)
    print(text := table(runs))
    append_to_summary(text)


if __name__ == "__main__":
    main()
