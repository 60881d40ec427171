"""reasoning_gym: what reasoning-gym's own scorer says of an answer; correct is a full score, and no less."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tuili.grading.outcome import CORRECT, NO_ANSWER, Grade, Outcome, ungraded
from tuili.grading.worker import Worker, WorkerFailed
from tuili.records import Problem

MODULE = "tuili.grading.gym_worker"
EXAMPLES = ("example_correct_answer", "example_answer", "possible_answer")
"""Where data sets with many right answers keep one, if they do."""
OPPOSITES = {"true": "False", "false": "True", "yes": "No", "no": "Yes"}

_WORKER = Worker(MODULE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningGymGrader:
    """The gold is JSON: {"dataset": name, "entry": see gym_worker}."""

    seconds: float = 10.0
    """How long scoring one answer may take before it is ungraded."""

    def grade(self, problem: Problem, gold: str, answer: str | None) -> Grade:
        return NO_ANSWER if answer is None else _grade(gold, answer, self.seconds)

    def right(self, gold: str) -> str:
        """Without an answer where the data set keeps none."""
        answer = _reference(gold)
        return "" if answer is None else f"<answer>\n{answer}\n</answer>"

    def wrong(self, gold: str) -> str:
        """Every digit one more, or the opposite; else words that are no answer."""
        answer = _reference(gold) or ""
        spoiled = re.sub(r"\d", lambda digit: str((int(digit[0]) + 1) % 10), answer)
        if spoiled == answer:
            spoiled = OPPOSITES.get(answer.lower(), "something else")
        return f"<answer>\n{spoiled}\n</answer>"


def _reference(gold: str) -> str | None:
    entry = ast.literal_eval(json.loads(gold)["entry"])
    if entry["answer"] is not None:
        return str(entry["answer"])
    example: Any = next((entry["metadata"][key] for key in EXAMPLES if key in entry["metadata"]), None)
    return example if example is None or isinstance(example, str) else json.dumps(example)


@lru_cache(maxsize=100_000)
def _grade(gold: str, answer: str, seconds: float) -> Grade:
    reference = json.loads(gold)
    try:
        reply = _WORKER.ask(["score", reference["dataset"], reference["entry"], answer], seconds)
    except WorkerFailed as failure:
        return ungraded(str(failure))
    if "failed" in reply:
        return ungraded(f"the scorer failed: {reply['failed']}")
    if reply["score"] >= 1:
        return CORRECT
    return Grade(Outcome.INCORRECT, f"score {reply['score']:.3g}")
