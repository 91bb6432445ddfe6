"""What one pass brings: for each test its pairs, its cost, and what kept it from being timed.

Owns the record. Filled by `pass_run` and `timing`, read by the conductor and by recordings.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from benchmarks.harness.estimators.pairs import Pair

Fault = Literal["", "both", "base", "head", "test"]
"""Whose it is that a test was not timed: both sides', one side's alone, or that of the test itself, which differs."""


@dataclass(frozen=True)
class FoundTest:
    """A test that a side has collected.

    Attributes:
        id: its node id.
        why: why it can't be timed; empty where it can.
        sources: files, from the tree's root, in which a change of the test itself would be.
        serial: whether it is known to keep one core busy, and to need no Ray.
    """

    id: str
    why: str = ""
    sources: tuple[str, ...] = ()
    serial: bool = False


@dataclass
class TestPass:
    """One test in one pass.

    Attributes:
        pairs: the valid ones.
        invalid: pairs left out by the sides whose rounds were invalid: `base`, `head` or `both`, each pair once.
        setup_s, rounds_s: seconds that both sides took to get ready, and for all rounds.
        calls: how many calls a round had; None where a round is what it is.
        pieces: in how many its rounds were cut; a pair is two of the same piece.
        tolerance, must_see: what head's test asks for, if it does.
        cold_s: for each side the seconds to its first result; a side that could not measure it is left out.
        memory: for each side the peak resident bytes of driver and workers in its rounds; as above.
        store: for each side the bytes that were put into an object store.
        parts: for each side, of each of its rounds on workers: seconds, those in tasks, those of the busiest worker.
        idle: for each side the cores that its processes kept busy while the other one had the turn.
        on_cluster: its rounds ran on workers of a joined cluster, whose memory is not looked at.
        reason: why it was not timed, or not to the end; empty where it was.
        fault: whose that is.
        ran: False where this pass passed it over.
    """

    pairs: list[Pair] = field(default_factory=list)
    invalid: dict[str, int] = field(default_factory=dict)
    setup_s: float = 0.0
    rounds_s: float = 0.0
    calls: int | None = None
    pieces: int = 1
    tolerance: float | None = None
    must_see: float | None = None
    cold_s: dict[str, float] = field(default_factory=dict)
    memory: dict[str, int] = field(default_factory=dict)
    store: dict[str, int] = field(default_factory=dict)
    parts: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)
    idle: dict[str, float] = field(default_factory=dict)
    on_cluster: bool = False
    reason: str = ""
    fault: Fault = ""
    ran: bool = True

    @property
    def seconds(self) -> float:
        """What it cost."""
        return self.setup_s + self.rounds_s

    @property
    def pair_s(self) -> float:
        """What a pair cost; all of its rounds' time, where not one was run whole."""
        return self.rounds_s / max(len(self.pairs) + sum(self.invalid.values()), 1)


@dataclass
class PassRecord:
    """What one pass brought.

    Attributes:
        found: for each side the tests that it has, by id.
        python: for each side its version.
        rests: for each side whether its workers can rest on a joined cluster while the other one has the turn.
        tests: by id, in the order in which they ran.
        seconds: the whole pass.
        elsewhere: files outside of both trees that both sides have loaded, no installed package's.
        left: for each side what still ran of it when its session had ended, by name.
        files: the JSON that each side's session saved.
    """

    found: dict[str, dict[str, FoundTest]] = field(default_factory=dict)
    python: dict[str, str] = field(default_factory=dict)
    rests: dict[str, bool] = field(default_factory=dict)
    tests: dict[str, TestPass] = field(default_factory=dict)
    seconds: float = 0.0
    elsewhere: list[str] = field(default_factory=list)
    left: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)

    def serial(self, test: str) -> bool:
        """Whether a test is serial on both sides."""
        return all(its[test].serial for its in self.found.values())

    @property
    def before_rounds_s(self) -> float:
        """What it cost beside its rounds: starting, getting ready, ending."""
        return self.seconds - sum(test.rounds_s for test in self.tests.values())

    @property
    def shared_s(self) -> float:
        """What it cost beside its tests: starting and ending both sessions."""
        return self.seconds - sum(test.seconds for test in self.tests.values())
