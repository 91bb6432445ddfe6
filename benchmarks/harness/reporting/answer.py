"""The answer first: is it worth it, in a word and a sentence.

Owns the rule that makes a word of a speedup's interval, and the sentence. Reads records, computes nothing else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from benchmarks.harness.records.benchmark import Benchmark
from benchmarks.harness.text import bounds, number_of, percent

Word = Literal["yes", "no", "can't tell"]


@dataclass(frozen=True)
class Answer:
    """What a reader wants to know before anything else.

    Attributes:
        title: of what.
        word: the answer.
        tone: `good`, `bad`, `unsure` or `better`, a colour of the page.
        sentence: the figures behind it.
    """

    title: str
    word: str
    tone: str
    sentence: str


TONES: dict[Word, str] = {"yes": "good", "no": "bad", "can't tell": "unsure"}


def worth(low: float | None, high: float | None) -> Word:
    """Yes where a speedup's whole interval lies above 1, no where below; without an interval nobody can tell."""
    if low is None or high is None:
        return "can't tell"
    if low > 1:
        return "yes"
    return "no" if high < 1 else "can't tell"


def answers(records: Iterable[Benchmark]) -> list[Answer]:
    """One for each workload that Ray ran beside the serial loop; where Ray did not run, for what did."""
    beside = [
        record
        for record in records
        if "speedup" in record["extra_info"] and record["extra_info"]["partner"]["variant"] == "serial"
    ]
    groups = dict.fromkeys(record["group"] for record in beside)
    return [_answer(group, [record for record in beside if record["group"] == group]) for group in groups]


def _answer(group: str, records: list[Benchmark]) -> Answer:
    first = min(records, key=lambda record: record["extra_info"]["variant"] != "ray")
    info = first["extra_info"]
    speedup, cpus = info["speedup"], info["cpus"]
    word = worth(speedup["low"], speedup["high"])
    figures = f"{speedup['median']:.2f}× {bounds(speedup['low'], speedup['high'])}"
    sentence = f"{NAMES.get(info['variant'], info['variant'])} is {figures} as fast as a serial loop"
    sentence += f", of at most {cpus}× with {number_of(cpus, 'CPU')}" if cpus > 1 else ", with one CPU"
    if "efficiency" in info:
        sentence += f" ({percent(info['efficiency']['measured'])} of them used)"
    others = [record["extra_info"] for record in records if record is not first]
    besides = ", ".join(f"{NAMES.get(o['variant'], o['variant'])} {o['speedup']['median']:.2f}×" for o in others)
    return Answer(group, word, TONES[word], f"{sentence}. Besides: {besides}." if besides else f"{sentence}.")


NAMES = {"ray": "Ray", "pool": "a process pool", "joblib": "joblib", "dask": "Dask"}
