"""What a test's rounds leave for a reader of the JSON: the record that reports are made from.

Owns putting it together from the rounds. Its fields are `records.benchmark`'s, their words `reporting`'s.
"""

import statistics
from collections import Counter
from collections.abc import Sequence

import numpy as np

from benchmarks.harness import machine
from benchmarks.harness.estimators.speedup import speedup
from benchmarks.harness.measuring import timeline
from benchmarks.harness.measuring.account import account, efficiency, intervals, slowness, traits
from benchmarks.harness.measuring.pairing import Pairing
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.records.benchmark import Info, Partner, Rounds, Timeline
from benchmarks.harness.runners.rounds import ColdStart, Round
from benchmarks.harness.runners.stamps import node
from benchmarks.harness.runners.variant import Variant


def record_of(subject: Subject, pairing: Pairing, cold: ColdStart | None) -> Info:
    """What a reader of the JSON needs beside pytest-benchmark's own figures."""
    variant, rounds, terms = subject.variant, pairing.rounds, subject.variant.terms
    assert terms is not None, "it is warm"
    workers = [execution.worker for execution in rounds[-1].executions]
    info: Info = {
        "workload": subject.name,
        "variant": variant.name,
        "size": subject.size,
        "params": dict(subject.workload.sizes[subject.size]),
        "tasks": len(subject.items),
        "cpus": variant.slots,
        "usable_cpus": variant.cpus,
        "physical_cpus": machine.physical_cpus() if {worker[0] for worker in workers} <= {"", node()} else None,
        "niceness": {"driver": machine.niceness(), "workers": list(terms.niceness)},
        "gpus": {"driver": machine.gpus(), "workers": [terms.gpus]},
        "thread_share": terms.thread_share,
        "verified": True,
        "statement": pairing.statement,
        "cold_start_s": None if cold is None else cold.seconds,
        "first_task_s": None if cold is None else cold.first_task_s,
        "put_s": variant.put_s,
        "put_bytes": variant.put_bytes,
        "submit_s": statistics.median(round_.submit_s for round_ in rounds),
        "invalid_pairs": pairing.invalid.total(),
        "rounds": _rounds(pairing),
        "wait_s": statistics.median(round_.seconds - round_.submit_s for round_ in rounds),
        "tasks_per_node": Counter(node for node, _ in workers),
        "tasks_per_worker": Counter(f"{node}:{pid}" for node, pid in workers),
    }
    if variant.object_store is not None:
        info["object_store"] = {
            "bytes": variant.object_store.size,
            "shared_memory": variant.object_store.shared_memory,
        }
    if variant.nodes:
        info["nodes"] = variant.nodes
    if variant.name != "serial":
        info["item_bytes"], info["item_s"] = variant.weigh_items(subject.items)
        info["result_bytes"], info["result_s"] = variant.weigh(rounds[-1].results)
    if subject.partner is not None and pairing.pairs:
        info["partner"] = _partner(subject.partner.name, [pair.reference_s for pair in pairing.pairs])
        info["speedup"] = speedup(pairing.pairs)
        if subject.partner.name == "serial":
            info = _with_account(info, pairing, variant)
    return info


def _rounds(pairing: Pairing) -> Rounds:
    """Every round's seconds, to the microsecond."""
    return {
        "variant": [round(each.seconds, 6) for each in pairing.rounds],
        "partner": [round(each.seconds, 6) for each in pairing.partner_rounds],
        "invalid": [round(seconds, 6) for seconds in pairing.invalid_s],
    }


def _partner(name: str, seconds: list[float]) -> Partner:
    q1, median, q3 = np.percentile(seconds, [25, 50, 75])
    return {"variant": name, "q1": float(q1), "median": float(median), "q3": float(q3)}


def _with_account(info: Info, pairing: Pairing, variant: Variant) -> Info:
    """The record with where the loss against serial went, and one pair of rounds to look at."""
    pairs, partners = pairing.pairs, pairing.partner_rounds
    rounds = pairing.rounds[: len(pairs)]  # pytest-benchmark's profiled round comes after them, without a partner
    accounts = [
        account(pair.reference_s, pair.candidate_s, variant.slots, round_.executions, variant.cpus)
        for pair, round_ in zip(pairs, rounds, strict=True)
    ]
    beside = traits(
        [(round_.seconds, round_.executions) for round_ in rounds],
        [round_.executions for round_ in partners],
    )
    shown = timeline.typical(pairs)
    if known := intervals(pairs, accounts):
        info["efficiency_intervals"] = known
    if len(by_node := slowness([its.executions for its in rounds], [its.executions for its in partners])) > 1:
        info["node_slowness"] = by_node
    return {
        **info,
        **beside,
        "efficiency": efficiency(pairs, accounts),
        "tail_s": _tail_s(rounds),
        "timeline": Timeline(partner=timeline.lanes(partners[shown]), variant=timeline.lanes(rounds[shown])),
    }


def _tail_s(rounds: Sequence[Round]) -> float | None:
    """Seconds from the end of a round's last task to its last result, the median; None if other nodes' clocks count."""
    if {execution.worker[0] for round_ in rounds for execution in round_.executions} - {"", node()}:
        return None
    return statistics.median(
        round_.start + round_.seconds - max(execution.end for execution in round_.executions) for round_ in rounds
    )
