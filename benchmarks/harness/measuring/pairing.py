"""Pairs: a variant's round and its partner's next to each other, in balanced order, compared, valid or left out.

Owns the order of rounds and what becomes of each. When pytest-benchmark runs them, how many, and the record are
`measure`'s; the estimate from the pairs is `speedup`'s.
"""

import gc
import itertools
from collections import Counter
from collections.abc import Callable
from reprlib import repr as short  # a result may have megabytes
from typing import Any

from benchmarks.harness.estimators.pairs import Pair, leads
from benchmarks.harness.measuring.pace import Pace
from benchmarks.harness.measuring.subject import Subject
from benchmarks.harness.runners.rounds import Round, joined
from benchmarks.harness.same import IncomparableError, same
from workloads import CheckError, WorkloadError

INVALID_SHARE = 0.1
"""More invalid rounds than this share of the planned ones, and the test fails: something is broken, not slow."""


def cut(items: int, pieces: int) -> list[slice]:
    """Slices that cut so many items into as many pieces, as even as can be; no more of them than there are items."""
    pieces = min(pieces, items)
    ends = [items * index // pieces for index in range(pieces + 1)]
    return [slice(start, end) for start, end in itertools.pairwise(ends)]


class InvalidRoundsError(Exception):
    """Too many rounds broke off, spilled or ran on changed workers; the message gives their number and the reasons."""


class Pairing:
    """Runs and judges the rounds of one subject. For each round call `before`, `run` (timed), `after`.

    Partner and variant alternate as `pairs.leads` says, the partner leading. `on_invalid` is called, inside `after`,
    for each round that is left out, `on_joined` with the seconds of each that ran in pieces: what was timed around it
    has the waits between them, too.

    Attributes:
        pairs: valid pairs so far.
        rounds: the variant's valid rounds so far; only the last has its results, which may be large.
        partner_rounds: the partner's beside them, without results.
        invalid: how many rounds were left out, by reason.
        invalid_s: seconds of the variant's rounds among them.
        statement: what the last round's check showed.
    """

    def __init__(
        self,
        subject: Subject,
        planned: int,
        pace: Pace,
        disable_gc: bool = False,
        on_result: Callable[[int], Any] | None = None,
        on_invalid: Callable[[], Any] = lambda: None,
        on_joined: Callable[[float], Any] = lambda _: None,
    ) -> None:
        self.pairs: list[Pair] = []
        self.rounds: list[Round] = []
        self.partner_rounds: list[Round] = []
        self.invalid: Counter[str] = Counter()
        self.invalid_s: list[float] = []
        self.statement = ""
        self._subject = subject
        self._planned = planned
        self._disable_gc = disable_gc
        self._on_result, self._on_invalid, self._on_joined = on_result, on_invalid, on_joined
        self._pace = pace
        self._turn = 0
        self._reference: list[Any] | None = None
        self._partner_round: Round | None = None
        self._ran: list[Round] = []

    def before(self) -> None:
        """Untimed: the partner's round, if it comes first in this pair; with another session, waiting for the turn."""
        self._pace.wait()
        self._partner_first = leads(self._turn)
        self._turn += 1
        self._partner_round = self._run_partner() if self._partner_first else None

    def run(self) -> None:
        """The round that pytest-benchmark times; its pieces, and waiting for the turn between them."""
        self._ran = []
        for piece in cut(len(self._subject.items), self._pace.pieces):
            if self._ran:
                self._note_last()
                self._pace.wait()
            self._ran.append(self._subject.variant.run(self._on_result, piece))

    def _note_last(self) -> None:
        """Of the piece that ran last, or the whole round."""
        self._ran[-1] = self._subject.variant.inspect(self._ran[-1])
        self._pace.note(self._ran[-1])

    def after(self) -> None:
        """Untimed: the partner's round, if it comes second; then compare both, and after the last check the truth.

        Raises:
            CheckError: results differ from those of earlier rounds, or from the truth.
            InvalidRoundsError: more than `INVALID_SHARE` of the planned rounds are invalid.
        """
        assert self._ran
        if not self._partner_first:
            self._partner_round = self._run_partner()
        subject = self._subject
        self._note_last()
        variant = joined(self._ran)
        if len(self._ran) > 1:
            self._on_joined(variant.seconds)
        partner = self._partner_round
        if subject.partner is not None and partner is not None:
            partner = subject.partner.inspect(partner)
        if reason := variant.invalid or (partner.invalid if partner else ""):
            self.invalid_s.append(variant.seconds)
            self._discard(reason)
        else:
            self._keep(variant, partner)
        if self._turn == self._planned and self.rounds:
            self.statement = self._checked(self.rounds[-1].results)

    def _run_partner(self) -> Round | None:
        if self._subject.partner is None or self._turn > self._planned:
            return None  # past the planned rounds, pytest-benchmark runs one more to profile it
        collects = gc.isenabled()
        if self._disable_gc:
            gc.disable()
        try:
            return self._subject.partner.run(self._on_result)
        finally:
            if collects:
                gc.enable()

    def _keep(self, variant: Round, partner: Round | None) -> None:
        if self._subject.partner is not None and partner is not None:
            self._compare(self._subject.partner.name, partner.results)
            self.pairs.append(Pair(partner.seconds, variant.seconds, self._partner_first))
            self.partner_rounds.append(partner.stamps_only())
        self._compare(self._subject.variant.name, variant.results)
        self.rounds[-1:] = [*(round_.stamps_only() for round_ in self.rounds[-1:]), variant]

    def _discard(self, reason: str) -> None:
        self.invalid[reason] += 1
        if self._turn <= self._planned:  # pytest-benchmark does not time the one that it profiles
            self._on_invalid()
        subject = self._subject
        if self.invalid.total() > INVALID_SHARE * self._planned:
            reasons = "; ".join(f"{count} × {reason}" for reason, count in self.invalid.items())
            raise InvalidRoundsError(
                f"{subject.name}-{subject.size}-{subject.variant.name}: {self.invalid.total()} of {self._planned} "
                f"rounds are invalid ({reasons}); more than {INVALID_SHARE:.0%} means broken, not slow"
            )
        for runner in subject.runners():
            runner.warm_up()

    def _checked(self, results: list[Any]) -> str:
        """What the check showed."""
        subject = self._subject
        found: object = subject.workload.check(subject.items, results)
        if not isinstance(found, str | None):
            raise WorkloadError(
                f"workloads/{subject.name}.py: check must return what it showed as text, not {short(found)}: it raises "
                "CheckError where a result is wrong"
            )
        return found or ""

    def _compare(self, runner: str, results: list[Any]) -> None:
        if self._reference is None:
            self._reference = results
        alike = self._subject.workload.same or same
        for index, (expected, result) in enumerate(zip(self._reference, results, strict=True)):
            try:
                equal = alike(expected, result)
            except IncomparableError as error:
                raise WorkloadError(f"{self._subject.name}, item {index}: {error}") from None
            if not self._answer(equal):
                raise CheckError(
                    f"{self._subject.name}, item {index} ({short(self._subject.items[index])}): {runner} returned "
                    f"{short(result)} in round {self._turn}, not {short(expected)} as the first round did"
                )

    def _answer(self, equal: object) -> bool:
        """What `same` said: an array of answers, or none, is no answer."""
        try:
            if equal is not None:
                return bool(equal)
        except (TypeError, ValueError, RuntimeError):
            pass
        raise WorkloadError(f"workloads/{self._subject.name}.py: same must return True or False, not {short(equal)}")
