"""Rules of other tools, on the same rounds as ours.

Owns the rules, from their tools' descriptions, and the table that holds them against runs of `evidence`. Each rule gets
one test's passes of a run and takes of them what its tool would have measured.

    python -m benchmarks.experiments.rules runs.jsonl
"""

import argparse
import json
import math
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from benchmarks.calibrate.recording import pairs_of
from benchmarks.calibrate.simulation import share
from benchmarks.experiments.changes import CHANGES
from benchmarks.harness.estimators.pairs import Pair
from benchmarks.harness.text import markdown_table

NOTHING = "nothing"

Passes = Sequence[Sequence[Pair]]
Rule = Callable[[Passes, int], bool]
"""Whether a test is called slower, from its passes and the number of tests in the run."""


def mean_10(passes: Passes, _: int) -> bool:
    """pytest-benchmark's `--benchmark-compare-fail=mean:10%`: base in one run, head in the next."""
    return statistics.fmean(_heads(passes[1])) > 1.1 * statistics.fmean(_bases(passes[0]))


def min_10(passes: Passes, _: int) -> bool:
    """pytest-benchmark's `--benchmark-compare-fail=min:10%`: base in one run, head in the next."""
    return min(_heads(passes[1])) > 1.1 * min(_bases(passes[0]))


def observ(passes: Passes, _: int) -> bool:
    """observ's `compare_runs`: the fastest new round against the slowest old one, and a quarter more than that."""
    return min(_heads(passes[1])) > 1.25 * max(_bases(passes[0]))


def asv(passes: Passes, _: int) -> bool:
    """`asv continuous` with its defaults: two interleaved processes a side, Mann-Whitney at 0.002, ratio above 1.1."""
    base, head = ([value for one in passes[:2] for value in of(one)] for of in (_bases, _heads))
    if statistics.median(head) <= 1.1 * statistics.median(base):
        return False
    return float(stats.mannwhitneyu(head, base, alternative="two-sided").pvalue) < 0.002


def clickhouse(passes: Passes, _: int) -> bool:
    """ClickHouse's performance comparison: one process a side; medians that differ by more than 5 %, and by more than
    the 99th percentile of 10 000 random relabellings.
    """
    base, head = np.array(_bases(passes[0])), np.array(_heads(passes[0]))
    found = float(np.median(head) - np.median(base))
    if found <= 0.05 * np.median(base):
        return False
    mixed = np.random.default_rng(0).permuted(np.tile(np.concatenate([base, head]), (10_000, 1)), axis=1)
    by_chance = np.abs(np.median(mixed[:, ::2], axis=1) - np.median(mixed[:, 1::2], axis=1))
    return found > float(np.quantile(by_chance, 0.99))


def tango(passes: Passes, _: int) -> bool:
    """tango's: the mean difference of paired rounds of one process a side, z above 2.6 and at least 1 %."""
    differences = [pair.candidate_s - pair.reference_s for pair in passes[0]]
    mean, error = statistics.fmean(differences), statistics.stdev(differences) / math.sqrt(len(differences))
    return mean > 2.6 * error and mean > 0.01 * statistics.fmean(_bases(passes[0]))


def benchmatrix(passes: Passes, tests: int) -> bool:
    """benchmatrix 1.2's: paired runs, the ratio of their medians, a BCa interval over runs at 95 % after Bonferroni."""
    logs = [math.log(statistics.median(_heads(one)) / statistics.median(_bases(one))) for one in passes]
    if len(logs) < 2 or min(logs) == max(logs):
        return False
    found = stats.bootstrap(
        (logs,), np.median, confidence_level=1 - 0.05 / tests, method="BCa", n_resamples=2000, random_state=0
    )
    low = float(found.confidence_interval.low)
    # Of few runs the adjustment degenerates; then it falls back on percentiles, of which the lowest is the least run.
    return (min(logs) if math.isnan(low) else low) > 0


RULES: dict[str, Rule] = {
    "mean:10%": mean_10,
    "min:10%": min_10,
    "observ": observ,
    "asv": asv,
    "ClickHouse": clickhouse,
    "tango": tango,
    "benchmatrix": benchmatrix,
}


def table(runs: Sequence[dict[str, Any]]) -> str:
    """The rules beside ours, as Markdown: runs with an alarm on identical code, tests called slower for each change."""
    kinds = [kind for kind in (NOTHING, *CHANGES) if any(one["kind"] == kind for one in runs)]
    rows = [("--against", *(_cell(kind, [_ours(one) for one in runs if one["kind"] == kind]) for kind in kinds))]
    for name, rule in RULES.items():
        rows.append(
            (name, *(_cell(kind, [_theirs(one, rule) for one in runs if one["kind"] == kind]) for kind in kinds))
        )
    return markdown_table(("rule", *kinds), rows, left=(0,))


def changed(one: dict[str, Any]) -> list[str]:
    """Tests of a run that its change makes slower."""
    variants = CHANGES[one["kind"]].variants
    return [test for test in one["tests"] if test.startswith(one["workload"]) and test.rpartition("-")[2] in variants]


def whole(pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs of whole rounds from those of their pieces, as other tools would time them; incomplete ones left out."""
    pieces = max(pair.piece for pair in pairs) + 1
    if pieces == 1:
        return list(pairs)
    found, since = [], 0
    for end, pair in enumerate(pairs, 1):
        if pair.piece == 0:
            since = end - 1
        its = pairs[since:end]
        if [one.piece for one in its] == list(range(pieces)):
            found.append(Pair(sum(one[0] for one in its), sum(one[1] for one in its), its[0].reference_first))
    return found


def _ours(one: dict[str, Any]) -> list[bool]:
    asked = list(one["tests"]) if one["kind"] == NOTHING else changed(one)
    return [one["tests"][test]["word"] == "regressed" for test in asked]


def _theirs(one: dict[str, Any], rule: Rule) -> list[bool]:
    asked = list(one["tests"]) if one["kind"] == NOTHING else changed(one)
    found = []
    for test in asked:
        passes = [
            whole(pairs_of(its["tests"][test]["pairs"]))
            for its in one["recording"]
            if its["tests"].get(test, {}).get("pairs")
        ]
        found.append(len(passes) > 1 and rule(passes, len(one["tests"])))
    return found


def _cell(kind: str, found: Sequence[Sequence[bool]]) -> str:
    hits = [any(its) for its in found] if kind == NOTHING else [hit for its in found for hit in its]
    its = share(hits)
    return f"{its.hits}/{its.runs} [{100 * its.low:.0f} {100 * its.high:.0f} %]"


def _bases(pairs: Sequence[Pair]) -> list[float]:
    return [pair.reference_s for pair in pairs]


def _heads(pairs: Sequence[Pair]) -> list[float]:
    return [pair.candidate_s for pair in pairs]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path, help="runs of `benchmarks.experiments.evidence --file`")
    asked = parser.parse_args()
    print(table([json.loads(line) for line in asked.file.read_text(encoding="utf-8").splitlines()]))


if __name__ == "__main__":
    main()
