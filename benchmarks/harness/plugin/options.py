"""The suite's command-line options: what they are, what they may be, what they mean.

Owns reading and refusing. A wrong value is a `pytest.UsageError`: one sentence, before anything runs.
"""

import os
from pathlib import Path

import pytest

from benchmarks.harness.plugin import comparison_options, doctor_options
from benchmarks.harness.runners.variant import VARIANTS
from benchmarks.harness.settings import Plan, Settings
from benchmarks.harness.sides.protocol import is_side
from workloads import IMAGE_SOURCE_VARIABLE, SIZES

REPORT_FORMATS = (".html", ".md", ".svg", ".png", ".json")


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
        help="Write a page (.html), tables (.md), a chart with a timeline beside it (.svg, .png), or the rounds as a "
        "trace for Perfetto (.json). Can be used several times.",
    )
    doctor_options.add(group)
    comparison_options.add(group)


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
    against = comparison_options.read(config)
    doctor_options.check(config)
    return Settings(
        size=_size(config),
        variants=_variants(doctor_options.variants(config)),
        ray_address=address,
        ray_num_cpus=cpus,
        image_source=_image_source(config.getoption("image_source")),
        reports=[] if is_side() else [_report(Path(path)) for path in config.getoption("report")],
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
    seconds = float(config.getoption("benchmark_max_time"))
    if config.getoption("task") and not comparison_options.given(config, "--benchmark-max-time"):
        return doctor_options.MAX_TIME_S
    return (
        seconds if comparison_options.given(config, "--benchmark-max-time") or _size(config) != "small" else seconds / 3
    )


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
    if is_side():
        return os.environ.get(IMAGE_SOURCE_VARIABLE, value)  # base's tree may lack the folder, or have another
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
        f"{settings.plan.min_rounds} rounds a test, more while they fit into {settings.plan.max_time:g} s"
    )


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
    return path.name == "test_ceiling.py" and not ("ray" in settings.variants and settings.peers)
