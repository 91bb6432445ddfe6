import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.harness.text import (
    bounds,
    columns,
    duration,
    escaped,
    markdown_table,
    number_of,
    percent,
    plain,
    seconds,
    short,
    size,
    wrapped,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [(83.1, "83.1 s"), (1.25, "1.25 s"), (0.0831, "83.1 ms"), (0.34, "340 ms"), (3.4e-4, "340 µs"), (2e-8, "0.02 µs")],
)
def test_seconds_have_three_digits_in_the_unit_that_suits(value: float, text: str) -> None:
    assert seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0, "–"), (17, "17 B"), (3_100, "3.1 kB"), (400_000, "0.4 MB"), (12_400_000, "12.4 MB")]
)
def test_sizes(value: int, text: str) -> None:
    assert size(value) == text


@given(st.floats(1e-6, 1e4))
def test_seconds_are_never_far_off(value: float) -> None:
    number, unit = seconds(value).split()
    assert float(number) * {"s": 1, "ms": 1e-3, "µs": 1e-6}[unit] == pytest.approx(value, rel=0.006)


def test_a_share_is_a_whole_percentage() -> None:
    assert percent(0.943) == "94 %"


@pytest.mark.parametrize(
    ("value", "text"),
    [(41.4, "41 s"), (59.6, "1 min 0 s"), (281, "4 min 41 s"), (3840, "1 h 4 min")],
)
def test_durations(value: float, text: str) -> None:
    assert duration(value) == text


@pytest.mark.parametrize(
    ("count", "noun", "plural", "text"),
    [
        (1, "invalid pair", "", "1 invalid pair"),
        (2, "invalid pair", "", "2 invalid pairs"),
        (0, "CPU", "", "0 CPUs"),
        (1, "pass", "passes", "1 pass"),
        (3, "pass", "passes", "3 passes"),
    ],
)
def test_one_is_singular_and_every_other_number_plural(count: int, noun: str, plural: str, text: str) -> None:
    assert number_of(count, noun, plural) == text


def test_an_id_is_shortened_to_its_brackets() -> None:
    assert short("benchmarks/test_workloads.py::test_workload[tiny-small-ray]") == "tiny-small-ray"
    assert short("benchmarks/test_own.py::test_own[2-3]") == "test_own[2-3]"
    assert short("no id") == "no id"


def test_bounds_of_too_few_pairs_say_so() -> None:
    assert bounds(1.708, 1.783) == "[1.71 1.78]"
    assert bounds(None, None) == "too few pairs"


def test_a_reason_becomes_one_line() -> None:
    assert plain("CheckError:\n\x1b[31m  item 0\t") == "CheckError: [31m item 0"


# Wrapping


def test_a_sentence_that_is_too_long_goes_on_indented() -> None:
    assert wrapped("one two three four", 9) == ["one two", "  three", "  four"]
    assert wrapped("one two three four", 18) == ["one two three four"]
    assert wrapped("", 10) == [""]


def test_nothing_inside_a_word_breaks() -> None:
    assert wrapped("see monte_carlo_pi-small-ray now", 10) == ["see", "  monte_carlo_pi-small-ray", "  now"]


@given(st.text(st.sampled_from("ab -"), max_size=60), st.integers(10, 40))
def test_wrapping_loses_no_word_and_keeps_to_the_width(line: str, width: int) -> None:
    parts = wrapped(line, width)
    assert " ".join(parts).split() == line.split()
    assert all(len(part) <= width or len(part.split()) == 1 for part in parts)


# Tables

HEADS = ("", "time", "verdict")
ROWS = [("fibonacci-small-ray", "86 ms", "ok"), ("tiny", "1.25 s", "undecided (can't rule out 5 %)")]


def test_a_table_that_fits_has_a_line_for_each_row() -> None:
    expected = [
        "                       time  verdict",
        "fibonacci-small-ray   86 ms  ok",
        "tiny                 1.25 s  undecided (can't rule out 5 %)",
    ]
    assert columns(HEADS, ROWS, left=(0, 2)) == columns(HEADS, ROWS, left=(0, 2), width=59) == expected
    assert max(map(len, expected)) == 59


def test_a_last_cell_goes_on_below_its_start() -> None:
    assert columns(HEADS, ROWS, left=(0, 2), width=58) == [
        "                       time  verdict",
        "fibonacci-small-ray   86 ms  ok",
        "tiny                 1.25 s  undecided (can't rule out 5",
        "                             %)",
    ]


def test_where_it_would_have_too_little_room_names_stand_above_their_figures() -> None:
    assert columns(HEADS, ROWS, left=(0, 2), width=52) == [
        "    time  verdict",
        "fibonacci-small-ray",
        "   86 ms  ok",
        "tiny",
        "  1.25 s  undecided (can't rule out 5 %)",
    ]


def test_a_last_cell_that_is_still_too_long_goes_on_below_its_start() -> None:
    assert columns(HEADS, ROWS, left=(0, 2), width=36)[-2:] == [
        "  1.25 s  undecided (can't rule out",
        "          5 %)",
    ]


def test_where_even_that_leaves_too_little_room_it_has_lines_of_its_own() -> None:
    assert columns(HEADS, ROWS, left=(0, 2), width=28)[-3:] == [
        "  1.25 s",
        "    undecided (can't rule",
        "    out 5 %)",
    ]


def test_a_long_last_cell_has_lines_of_its_own_where_those_are_fewer() -> None:
    row = ("tiny", "1.25 s", f"not compared: fails on both sides: {'again and ' * 12}again")
    assert columns(HEADS, [row], left=(0, 2), width=44)[1:] == [
        "tiny  1.25 s",
        "    not compared: fails on both sides: again",
        "    and again and again and again and again",
        "    and again and again and again and again",
        "    and again and again and again and again",
    ]


CELLS = st.text(st.sampled_from("abc 1"), max_size=30).map(lambda text: " ".join(text.split()))


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5), st.integers(20, 100))
def test_no_cell_is_lost_at_any_width(rows: list[tuple[str, str, str]], width: int) -> None:
    shown = " ".join(columns(HEADS, rows, left=(0, 2), width=width)).split()
    assert sorted(shown) == sorted(" ".join(cell for row in (HEADS, *rows) for cell in row).split())


@pytest.mark.parametrize(
    ("name", "markdown"),
    [
        ("a|b", "a\\|b"),
        ("a\\|b", "a\\\\\\|b"),
        ("<img src=x>", "&lt;img src=x>"),
        ("![x](http://there)", "![x]\\(http://there)"),
        ("`code`", "\\`code\\`"),
        ("+1.0 % [−2.0 % +3.0 %]", "+1.0 % [−2.0 % +3.0 %]"),
    ],
)
def test_a_name_in_markdown_is_text(name: str, markdown: str) -> None:
    assert escaped(name) == markdown
    assert markdown_table(("name",), [(name,)]).splitlines()[-1] == f"| {markdown} |"
