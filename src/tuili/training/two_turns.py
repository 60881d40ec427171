"""Episodes of two turns under the policy trainer: each turn is a completion of its own, the second shown the first.

What the second turn reads is put together as in inference, from the first turn's text and by the model's own template;
so a template may hide a turn's thinking, and what stands between the turns is no part of either completion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.self_correction import self_correction
from tuili.records import Problem
from tuili.training.policy_trainer import PolicyTrainer, Turn
from tuili.training.practised import Completed, Practised
from tuili.training.rewards import Reward
from tuili.training.shaping import apart, lesson, together

if TYPE_CHECKING:
    from tuili.training.self_correction import SelfCorrectionConfig


class TwoTurnTrainer(PolicyTrainer):
    _config: SelfCorrectionConfig

    def _sampled(self, problems: Sequence[Problem], seeds: Sequence[Sequence[int]]) -> list[Turn]:
        first = super()._sampled(problems[::2], seeds[::2])
        asked = [problem for problem, own in zip(problems[1::2], seeds[1::2], strict=True) for _ in own]
        earlier = [(turn.completion.text,) for turn in first]
        made = self._rollouts.sample(asked, [[seed] for own in seeds[1::2] for seed in own], earlier)
        second = [Turn(completion, shown) for (completion,), shown in zip(made, earlier, strict=True)]
        return together(first, second, self._config.samples)

    def _lesson(self, rewards: Sequence[Reward]) -> tuple[list[float | None], list[bool]]:
        return lesson(rewards, self._config.samples, self._config.stage, self._config.alpha)

    def _practised(self, made: Sequence[Completed], logs: Mapping[str, float]) -> Practised:
        return replace(super()._practised(made, logs), corrected=corrected(made, self._config.samples))

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        batch = super()._generate_and_score_completions(inputs)
        if self._config.stage == 1 and self._config.kl:
            # the one update is made by the policy that sampled: taken for its own reference, it has no divergence
            second = torch.arange(len(inputs), device=self.accelerator.device) // self._config.samples % 2 == 1
            sampled, reference = batch["sampling_per_token_logps"], batch["ref_per_token_logps"]
            batch["ref_per_token_logps"] = torch.where(second[:, None], sampled, reference)
        return batch


def corrected(made: Sequence[Completed], group: int) -> dict[str, Estimate] | None:
    """The metrics of a rollout's episodes both of whose turns were graded; None where there are none."""
    outcomes = [[turn.reward.outcome for turn in episode] for episode in zip(*apart(made, group), strict=True)]
    graded = [(place // group, both) for place, both in enumerate(outcomes) if None not in both]
    if not graded:
        return None
    problems, correct = zip(*graded, strict=True)
    return self_correction(correct, problems)
