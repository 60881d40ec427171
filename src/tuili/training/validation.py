"""pass@1 on validation problems while a policy is trained, by level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accelerate.utils import gather_object

from tuili.engines.local.text import Codec
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.grading import Grader
from tuili.grading.outcome import Outcome
from tuili.records import StopReason
from tuili.solver.seeds import path_seed
from tuili.steps import StepFormat
from tuili.tasks import Item
from tuili.training.rewards import finished_path
from tuili.training.rollouts import Rollouts


@dataclass(frozen=True, slots=True)
class Validation:
    items: Sequence[Item]
    samples: int
    """Completions a problem; always with the same seeds, so that points of one curve are paired."""
    grader: Grader
    form: StepFormat

    def __call__(self, rollouts: Rollouts, codec: Codec, process: int, processes: int) -> Mapping[str, Estimate]:
        """The problems are shared among the processes, and each gets the whole result."""
        own = self.items[process::processes]
        seeds = [[path_seed(0, item.problem.id, (n,)) for n in range(self.samples)] for item in own]
        shares: list[tuple[int | None, float]] = []
        for item, made in zip(own, rollouts.sample([item.problem for item in own], seeds), strict=True):
            right = 0
            for completion in made:
                ended = completion.stop is StopReason.END
                text = codec.decode(completion.token_ids)
                answer = finished_path(item.problem, text, completion.token_ids, self.form, ended=ended).answer
                right += self.grader.grade(item.problem, item.gold, answer).outcome is Outcome.CORRECT
            shares.append((item.problem.level, right / self.samples))
        return by_level(gather_object(shares))


def by_level(shares: Sequence[tuple[int | None, float]]) -> dict[str, Estimate]:
    """shares: each problem's level and the share of its completions that are right."""
    levels: dict[str, list[float]] = defaultdict(list)
    for level, share in shares:
        levels["all"].append(share)
        if level is not None:
            levels[f"level {level}"].append(share)
    return {name: clustered(levels[name]) for name in sorted(levels)}
