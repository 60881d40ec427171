"""pass@1 on validation problems while a policy is trained, by level."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from accelerate.utils import gather_object

from tuili.engines.local.text import Codec
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import clustered
from tuili.grading import Grader
from tuili.grading.outcome import Outcome
from tuili.records import Completion, StopReason
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
        return by_level(gather_object(shares(own, self.right(own, self.attempts(own, rollouts), codec))))

    def attempts(self, items: Sequence[Item], rollouts: Rollouts) -> list[list[Completion]]:
        seeds = [[path_seed(0, item.problem.id, (n,)) for n in range(self.samples)] for item in items]
        return rollouts.sample([item.problem for item in items], seeds)

    def right(self, items: Sequence[Item], made: Sequence[Sequence[Completion]], codec: Codec) -> list[list[bool]]:
        """Of each item's completions, which are right."""
        return [[self._is_right(item, one, codec) for one in own] for item, own in zip(items, made, strict=True)]

    def _is_right(self, item: Item, made: Completion, codec: Codec) -> bool:
        text, ended = codec.decode(made.token_ids), made.stop is StopReason.END
        answer = finished_path(item.problem, text, made.token_ids, self.form, ended=ended).answer
        return self.grader.grade(item.problem, item.gold, answer).outcome is Outcome.CORRECT


def shares(items: Sequence[Item], right: Sequence[Sequence[bool]]) -> list[tuple[int | None, float]]:
    """What `by_level` takes."""
    return [(item.problem.level, fmean(own)) for item, own in zip(items, right, strict=True)]


def by_level(shares: Sequence[tuple[int | None, float]]) -> dict[str, Estimate]:
    """shares: each problem's level and the share of its completions that are right."""
    levels: dict[str, list[float]] = defaultdict(list)
    for level, share in shares:
        levels["all"].append(share)
        if level is not None:
            levels[f"level {level}"].append(share)
    return {name: clustered(levels[name]) for name in sorted(levels)}
