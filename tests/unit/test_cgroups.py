"""Control groups as folders of the same files: this machine's can't be changed by a test."""

import os
from pathlib import Path

import pytest

from benchmarks.harness import machine
from benchmarks.harness.cgroups import Groups

GIB = 2**30
cpus = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def groups(root: Path, own: str, **files: str) -> Groups:
    """`files` by path, with two underscores for a slash and one for a dot where the kernel has one."""
    (root / "self").write_text(own)
    for name, text in files.items():
        path = root / "sys" / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Groups(root / "sys", root / "self")


def write(groups: Groups, path: str, text: str) -> None:
    file = groups.mounted / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def v2(tmp_path: Path) -> Groups:
    return groups(tmp_path, "0::/pod/box\n")


@pytest.fixture
def v1(tmp_path: Path) -> Groups:
    return groups(tmp_path, "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n")


def test_without_groups_there_is_no_limit(tmp_path: Path) -> None:
    none = Groups(tmp_path / "nothing", tmp_path / "no file")
    assert none.cpu_quota() is None
    assert none.free_memory() is None
    assert machine.usable_cpus(none) == cpus
    assert machine.free_memory(none) > 0


def test_a_quota_of_version_2_counts_wherever_above_it_is(v2: Groups) -> None:
    write(v2, "pod/box/cpu.max", "max 100000\n")
    write(v2, "pod/cpu.max", "100000 100000\n")
    assert v2.cpu_quota() == 1
    assert machine.usable_cpus(v2) == 1


@pytest.mark.parametrize(("quota", "usable"), [("150000", 1), ("50000", 1), ("199000", 1), ("200000", min(cpus, 2))])
def test_a_fraction_of_a_cpu_is_none(v2: Groups, quota: str, usable: int) -> None:
    write(v2, "pod/box/cpu.max", f"{quota} 100000\n")
    assert v2.cpu_quota() == int(quota) / 100_000
    assert machine.usable_cpus(v2) == usable


def test_quotas_of_version_1(v1: Groups) -> None:
    write(v1, "cpu/docker/abc/cpu.cfs_quota_us", "-1\n")
    write(v1, "cpu/docker/abc/cpu.cfs_period_us", "100000\n")
    assert v1.cpu_quota() is None
    write(v1, "cpu/docker/abc/cpu.cfs_quota_us", "100000\n")
    assert machine.usable_cpus(v1) == 1


def test_a_container_sees_the_hosts_path_but_only_its_own_group(v1: Groups) -> None:
    write(v1, "cpu,cpuacct/cpu.cfs_quota_us", "150000\n")
    write(v1, "cpu,cpuacct/cpu.cfs_period_us", "100000\n")
    assert v1.cpu_quota() == 1.5


def test_memory_of_version_2_is_free_where_only_file_pages_hold_it(v2: Groups) -> None:
    write(v2, "pod/box/memory.max", "max\n")
    write(v2, "pod/box/memory.current", f"{GIB}\n")
    write(v2, "pod/memory.max", f"{4 * GIB}\n")
    write(v2, "pod/memory.current", f"{3 * GIB}\n")
    write(v2, "pod/memory.stat", f"anon 1\ninactive_file {2 * GIB}\nactive_file 5\n")
    assert v2.free_memory() == 3 * GIB
    assert machine.free_memory(v2) <= 3 * GIB


def test_memory_of_version_1(v1: Groups) -> None:
    write(v1, "memory/docker/abc/memory.limit_in_bytes", f"{2 * GIB}\n")
    write(v1, "memory/docker/abc/memory.usage_in_bytes", f"{GIB + 7}\n")
    write(v1, "memory/docker/abc/memory.stat", "cache 9\ninactive_file 1\ntotal_inactive_file 7\n")
    write(v1, "memory/memory.limit_in_bytes", "9223372036854771712\n")
    write(v1, "memory/memory.usage_in_bytes", "1\n")
    assert v1.free_memory() == GIB


def test_gpus_are_those_that_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm"):
        (tmp_path / name).touch()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert machine.gpus(tmp_path) == 2
    for shown, count in (("", 0), ("-1", 0), ("0", 1), ("GPU-1a,GPU-2b", 2)):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", shown)
        assert machine.gpus(tmp_path) == count


def test_a_cpu_has_the_name_that_the_system_gives_it(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_text("processor\t: 0\nmodel name\t: Some  CPU @ 2 GHz\nmodel name\t: Another\n")
    assert machine.cpu_model(tmp_path / "cpuinfo") == "Some CPU @ 2 GHz"
    assert machine.cpu_model(tmp_path / "none") != ""
