"""What one pass brings: for each test its pairs, its cost, and what kept it from being timed.

Owns the record. Filled by `pass_run`, read by the conductor and by recordings.
"""

from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.harness.estimators.pairs import Pair


@dataclass
class TestPass:
    """One test in one pass.

    Attributes:
        pairs: the valid ones.
        invalid: how many were left out.
        setup_s, rounds_s: seconds that both sides took to get ready, and for all rounds.
        tolerance: what head's workload asks for, if it does.
        reason: why it was not timed, or not to the end; empty where it was.
        failed: sides on which it failed, with what it said.
    """

    pairs: list[Pair] = field(default_factory=list)
    invalid: int = 0
    setup_s: float = 0.0
    rounds_s: float = 0.0
    tolerance: float | None = None
    reason: str = ""
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """What it cost."""
        return self.setup_s + self.rounds_s


@dataclass
class PassRecord:
    """What one pass brought.

    Attributes:
        found: for each side the ids of the tests that it has.
        python: for each side its version.
        tests: by id, in the order in which they ran.
        seconds: the whole pass.
        idle_share: the part of a core that the waiting side's processes used while the other one got ready; None where
            that was too short to measure.
        files: the JSON that each side's session saved.
    """

    found: dict[str, list[str]] = field(default_factory=dict)
    python: dict[str, str] = field(default_factory=dict)
    tests: dict[str, TestPass] = field(default_factory=dict)
    seconds: float = 0.0
    idle_share: float | None = None
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def before_rounds_s(self) -> float:
        """What it cost beside its rounds: starting, getting ready, ending."""
        return self.seconds - sum(test.rounds_s for test in self.tests.values())

    @property
    def shared_s(self) -> float:
        """What it cost beside its tests: starting and ending both sessions."""
        return self.seconds - sum(test.seconds for test in self.tests.values())
