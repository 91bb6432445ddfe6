"""What was asked for, typed: rounds, sizes, Ray, reports, and what to compare with.

Owns the settings' meaning. They are read from pytest's options and checked by `plugin`; nothing here knows pytest.
"""

from dataclasses import dataclass
from pathlib import Path

from benchmarks.harness import machine
from benchmarks.harness.estimators.questions import Question

TASK_TIMEOUT_S = {"small": 120.0, "medium": 300.0, "full": 1_800.0}
"""For so long no task may end before a test is given up, by size. A task takes 30 ms, 0.4 s and 6 s on this suite's
workloads; its worker may have to start and import first, beside others that do the same."""

BUDGET_S = 300.0
"""Seconds that a comparison may take unless `--budget` says otherwise."""


@dataclass(frozen=True)
class Plan:
    """What the options ask of every test.

    Attributes:
        min_rounds: at least so many rounds, whatever their time.
        max_time: seconds for all rounds of a test, partners included.
        disable_gc: garbage collection is off in timed rounds.
    """

    min_rounds: int
    max_time: float
    disable_gc: bool

    def rounds(self, pair_s: float) -> int:
        """How many rounds to run where one, with its partner's, takes `pair_s` seconds.

        Even, so that both orders come equally often; a single one only if just one was asked for and no more fit.
        """
        wanted = max(self.min_rounds, int(self.max_time / pair_s))
        return wanted + wanted % 2 if wanted > 1 else 1


@dataclass(frozen=True)
class Against:
    """What is asked of a comparison.

    Attributes:
        ref: the revision that base is; None for this tree.
        python: base's interpreter; None for this one.
        head_tests: whether base runs head's tests instead of its own.
        tolerance, must_see: shares, as `limits.Limits`, of typical time.
        questions: what is asked of each test, in the order of `estimators.questions.QUESTIONS`.
        explain: whether what regressed is looked into.
        on_cluster: whether both sides join a cluster.
        budget: seconds for all of it.
    """

    ref: str | None
    python: str | None
    head_tests: bool
    tolerance: float
    must_see: float
    budget: float
    questions: tuple[Question, ...]
    explain: bool
    on_cluster: bool = False

    @property
    def patience(self) -> float:
        """Seconds that a side may take to get ready for a test: one that takes all the budget can't be compared."""
        return max(self.budget, 60.0)


@dataclass(frozen=True)
class Settings:
    """The options of one run, checked.

    Attributes:
        size: one of `workloads.SIZES`.
        variants: which of `runners.variant.VARIANTS` to time, in their order.
        ray_address: cluster to join; None starts Ray here.
        ray_num_cpus: CPUs for a Ray started here; None for all usable ones.
        scaling: on which fewer CPUs Ray's workloads are timed as well; each divides `ray_num_cpus`.
        ray_niceness: how much later than this process the workers of a Ray started here get a core, 0 to 19.
        task_timeout_s: for so long no task may end before a test is given up.
        image_source: `generated`, `urls` or a folder's absolute path.
        reports: files to write.
        task, items: the user's function and its items, as they were named; None for the workloads.
        tasks_per_cpu: for how many times the CPUs workloads make items.
        granularity: the break-even test was asked for, by its marker.
        plan: rounds for every test.
        against: what to compare with; None for a run alone.
    """

    size: str
    variants: list[str]
    ray_address: str | None
    ray_num_cpus: int | None
    scaling: tuple[int, ...]
    ray_niceness: int
    task_timeout_s: float
    image_source: str
    reports: list[Path]
    granularity: bool
    task: str | None
    items: str | None
    tasks_per_cpu: int
    plan: Plan
    against: Against | None

    @property
    def peers(self) -> list[str]:
        """Of the variants those that do in processes of this machine what Ray does."""
        return [variant for variant in self.variants if variant not in ("serial", "ray")]

    @property
    def local_cpus(self) -> int:
        """CPUs that a Ray started here gets."""
        return self.ray_num_cpus or machine.usable_cpus()
