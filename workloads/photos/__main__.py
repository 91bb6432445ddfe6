"""The photographs' command line: `python -m workloads.photos {fetch,generate,sheet}`.

Owns options and messages; everything else is the other modules'. Exit codes: 0 done, 1 it could not be done, 2 the
command line is wrong, 130 stopped with Ctrl-C.
"""

import argparse
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from workloads import IMAGE_SOURCE_VARIABLE, WorkloadError
from workloads.photos import load_named
from workloads.photos.cache import CACHE_VARIABLE, cache_folder, generated, key, write_atomically
from workloads.photos.download import ADDRESSES, DEADLINE_S, addresses, download
from workloads.photos.generate import FULL_MEGAPIXELS
from workloads.photos.verify import MIN_SIDE

_Number = TypeVar("_Number", int, float)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; `arguments` stand for the command line's. Returns the exit code."""
    options = _parser().parse_args(arguments)
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: print(f"warning: {message}", file=sys.stderr)
        try:
            options.run(options)
        except (WorkloadError, OSError) as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stopped; what is complete is kept", file=sys.stderr)
            return 130
    return 0


def _fetch(options: argparse.Namespace) -> None:
    urls = addresses(options.urls)
    folder = options.folder or cache_folder() / "downloaded"
    got = download(
        urls, folder, at_least=options.at_least, timeout=options.timeout, deadline=options.deadline, jobs=options.jobs
    )
    for url, reason in got.failed.items():
        print(f"failed: {url}: {reason}", file=sys.stderr)
    print(f"{len(got.files)} of {len(set(urls))} photographs are in {folder}")


def _generate(options: argparse.Namespace) -> None:
    photos = generated(range(options.count), options.megapixels)
    folder = options.folder or cache_folder() / key(options.megapixels)
    if options.folder:
        folder.mkdir(parents=True, exist_ok=True)
        for index, data in enumerate(photos):
            write_atomically(folder / f"generated-{index:05}.jpg", data)
    print(f"{len(photos)} photographs, {sum(map(len, photos)) / 1e6:.4g} MB, are in {folder}")


def _sheet(options: argparse.Namespace) -> None:
    from workloads.photos.sheet import draw  # imports matplotlib, which the other commands do without

    photos = load_named(options.source, options.count, None, np.random.default_rng(options.seed))
    draw(photos, f"{len(photos)} photographs, source: {options.source}", options.out)
    print(f"{len(photos)} photographs are drawn in {options.out}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workloads.photos",
        description="Fetch, generate or look at the photographs of the image_processing workload.",
        epilog=f"{CACHE_VARIABLE} names another cache folder than the user's own one.",
    )
    commands = parser.add_subparsers(required=True, metavar="{fetch,generate,sheet}")

    fetch = commands.add_parser(
        "fetch",
        help="download the photographs of a list of addresses",
        description="Download photographs; files that are there and right are kept, so run it again to resume.",
    )
    fetch.set_defaults(run=_fetch)
    fetch.add_argument(
        "--urls", type=Path, default=ADDRESSES, metavar="FILE", help="addresses, one a line (102 of ours)"
    )
    fetch.add_argument("--folder", type=Path, metavar="DIR", help="where to (the cache folder)")
    fetch.add_argument(
        "--at-least",
        type=_number(int, 1),
        default=1,
        metavar="N",
        help="fail when fewer are there in the end (%(default)s)",
    )
    fetch.add_argument(
        "--timeout",
        type=_number(float, 0.1),
        default=30,
        metavar="SECONDS",
        help="how long a server may be silent (%(default)s)",
    )
    fetch.add_argument(
        "--deadline",
        type=_number(float, 0.1),
        default=DEADLINE_S,
        metavar="SECONDS",
        help="how long all of it may take (%(default)g)",
    )
    fetch.add_argument("--jobs", type=_number(int, 1), default=8, metavar="N", help="how many at a time (%(default)s)")

    generate = commands.add_parser(
        "generate",
        help="make photographs from seeds",
        description="Make photographs from seeds into the cache, and copy them to a folder if one is named.",
    )
    generate.set_defaults(run=_generate)
    generate.add_argument("--count", type=_number(int, 1), default=102, metavar="N", help="how many (%(default)s)")
    generate.add_argument(
        "--megapixels",
        type=_number(float, 1.5 * MIN_SIDE**2 / 1e6),
        default=FULL_MEGAPIXELS,
        metavar="N",
        help="size of each in million pixels (%(default)s)",
    )
    generate.add_argument("--folder", type=Path, metavar="DIR", help="copy them there")

    sheet = commands.add_parser(
        "sheet",
        help="draw a contact sheet",
        description="Draw a random handful of photographs with their names and sizes as a PNG.",
    )
    sheet.set_defaults(run=_sheet)
    sheet.add_argument("out", type=Path, metavar="OUT", help="the PNG to write")
    sheet.add_argument(
        "--source",
        default=os.environ.get(IMAGE_SOURCE_VARIABLE) or "generated",
        help=f"generated, urls or a folder (%(default)s; {IMAGE_SOURCE_VARIABLE} changes it)",
    )
    sheet.add_argument("--count", type=_number(int, 1), default=8, metavar="N", help="how many (%(default)s)")
    sheet.add_argument("--seed", type=_number(int, 0), metavar="N", help="the same handful each time (a new one)")
    return parser


def _number(kind: type[_Number], least: _Number) -> Callable[[str], _Number]:
    def parse(text: str) -> _Number:
        try:
            value = kind(text)
        except ValueError:
            value = kind(least - 1)
        if not value >= least:  # not a number (NaN) is refused, too
            raise argparse.ArgumentTypeError(
                f"{text!r} is not {'a whole' if kind is int else 'a'} number from {least:g} on"
            )
        return value

    return parse


if __name__ == "__main__":
    sys.exit(main())
