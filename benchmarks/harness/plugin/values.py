"""What an option's value may be, one function a kind.

Owns reading a text and refusing it. Which options there are is `options`' matter.
"""

import os
import re
import tempfile
from pathlib import Path

import pytest

from benchmarks.harness import machine

HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:\[\]/]+):(\d{1,5})")

MOST_CPUS = 10_000
"""Of the largest machines there are, several times over; a slip of the finger asks for more."""

LONGEST_S = 1e7
"""Four months: who asks for more has taken another unit."""

REPORT_FORMATS = (".html", ".md", ".svg", ".png", ".json")


def whole(value: str, least: int, most: int) -> int | None:
    """The whole number between two that a text is; None where it is none."""
    digits = value.strip()
    found = int(digits) if digits.isdecimal() and len(digits) < 10 else least - 1
    return found if least <= found <= most else None


def cpus(value: str | None, oversubscribe: bool) -> tuple[int, ...]:
    """Of `--ray-num-cpus`, the smallest first: whole numbers that exist, unless more are wanted knowingly.

    Each divides the largest: a task that reserves so many of a Ray's CPUs leaves just that number of places.
    """
    usable = machine.usable_cpus()
    if value is None:
        if oversubscribe:
            raise pytest.UsageError(f"--oversubscribe needs --ray-num-cpus with more than the {usable} CPUs there are")
        return ()
    read = [whole(part, 1, MOST_CPUS) for part in value.split(",")]
    counts = {count for count in read if count is not None}
    if None in read:
        raise pytest.UsageError(
            f"--ray-num-cpus {value}: must be a whole number from 1 to {MOST_CPUS}, or several, separated by commas"
        )
    *fewer, most = found = sorted(counts)
    if most > usable and not oversubscribe:
        raise pytest.UsageError(
            f"--ray-num-cpus {value}: only {usable} can be used here, and tasks would take turns on them; ask for at "
            f"most {usable}, or add --oversubscribe to see what that does"
        )
    if odd := [count for count in fewer if most % count]:
        raise pytest.UsageError(
            f"--ray-num-cpus {value}: {odd[0]} does not divide {most}; beside {most} there can be "
            f"{', '.join(str(count) for count in range(1, most) if not most % count)}"
        )
    return tuple(found)


def address(value: str | None) -> str | None:
    """Of `--ray-address`: `auto`, or HOST:PORT with an IPv6 host in brackets. `auto` is where `RAY_ADDRESS` says."""
    if value is None:
        return None
    meant, said = value, f"--ray-address {value}"
    if value == "auto" and (there := os.environ.get("RAY_ADDRESS")):
        meant, said = there, f"--ray-address auto, with RAY_ADDRESS={there}"
    if meant.startswith("ray://"):
        raise pytest.UsageError(
            f"{said}: over ray:// the client's link would be timed; run on the cluster's head node with --ray-address "
            "auto, or send the run there with `ray job submit`"
        )
    if meant == "local":
        raise pytest.UsageError(f"{said}: this is no cluster to join; without the option a Ray is started here")
    found = HOST_AND_PORT.fullmatch(meant)
    if meant != "auto" and not (found and 0 < int(found[2]) < 65536):
        raise pytest.UsageError(
            f"{said}: neither 'auto' nor HOST:PORT, as 10.0.0.1:6379 or [::1]:6379; `ray status` on the head node "
            "says which"
        )
    return meant


def niceness(value: str) -> int:
    """Of `--ray-niceness`."""
    found = whole(value, 0, 19)
    if found is None:
        raise pytest.UsageError(f"--ray-niceness {value}: must be a whole number from 0 to 19")
    return found


def seconds(option: str, value: str | None, default: float) -> float:
    """A time of at least 0."""
    if value is None:
        return default
    try:
        found = float(value)
    except ValueError:
        found = -1.0
    if not 0 <= found <= LONGEST_S:  # not a number is neither
        raise pytest.UsageError(f"{option} {value}: must be a number of seconds up to {LONGEST_S:,.0f}, as 12 or 0.5")
    return found


def report(path: Path) -> Path:
    """Of `--report`: a file that can be written, found out before anything is measured."""
    if path.suffix not in REPORT_FORMATS:
        raise pytest.UsageError(f"--report {path}: the name must end in one of {', '.join(REPORT_FORMATS)}")
    file = path.absolute()
    if not file.parent.is_dir():
        raise pytest.UsageError(f"--report {path}: there is no folder {file.parent}")
    try:
        if file.exists():
            file.open("r+b").close()
        else:
            tempfile.TemporaryFile(dir=file.parent).close()
    except OSError as error:
        raise pytest.UsageError(f"--report {path}: it can't be written ({error.strerror}); name another file") from None
    return file
