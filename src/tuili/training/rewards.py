"""What a completion is rewarded for: its answer, its form, its steps and its length, weighted.

An answer that the grader cannot judge gives no reward at all, not one of zero: training must not learn from a grader's
faults. A completion without an answer is no such case: what does not answer is not right.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tuili.answers import final_answer
from tuili.grading import Grader
from tuili.grading.outcome import Outcome
from tuili.records import Path, Problem, StopReason
from tuili.steps import StepFormat, split_steps
from tuili.tasks import Item
from tuili.verifiers.base import Verifier

OUTCOMES = {Outcome.CORRECT: 1.0, Outcome.INCORRECT: 0.0, Outcome.UNGRADED: None}


@dataclass(frozen=True, slots=True)
class Reward:
    """Of one completion, its parts before they are weighted."""

    total: float | None
    """None: no reward, because the answer could not be graded."""
    outcome: float | None
    """1 right, 0 wrong or no answer, None ungraded."""
    format: float
    """1 where the turn was ended and gives an answer, else 0."""
    process: float
    """The verifier's score, 0 to 1; 0 without one."""
    length: float
    """0, or less where the completion is long: down to -1."""


@dataclass(slots=True, kw_only=True)
class Rewards:
    grader: Grader
    verifier: Verifier | None
    outcome_weight: float
    format_weight: float
    process_weight: float
    length_weight: float
    max_tokens: int
    length_buffer: int
    """The length penalty begins so many tokens before max_tokens."""
    judged: int = 0
    """Tokens that went through the verifier so far."""

    def __call__(self, items: Sequence[Item], paths: Sequence[Path]) -> list[Reward]:
        """One for each finished path, in order. Raises VerifierError when the verifier fails."""
        scores = asyncio.run(self._scores([item.problem for item in items], paths))
        return [self._reward(*each) for each in zip(items, paths, scores, strict=True)]

    def _reward(self, item: Item, path: Path, process: float) -> Reward:
        outcome = self._outcome(item, path)
        form = float(path.stop is StopReason.END and path.answer is not None)
        length = overlong(path.tokens, self.max_tokens, self.length_buffer)
        rest = self.format_weight * form + self.process_weight * process + self.length_weight * length
        total = None if outcome is None else self.outcome_weight * outcome + rest
        return Reward(total, outcome, form, process, length)

    def _outcome(self, item: Item, path: Path) -> float | None:
        if path.answer is None:
            return 0.0
        return OUTCOMES[self.grader.grade(item.problem, item.gold, path.answer).outcome]

    async def _scores(self, problems: Sequence[Problem], paths: Sequence[Path]) -> list[float]:
        if self.verifier is None:
            return [0.0] * len(paths)
        groups = [list(group) for _, group in groupby(zip(problems, paths, strict=True), key=lambda each: each[0].id)]
        judged = await asyncio.gather(
            *(self.verifier.judge(group[0][0], [path for _, path in group], attempt=object()) for group in groups)
        )
        self.judged += sum(each.tokens for each in judged)
        return [verdict.score for each in judged for verdict in each.verdicts]


def overlong(tokens: int, most: int, buffer: int) -> float:
    """DAPO's soft punishment of over-long completions (arXiv 2503.14476, equation 13).

    0 up to most - buffer tokens, then down in a line to -1 at most.
    """
    return -min(1.0, max(0, tokens - (most - buffer)) / buffer) if buffer else -float(tokens > most)


def finished_path(
    problem: Problem,
    text: str,
    ids: tuple[int, ...],
    form: StepFormat,
    *,
    ended: bool,
    earlier: tuple[str, ...] = (),
) -> Path:
    """A whole completion off the prompt and the earlier attempts shown. ended: by the model, not by a limit."""
    return Path(
        id=(0,),
        text=text,
        token_ids=ids,
        tokens=len(ids),
        stop=StopReason.END if ended else StopReason.LENGTH,
        steps=split_steps(text, form),
        answer=final_answer(text, problem.answer_kind, form, finished=ended),
        earlier=earlier,
    )


def learns(outcomes: Sequence[float | None], group: int) -> list[bool]:
    """For each completion, whether the policy learns from it, given those of groups of `group` one after another.

    It does when it was graded and its group's graded ones are neither all right nor all wrong (DAPO's dynamic sampling,
    arXiv 2503.14476, without drawing more in their place): no other has an advantage.
    """
    kept: list[bool] = []
    for start in range(0, len(outcomes), group):
        own = outcomes[start : start + group]
        mixed = len({outcome for outcome in own if outcome is not None}) > 1
        kept += [mixed and outcome is not None for outcome in own]
    return kept
