"""Both turns on validation problems while a policy learns to correct itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accelerate.utils import gather_object

from tuili.engines.local.text import Codec
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.self_correction import self_correction
from tuili.solver.seeds import path_seed
from tuili.training.rollouts import Rollouts
from tuili.training.validation import Validation, by_level, shares


@dataclass(frozen=True, slots=True)
class TwoTurnValidation(Validation):
    def __call__(self, rollouts: Rollouts, codec: Codec, process: int, processes: int) -> Mapping[str, Estimate]:
        """pass@1 of the first turn by level, as of a policy without a second, and the metrics of both turns."""
        own = self.items[process::processes]
        first = self.attempts(own, rollouts)
        asked = [(item, n, one) for item, group in zip(own, first, strict=True) for n, one in enumerate(group)]
        second = rollouts.sample(
            [item.problem for item, _, _ in asked],
            [[path_seed(0, item.problem.id, (n, 1))] for item, n, _ in asked],
            [(one.text,) for _, _, one in asked],
        )
        right_first = self.right(own, first, codec)
        right_second = self.right([item for item, _, _ in asked], second, codec)
        before = [right for group in right_first for right in group]
        episodes = gather_object(
            [
                (item.problem.id, (was, became))
                for (item, _, _), was, (became,) in zip(asked, before, right_second, strict=True)
            ]
        )
        problems, correct = zip(*episodes, strict=True)
        return {**by_level(gather_object(shares(own, right_first))), **self_correction(correct, problems)}
