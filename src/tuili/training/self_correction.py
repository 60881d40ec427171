"""Self-correction by reinforcement learning: SCoRe (Kumar et al., arXiv 2409.12917) under the trainer of `rl`.

Stage I rewards the second of two turns and holds the first near the policy that training began with; stage II rewards
both, with a bonus where the second is better than the first. See shaping.py for the rewards.

Otherwise than there: baselines are group-relative, the loss is one of those of `rl`, the divergence is estimated token
by token as in GRPO, stage I weighs that of the second turn not at all rather than a little, and the reference of stage
II is the policy that stage I ended with.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any, ClassVar

from tuili.config import ConfigError
from tuili.training.rl import RlConfig, make_trainer
from tuili.training.runner import train
from tuili.training.shaping import Stage
from tuili.training.two_turn_validation import TwoTurnValidation
from tuili.training.two_turns import TwoTurnTrainer

HELD = 10.0
"""How much more the first turn's divergence weighs in stage I: β2 = 10 β1."""


@dataclass(frozen=True, kw_only=True)
class SelfCorrectionConfig(RlConfig):
    """As for `rl`; `samples` are episodes, and the rewards are of each of their turns."""

    turns: ClassVar[int] = 2
    stage: Stage
    """1: only the second turn is rewarded, and the first is held; 2: both are rewarded."""
    alpha: float = 10.0
    """Stage 2: the bonus of the second turn is alpha (r2 - r1)."""
    kl: float = 0.01
    """Weight of the KL divergence from the policy that training began with, β1; in stage 1 the first turn's weighs ten
    times that, and the second's nothing."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rollouts != "engine" or self.updates != 1:
            raise ConfigError("self-correction takes rollouts of the engine, and one update from each")

    @property
    def beta(self) -> float:
        return self.kl * HELD if self.stage == 1 else self.kl


def run(config: SelfCorrectionConfig) -> dict[str, Any]:
    with closing(make_trainer(config, TwoTurnTrainer, TwoTurnValidation)) as trainer:
        return train(trainer, config, trainer.measured)
