"""How often a grader is wrong: its verdicts set beside labels that people or a data set's authors gave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from textwrap import shorten

from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import wilson
from tuili.grading import Grade, Grader, Outcome
from tuili.records import Problem

SHOWN = 60
"""Characters of a reference in a line that names a disagreement: its last ones, where a solution has its answer. Of an
answer, which extraction has found, three times as many are shown from its beginning."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """An answer, as extraction found it, that somebody called right or wrong."""

    id: str
    gold: str
    answer: str | None
    right: bool
    prompt: str = ""
    """The problem's text, for graders that read it."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    case: Labelled
    grade: Grade

    def __str__(self) -> str:
        label = "right" if self.case.right else "wrong"
        reason = f" ({self.grade.reason})" if self.grade.reason else ""
        said = f"labelled {label}, graded {self.grade.outcome.value}{reason}"
        answer = self.case.answer and shorten(self.case.answer, 3 * SHOWN)
        return f"{self.case.id}: {said}; gold {self.case.gold[-SHOWN:]!r}, answer {answer!r}"


@dataclass(frozen=True, slots=True)
class Audit:
    """Ungraded is not accepted: it agrees with the label wrong. All intervals are Wilson's."""

    agreement: Estimate
    false_accept: Estimate
    """Of the answers labelled wrong, the share graded correct."""
    false_reject: Estimate
    """Of the answers labelled right, the share not graded correct."""
    ungraded: int
    disagreements: tuple[Disagreement, ...]


def audit(grader: Grader, cases: Iterable[Labelled]) -> Audit:
    graded = [(case, grader.grade(Problem(case.id, case.prompt, "audit"), case.gold, case.answer)) for case in cases]
    accepted = [(case.right, grade.outcome is Outcome.CORRECT) for case, grade in graded]
    wrong = [accept for right, accept in accepted if not right]
    right = [accept for right, accept in accepted if right]
    return Audit(
        agreement=wilson(sum(label == accept for label, accept in accepted), len(accepted)),
        false_accept=wilson(sum(wrong), len(wrong)),
        false_reject=wilson(len(right) - sum(right), len(right)),
        ungraded=sum(grade.outcome is Outcome.UNGRADED for _, grade in graded),
        disagreements=tuple(
            Disagreement(case, grade) for case, grade in graded if case.right != (grade.outcome is Outcome.CORRECT)
        ),
    )
