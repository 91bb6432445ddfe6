"""How figures and tests are written for a reader: seconds and bytes in the unit that suits, shares, short names."""


def seconds(value: float) -> str:
    """Three significant digits: 83.1 ms, 1.25 s, 340 µs."""
    for unit, scale in (("s", 1), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1 or unit == "µs":
            scaled = value * scale
            return f"{scaled:.{0 if scaled >= 100 else 1 if scaled >= 10 else 2}f} {unit}"
    raise AssertionError(value)


def size(value: int) -> str:
    """12.4 MB, 3.1 kB, 17 B; a dash for nothing."""
    if value >= 1e3:
        return f"{value / 1e6:.1f} MB" if value >= 1e5 else f"{value / 1e3:.1f} kB"
    return f"{value} B" if value else "–"


def percent(share: float) -> str:
    """To the whole: 94 %."""
    return f"{100 * share:.0f} %"


def short(test: str) -> str:
    """What stands between the brackets of a test's id, `fibonacci-small-ray`; an id without brackets stays as it is."""
    return test.partition("[")[2].removesuffix("]") or test
