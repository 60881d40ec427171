"""Graders: one file each; three outcomes, and never a grader's fault scored as a wrong answer."""

from __future__ import annotations

from collections.abc import Callable

from tuili.grading.choice import ChoiceGrader
from tuili.grading.exact import ExactGrader
from tuili.grading.math import MathGrader
from tuili.grading.mini import MiniGrader
from tuili.grading.outcome import Grade, Grader, Outcome
from tuili.grading.reasoning_gym import ReasoningGymGrader
from tuili.grading.refusal import RefusalGrader
from tuili.spec import Spec, bind

__all__ = ["GRADERS", "Grade", "Grader", "Outcome", "make_grader"]

GRADERS: dict[str, Callable[..., Grader]] = {
    "choice": ChoiceGrader,
    "exact": ExactGrader,
    "math": MathGrader,
    "mini": MiniGrader,
    "reasoning_gym": ReasoningGymGrader,
    "refusal": RefusalGrader,
}


def make_grader(spec: str) -> Grader:
    """The grader that a spec such as `math:seconds=20` names. Raises BadRequest."""
    factory, arguments = bind("grader", Spec.parse(spec), GRADERS)
    return factory(**arguments)  # type: ignore[no-any-return]
