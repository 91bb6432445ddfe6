"""The suite's command-line options: what they are, what they may be, what they mean.

Owns reading and refusing. A wrong value is a `pytest.UsageError`: one sentence, before anything runs.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.harness import lockstep, machine
from benchmarks.harness.variants import VARIANTS
from workloads import SIZES

REPORT_FORMATS = (".md", ".svg", ".png")


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
    """What the options ask of a comparison.

    Attributes:
        ref: the revision that base is; None for this tree.
        python: base's interpreter; None for this one.
        tolerance, must_see: shares, as `verdict.Limits`.
        budget: seconds for all of it.
    """

    ref: str | None
    python: str | None
    tolerance: float
    must_see: float
    budget: float

    @property
    def patience(self) -> float:
        """Seconds that a side may take to get ready for a test: one that takes all the budget can't be compared."""
        return max(self.budget, 60.0)


SAVED = "each side is saved in the storage anyway, as base-REVISION and head-REVISION"


@dataclass(frozen=True)
class Settings:
    """The options of one run, checked.

    Attributes:
        size: one of `workloads.SIZES`.
        variants: which of `VARIANTS` to time, in their order.
        ray_address: cluster to join; None starts Ray here.
        ray_num_cpus: CPUs for a Ray started here; None for all usable ones.
        image_source: `generated`, `urls` or a folder's absolute path.
        reports: files to write.
        granularity: the break-even test was asked for, by its marker.
        plan: rounds for every test.
        against: what to compare with; None for a run alone.
    """

    size: str
    variants: list[str]
    ray_address: str | None
    ray_num_cpus: int | None
    image_source: str
    reports: list[Path]
    granularity: bool
    plan: Plan
    against: Against | None

    @property
    def local_cpus(self) -> int:
        """CPUs that a Ray started here gets."""
        return self.ray_num_cpus or machine.usable_cpus()


KEY = pytest.StashKey[Settings]()

BUDGET_S = 600.0
TOLERANCE, MUST_SEE = 0.02, 0.05

REFUSED = {
    "benchmark_disable": "nothing would be timed",
    "benchmark_skip": "nothing would be timed",
    "benchmark_json": SAVED,
    "benchmark_save": SAVED,
    "benchmark_autosave": SAVED,
    "benchmark_compare": "a comparison has its base already",
    "benchmark_compare_fail": "its verdicts, not thresholds, decide",
    "benchmark_cprofile": "profiling slows one side's rounds down",
    "benchmark_histogram": "--report draws what a comparison found",
    "ray_address": "each side needs a Ray of its own",
    "usepdb": "two sessions run without a terminal",
    "xmlpath": "both sides would write the same file",
}
"""Options that make no sense with --against, and why, by their name in pytest."""


def add(parser: pytest.Parser) -> None:
    """Declare the options in a group of their own."""
    group = parser.getgroup("ray task benchmarks")
    option = group.addoption
    option("--workload-size", choices=SIZES, help="What the workloads run at. Default: medium, with --against small")
    option(
        "--variants",
        default="serial,ray",
        metavar="LIST",
        help=f"Which of {', '.join(VARIANTS)} to time, separated by commas. Default: %(default)s",
    )
    option("--ray-address", metavar="ADDRESS", help="Cluster to join ('auto' or HOST:PORT) instead of starting Ray.")
    option("--ray-num-cpus", metavar="N", help="CPUs for the Ray started here. Default: all that can be used.")
    option(
        "--image-source",
        default="generated",
        metavar="{generated,urls,DIR}",
        help="Photographs: generated here, downloaded, or of a folder. Default: %(default)s",
    )
    option(
        "--report",
        action="append",
        default=[],
        metavar="PATH",
        help="Write a .md (tables), .svg or .png (chart, and a timeline beside it). Can be used several times.",
    )
    option("--against", metavar="REF", help="Compare with a git revision, in lockstep: did this tree become slower?")
    option("--against-python", metavar="PATH", help="Compare with another interpreter: another Ray, torch or Python.")
    option("--tolerance", metavar="PERCENT", help="Slowdowns up to it are accepted by --against. Default: 2")
    option("--must-see", metavar="PERCENT", help="The slowdown that --against has to rule out for an ok. Default: 5")
    option("--budget", metavar="SECONDS", help="How long --against may take. Default: 600")


def read(config: pytest.Config) -> Settings:
    """The options' values.

    Raises:
        pytest.UsageError: one of them makes no sense; names it, its value and what would.
    """
    address, cpus = config.getoption("ray_address"), _cpus(config.getoption("ray_num_cpus"))
    if address is not None and address.startswith("ray://"):
        raise pytest.UsageError(
            f"--ray-address {address}: over ray:// the client's link would be timed; run on the cluster's head node "
            "with --ray-address auto, or send the run there with `ray job submit`"
        )
    if address is not None and cpus is not None:
        raise pytest.UsageError(
            f"--ray-num-cpus {cpus}: a joined cluster ({address}) has the CPUs that it has; drop one"
        )
    _refuse_xdist(config)
    against = _against(config)
    return Settings(
        size=_size(config),
        variants=_variants(config.getoption("variants")),
        ray_address=address,
        ray_num_cpus=cpus,
        image_source=_image_source(config.getoption("image_source")),
        reports=[_report(Path(path)) for path in config.getoption("report")],
        granularity="granularity" in config.getoption("markexpr"),
        plan=Plan(
            min_rounds=config.getoption("benchmark_min_rounds"),
            max_time=_max_time(config),
            disable_gc=config.getoption("benchmark_disable_gc"),
        ),
        against=against,
    )


def compares(config: pytest.Config) -> bool:
    """Whether a comparison is asked for. In a side's session, too: it is called with the same options."""
    return config.getoption("against") is not None or config.getoption("against_python") is not None


def conducts(config: pytest.Config) -> bool:
    """Whether this process is to run two sides, instead of a session of its own."""
    informs = any(
        config.getoption(name, False) for name in ("help", "version", "markers", "show_fixtures", "collectonly")
    )
    return compares(config) and not lockstep.is_side() and not informs


def _size(config: pytest.Config) -> str:
    return config.getoption("workload_size") or ("small" if compares(config) else "medium")


def _against(config: pytest.Config) -> Against | None:
    """What to compare with.

    Raises:
        pytest.UsageError: an option has no place in a comparison, or only there.
    """
    limits = {name: config.getoption(name) for name in ("tolerance", "must_see", "budget")}
    if not compares(config):
        for name, value in limits.items():
            if value is not None:
                raise pytest.UsageError(f"--{name.replace('_', '-')} {value}: it is for comparisons; add --against REF")
        return None
    if lockstep.is_side():
        return None  # the conductor has seen to the options, and passed on what it adds
    for name, why in REFUSED.items():
        if config.getoption(name, None):
            option = f"--{name.replace('_', '-').replace('usepdb', 'pdb').replace('xmlpath', 'junit-xml')}"
            raise pytest.UsageError(f"{option} does not go with --against: {why}")
    for option in ("--benchmark-min-rounds", "--benchmark-max-time"):
        if _given(config, option):
            raise pytest.UsageError(f"{option} does not go with --against: --budget decides how much is run")
    tolerance, must_see = (
        _share("--tolerance", limits["tolerance"], TOLERANCE),
        _share("--must-see", limits["must_see"], MUST_SEE),
    )
    if must_see <= tolerance:
        raise pytest.UsageError(
            f"--must-see {100 * must_see:g}: must be more than the tolerance of {100 * tolerance:g} %, or no slowdown could "
            "be told from an accepted one"
        )
    return Against(
        config.getoption("against"), config.getoption("against_python"), tolerance, must_see, _budget(limits["budget"])
    )


def _share(option: str, value: str | None, default: float) -> float:
    if value is None:
        return default
    try:
        percent = float(value.removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not 0 <= percent < 100:
        raise pytest.UsageError(f"{option} {value}: must be a percentage from 0 to 100, as 2 or 2.5")
    return percent / 100


def _budget(value: str | None) -> float:
    try:
        seconds = BUDGET_S if value is None else float(value)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise pytest.UsageError(f"--budget {value}: must be a number of seconds, as 300")
    return seconds


def _max_time(config: pytest.Config) -> float:
    """Seconds for a test's rounds: as asked for on the command line, else pytest.ini's, at small size a third of it."""
    seconds = float(config.getoption("benchmark_max_time"))
    return seconds if _given(config, "--benchmark-max-time") or _size(config) != "small" else seconds / 3


def _given(config: pytest.Config, option: str) -> bool:
    """Whether an option was named by the user, not by pytest.ini."""
    given = [*config.invocation_params.args, *os.environ.get("PYTEST_ADDOPTS", "").split()]
    return any(str(argument).startswith(option) for argument in given)


def _cpus(value: str | None) -> int | None:
    if value is None:
        return None
    if not value.isdecimal() or int(value) < 1:
        raise pytest.UsageError(f"--ray-num-cpus {value}: must be a whole number of at least 1")
    return int(value)


def _variants(value: str) -> list[str]:
    asked = [name.strip() for name in value.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in VARIANTS]:
        raise pytest.UsageError(f"--variants {value}: no variant {unknown[0]!r}; there are {', '.join(VARIANTS)}")
    if not asked:
        raise pytest.UsageError(f"--variants {value!r}: name at least one of {', '.join(VARIANTS)}")
    return [name for name in VARIANTS if name in asked]


def _image_source(value: str) -> str:
    if value in ("generated", "urls"):
        return value
    if not (folder := Path(value).expanduser()).is_dir():
        raise pytest.UsageError(f"--image-source {value}: neither 'generated' nor 'urls' nor a folder that exists")
    return str(folder.resolve())


def _report(path: Path) -> Path:
    if path.suffix not in REPORT_FORMATS:
        raise pytest.UsageError(f"--report {path}: the name must end in one of {', '.join(REPORT_FORMATS)}")
    if not path.absolute().parent.is_dir():
        raise pytest.UsageError(f"--report {path}: there is no folder {path.absolute().parent}")
    return path.absolute()


def _refuse_xdist(config: pytest.Config) -> None:
    """Tests that run at the same time would time each other. Not timing, they may."""
    parallel = config.getoption("numprocesses", None) or "PYTEST_XDIST_WORKER" in os.environ
    timing = not config.getoption("benchmark_disable") and not config.getoption("benchmark_skip")
    benchmarks = config.rootpath / "benchmarks"
    paths = [(config.invocation_params.dir / arg.split("::")[0]).resolve() for arg in config.args]
    selected = [path for path in paths if benchmarks in (path, *path.parents) or path in benchmarks.parents]
    if parallel and timing and selected:
        raise pytest.UsageError(
            "pytest-xdist (-n) runs tests at the same time, and each would time the others' load: drop -n, "
            "or add --benchmark-disable to only run the workloads"
        )


def describe(settings: Settings) -> str:
    """The run in one line, for pytest's header."""
    ray = f"Ray at {settings.ray_address}" if settings.ray_address else f"{settings.local_cpus} CPUs for Ray"
    return (
        f"ray task benchmarks: {settings.size}, {', '.join(settings.variants)}, {ray}, images {settings.image_source}, "
        f"at least {settings.plan.min_rounds} rounds and {settings.plan.max_time:g} s a test"
    )


def ignored(path: Path, settings: Settings) -> bool:
    """Whether a file of benchmarks has nothing to time in this run."""
    if lockstep.is_side() and path.name in ("test_granularity.py", "test_ceiling.py"):
        return True  # their figures are pairs within one session
    if path.name == "test_granularity.py":
        return not settings.granularity
    return path.name == "test_ceiling.py" and not {"ray", "pool"} <= set(settings.variants)
