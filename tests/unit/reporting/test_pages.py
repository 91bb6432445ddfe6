"""Pages: everything from outside is escaped, what is missing leaves its part out, and the answer comes first."""

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

from benchmarks.harness.estimators.limits import Limits
from benchmarks.harness.estimators.verdict import Verdict
from benchmarks.harness.records.comparison import Comparison, Outcome
from benchmarks.harness.records.run import Run
from benchmarks.harness.reporting import comparison_page, run_page
from benchmarks.harness.reporting.answer import worth
from tests.made import record

RUN = Run("2026-11-24 10:00", "abc1234", "pytest benchmarks", {"node": "here", "versions": {"ray": "2"}}, [record()])
VERDICT = Verdict("regressed", 0.2, 0.18, 0.22, 0.03, 3, 60)
FOUND = Comparison(
    base="main 1a2b3c4",
    head="working tree",
    passes=3,
    seconds=100,
    outcomes=[
        Outcome(test="tiny-small-ray", limits=Limits(), verdict=VERDICT),
        Outcome(
            test="other-small-ray", limits=Limits(), verdict=replace(VERDICT, word="ok", slowdown=0.0, low=-1, high=9)
        ),
        Outcome(test="gone-small-ray", limits=Limits(), without="removed", reason="head lacks <it>"),
    ],
    notes=["Pins <differ>"],
)


class Outline(HTMLParser):
    """Headings, ids and tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))


def headings(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r"<h2[^>]*>(.*?)</h2>", page)]


def test_worth_it_is_what_the_whole_interval_says() -> None:
    assert [worth(1.1, 1.2), worth(0.8, 0.9), worth(0.9, 1.1), worth(None, None)] == [
        "yes",
        "no",
        "can't tell",
        "can't tell",
    ]


def test_the_answer_comes_first_and_every_part_follows() -> None:
    page = run_page.of_runs([RUN], "small")
    assert headings(page) == [
        "Is it worth it, here?", "What to change", "How fast", "Where the time went", "One real round", "Every round",
        "What the checks showed", "Where, and with which versions", "How to repeat it",
    ]  # fmt: skip
    assert "Ray is 1.80× [1.70 1.90] as fast as a serial loop" in page


def test_texts_from_elsewhere_are_escaped() -> None:
    evil = "<script>alert(1)</script>"
    run = replace(RUN, records=[record(evil, statement=evil)], command=evil, machine={"node": evil})
    compared = replace(FOUND, outcomes=[replace(FOUND.outcomes[0], test=evil), FOUND.outcomes[2]])
    for page in (
        run_page.of_runs([run]),
        comparison_page.of_comparison(compared, {evil: {"base": [1.0], "head": [1.0]}}, evil),
    ):
        assert "<script" not in page
        assert "&lt;script&gt;" in page


def test_every_picture_has_an_alternative_text_and_every_id_is_its_own() -> None:
    tags = Outline(run_page.of_runs([RUN, replace(RUN, when="2026-11-25 10:00")])).tags
    assert all(attributes.get("aria-label") for tag, attributes in tags if tag == "svg")
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert not [tag for tag, _ in tags if tag in ("script", "img", "iframe", "object")]


def test_several_runs_are_a_history_and_a_different_machine_is_named() -> None:
    earlier = replace(RUN, when="2026-11-23 10:00", commit="fedcba9", machine={"node": "elsewhere"})
    page = run_page.of_runs([earlier, RUN])
    assert "Over 2 runs" in headings(page)
    assert "tiny-small-ray: 1.80× [1.70 1.90] at last" in page
    assert "machine elsewhere then, here now" in page


def test_a_serial_run_alone_still_makes_a_page() -> None:
    serial = record(variant="serial")
    for key in ("speedup", "partner", "efficiency", "timeline", "rounds"):
        del serial["extra_info"][key]
    assert headings(run_page.of_runs([replace(RUN, records=[serial], command="")])) == [
        "How fast", "What the checks showed", "Where, and with which versions",
    ]  # fmt: skip


def test_a_comparison_names_what_fails_it_and_iterates_over_what_is_there() -> None:
    page = comparison_page.of_comparison(
        FOUND, {"test_workload[tiny-small-ray]": {"base": [0.1, 0.2], "head": [0.2]}}, "pytest"
    )
    assert headings(page) == [
        "Verdict",
        "Verdicts",
        "Intervals",
        "Both sides' rounds",
        "About this run",
        "How to repeat it",
    ]
    assert '<span class="word">yes</span>\n<h3>tiny-small-ray, gone-small-ray</h3>' in page
    assert "REMOVED: head lacks &lt;it&gt;" in page
    assert "Pins &lt;differ&gt;" in page


def test_a_comparison_of_nothing_says_so() -> None:
    page = comparison_page.of_comparison(replace(FOUND, outcomes=[], notes=[]), {}, "")
    assert '<span class="word">nothing was compared</span>' in page


def test_a_run_that_lacks_what_was_recorded_only_later_still_makes_a_page() -> None:
    earlier = record()
    for key in ("usable_cpus", "physical_cpus", "niceness", "gpus", "first_task_s", "rounds"):
        del earlier["extra_info"][key]
    assert "What to change" in headings(run_page.of_runs([replace(RUN, records=[earlier])]))
