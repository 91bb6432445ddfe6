"""A page or a trace of saved runs: `python -m benchmarks.report .benchmarks --to report.html`.

Owns the command line. What a page holds is `harness.reporting`'s matter, reading saved runs `harness.records.run`'s.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness.records.run import SavedRunError, read
from benchmarks.harness.reporting import run_page, trace
from benchmarks.harness.text import plain

EPILOG = """\
Each PATH is a JSON that pytest-benchmark wrote (--benchmark-json, --benchmark-autosave), or a folder of them. The
latest run is shown whole; those before it become the history of each benchmark. A .json is the latest run's trace."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what `--to` asks for; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__, epilog=EPILOG)
    parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="a saved run, or a folder of them")
    parser.add_argument("--to", default="report.html", metavar="FILE", type=Path, help="default: %(default)s")
    asked = parser.parse_args(arguments)
    to: Path = asked.to
    if to.suffix not in (".html", ".json"):
        return _refuse(f"--to {to}: the name must end in .html (a page) or .json (a trace for Perfetto)")
    if not to.absolute().parent.is_dir():
        return _refuse(f"--to {to}: there is no folder {to.absolute().parent}")
    if to in asked.paths:
        return _refuse(f"--to {to}: that is a run to read; name another file")
    try:
        runs = read(asked.paths)
        text = run_page.of_runs(runs) if to.suffix == ".html" else trace.text(runs[-1].records)
        data = text.encode()
    except (SavedRunError, trace.NoRoundsError) as error:
        return _refuse(str(error))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A record is a dictionary of what a run of any version wrote: whatever it lacks is seen where it is read.
        return _refuse(
            f"{', '.join(map(str, asked.paths))}: a record in it is damaged, or of a version that is not understood "
            f"({type(error).__name__}: {error}); leave that file out"
        )
    try:
        to.write_bytes(data)
    except OSError as error:
        return _refuse(f"--to {to}: can't be written ({error.strerror})")
    print(f"Wrote {to}, from {len(runs)} run{'s' * (len(runs) > 1)}")
    return 0


def _refuse(message: str) -> int:
    print(f"ERROR: {plain(message)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
