"""The manifest for KubeRay fits the pins, the image that is built for it, and this suite's options."""

import shlex
from pathlib import Path
from typing import Any

import yaml  # comes with Ray

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "kuberay"


def job() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "rayjob.yaml").read_text(encoding="utf-8"))["spec"]
    return found


def image() -> dict[str, str]:
    """The instructions of the image's file, each once."""
    lines = (FOLDER / "Dockerfile").read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ", 1) for line in lines if not line.startswith("#"))


def test_cluster_and_image_have_the_pinned_ray() -> None:
    pinned = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().split() if "==" in line)["ray"]
    assert job()["rayClusterSpec"]["rayVersion"] == pinned
    assert image()["FROM"].startswith(f"rayproject/ray:{pinned}-py3")


def test_it_runs_the_suite_where_the_image_has_it_on_the_jobs_own_cluster() -> None:
    bash, dash_c, script = shlex.split(job()["entrypoint"])
    words = shlex.split(script)
    assert (bash, dash_c) == ("bash", "-c")
    assert words[:6] == ["cd", image()["WORKDIR"], "&&", "python", "-m", "pytest"]
    assert words[6:9] == ["benchmarks", "--ray-address", "auto"]
    assert image()["COPY"].endswith(f" {image()['WORKDIR']}")


def test_every_pod_has_whole_cpus_of_its_own() -> None:
    cluster = job()["rayClusterSpec"]
    pods = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    containers = [one for pod in pods for one in pod["template"]["spec"]["containers"]]
    assert len(containers) == 2
    assert all(one["resources"]["requests"] == one["resources"]["limits"] for one in containers)
    assert all(one["resources"]["limits"]["cpu"].isdigit() for one in containers)
    assert len({one["image"] for one in containers}) == 1
