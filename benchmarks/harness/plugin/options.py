"""The suite's command-line options: what they are, what they may be, what they mean.

Owns reading and refusing. A wrong value is a `pytest.UsageError`: one sentence, before anything runs.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.harness.plugin import comparison_options, doctor_options, values
from benchmarks.harness.runners.variant import VARIANTS
from benchmarks.harness.settings import TASK_TIMEOUT_S, Plan, Settings
from benchmarks.harness.sides.protocol import is_side
from benchmarks.harness.text import number_of, plain
from workloads import IMAGE_SOURCE_VARIABLE, SIZES

KEY = pytest.StashKey[Settings]()


def add(parser: pytest.Parser) -> None:
    """Declare the options in a group of their own."""
    group = parser.getgroup("ray task benchmarks")
    option = group.addoption
    try:
        option(
            "--workload-size", choices=SIZES, help="What the workloads run at. Default: medium, with --against small"
        )
    except ValueError:  # pytest does not know our options yet, and takes the value of one for a test's path
        raise pytest.UsageError(
            "another tree's conftest.py was loaded beside this one's, since a value on the command line is a path in "
            "that tree: write it with an equals sign, as in --against-python=PATH"
        ) from None
    option(
        "--variants",
        default="serial,ray",
        metavar="LIST",
        help=f"Which of {', '.join(VARIANTS)} to time, separated by commas. Default: %(default)s",
    )
    option("--ray-address", metavar="ADDRESS", help="Cluster to join ('auto' or HOST:PORT) instead of starting Ray.")
    option(
        "--ray-num-cpus",
        metavar="LIST",
        help="CPUs for the Ray started here. Default: all that can be used. Several, separated by commas: how its "
        "speedup grows with them.",
    )
    option(
        "--oversubscribe",
        action="store_true",
        help="Allow --ray-num-cpus above what can be used: tasks then take turns on a CPU, and every figure says so.",
    )
    option(
        "--ray-niceness",
        metavar="N",
        default="0",
        help="Priority of a Ray started here: 0 is that of serial loop and pool, 15 is Ray's own default, with which "
        "all else that runs here comes first. Default: %(default)s",
    )
    option(
        "--task-timeout",
        metavar="SECONDS",
        help="Give a test up once no task of it has ended for so long. Default: small 120, medium 300, full 1800",
    )
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
        help="Write a page (.html), tables (.md), a chart with a timeline beside it (.svg, .png), or the rounds as a "
        "trace for Perfetto (.json). Can be used several times.",
    )
    doctor_options.add(group)
    comparison_options.add(group)


def read(config: pytest.Config) -> Settings:
    """The options' values.

    Raises:
        pytest.UsageError: one of them makes no sense; names it, its value and what would, on one line.
    """
    try:
        return _read(config)
    except pytest.UsageError as error:
        raise pytest.UsageError(plain(str(error))) from None


def _read(config: pytest.Config) -> Settings:
    address = values.address(config.getoption("ray_address"))
    cpus = values.cpus(config.getoption("ray_num_cpus"), config.getoption("oversubscribe"))
    niceness = values.niceness(config.getoption("ray_niceness"))
    if address is not None and cpus:
        raise pytest.UsageError(
            f"--ray-num-cpus {config.getoption('ray_num_cpus')}: a joined cluster ({address}) has the CPUs that it "
            "has; drop one"
        )
    if address is not None and comparison_options.given(config, "--ray-niceness"):
        raise pytest.UsageError(
            f"--ray-niceness {niceness}: a joined cluster ({address}) has its own; start its nodes with "
            f"RAY_worker_niceness={niceness} in their environment"
        )
    _refuse_xdist(config)
    against = comparison_options.read(config)
    doctor_options.check(config)
    variants = _variants(doctor_options.variants(config))
    _check_scaling(config, cpus, variants)
    return Settings(
        size=_size(config),
        variants=variants,
        ray_address=address,
        ray_num_cpus=cpus[-1] if cpus else None,
        scaling=cpus[:-1],
        ray_niceness=niceness,
        task_timeout_s=_task_timeout(config),
        image_source=_image_source(config.getoption("image_source")),
        reports=[] if is_side() else [values.report(Path(path)) for path in config.getoption("report")],
        task=config.getoption("task"),
        items=config.getoption("items"),
        tasks_per_cpu=doctor_options.tasks_per_cpu(config),
        granularity="granularity" in config.getoption("markexpr"),
        plan=Plan(
            min_rounds=doctor_options.min_rounds(config),
            max_time=_max_time(config),
            disable_gc=config.getoption("benchmark_disable_gc"),
        ),
        against=against,
    )


def _size(config: pytest.Config) -> str:
    if config.getoption("task"):
        return "full"
    return config.getoption("workload_size") or ("small" if comparison_options.compares(config) else "medium")


def _max_time(config: pytest.Config) -> float:
    """Seconds for a test's rounds: as asked for on the command line, else pytest.ini's, at small size a third of it."""
    seconds = values.seconds("--benchmark-max-time", str(config.getoption("benchmark_max_time")), 0.0)
    if config.getoption("task") and not comparison_options.given(config, "--benchmark-max-time"):
        return doctor_options.MAX_TIME_S
    return (
        seconds if comparison_options.given(config, "--benchmark-max-time") or _size(config) != "small" else seconds / 3
    )


def _task_timeout(config: pytest.Config) -> float:
    value = config.getoption("task_timeout")
    seconds = values.seconds("--task-timeout", value, TASK_TIMEOUT_S[_size(config)])
    if not seconds:
        raise pytest.UsageError(f"--task-timeout {value}: no task ends at once; it is a number of seconds above 0")
    return seconds


def _variants(value: str) -> list[str]:
    asked = [name.strip() for name in value.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in VARIANTS]:
        raise pytest.UsageError(f"--variants {value}: no variant {unknown[0]!r}; there are {', '.join(VARIANTS)}")
    if not asked:
        raise pytest.UsageError(f"--variants {value!r}: name at least one of {', '.join(VARIANTS)}")
    return [name for name in VARIANTS if name in asked]


def _check_scaling(config: pytest.Config, cpus: Sequence[int], variants: Sequence[str]) -> None:
    """Several numbers of CPUs make sense where workloads are timed on Ray, and nothing is compared."""
    if len(cpus) < 2:
        return
    asked = f"--ray-num-cpus {config.getoption('ray_num_cpus')}"
    if comparison_options.compares(config):
        raise pytest.UsageError(f"{asked}: a comparison is made on one number of CPUs; name one")
    if config.getoption("task"):
        raise pytest.UsageError(f"{asked}: the function of --task is timed on one number of CPUs; name one")
    if "ray" not in variants:
        raise pytest.UsageError(f"{asked}: several numbers are for Ray, which is not among --variants")


def _image_source(value: str) -> str:
    if is_side():
        return os.environ.get(IMAGE_SOURCE_VARIABLE, value)  # base's tree may lack the folder, or have another
    if value in ("generated", "urls"):
        return value
    if not (folder := Path(value).expanduser()).is_dir():
        raise pytest.UsageError(f"--image-source {value}: neither 'generated' nor 'urls' nor a folder that exists")
    return str(folder.resolve())


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


def refuse_both(config: pytest.Config, items: Sequence[pytest.Item]) -> None:
    """One process can't have the benchmarks' Ray and one of the tests' own.

    Raises:
        pytest.UsageError: tests of both folders are selected.
    """
    folders = {path.parts[0] for item in items if (path := _below(config, item)) is not None}
    if {"benchmarks", "tests"} <= folders:
        raise pytest.UsageError(
            "benchmarks and tests in one run: each brings up a Ray of its own, and a process can have only one; run "
            "`pytest benchmarks` and `pytest tests` one after the other"
        )


def times(config: pytest.Config, items: Sequence[pytest.Item]) -> bool:
    """Whether this session is one that measures by itself."""
    if is_side() or config.getoption("collectonly"):
        return False
    if config.getoption("benchmark_disable") or config.getoption("benchmark_skip"):
        return False
    return any((path := _below(config, item)) is not None and path.parts[0] == "benchmarks" for item in items)


def _below(config: pytest.Config, item: pytest.Item) -> Path | None:
    return item.path.relative_to(config.rootpath) if item.path.is_relative_to(config.rootpath) else None


def describe(settings: Settings) -> str:
    """The run in one line, for pytest's header."""
    ray = f"Ray at {settings.ray_address}" if settings.ray_address else f"{_counts(settings)} for Ray"
    return (
        f"ray task benchmarks: {settings.size}, {', '.join(settings.variants)}, {ray}, "
        f"images {plain(settings.image_source)}, "
        f"{settings.plan.min_rounds} rounds a test, more while they fit into {settings.plan.max_time:g} s"
    )


def _counts(settings: Settings) -> str:
    """`2 CPUs`, or `1, 2 and 4 CPUs`."""
    counts = [*map(str, settings.scaling), number_of(settings.local_cpus, "CPU")]
    return " and ".join(filter(None, [", ".join(counts[:-1]), counts[-1]]))


def ignored(path: Path, settings: Settings) -> bool:
    """Whether a file of benchmarks has nothing to time in this run."""
    if (
        path.suffix == ".py"
        and path.name.startswith("test_")
        and (path.name == "test_doctor.py") != bool(settings.task)
    ):
        return True  # with --task, only that function is timed
    if path.name == "test_granularity.py":
        return not settings.granularity
    if path.name == "test_scaling.py":
        return not settings.scaling
    return path.name == "test_ceiling.py" and not ("ray" in settings.variants and settings.peers)
