"""What came of a rollout, completion by completion, and on the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from tuili.evaluation.metrics.estimate import Estimate
from tuili.records import Path, StopReason
from tuili.training.rewards import Reward


@dataclass(frozen=True, slots=True)
class Completed:
    reward: Reward
    tokens: int
    truncated: bool
    thinking: int | None
    """Tokens of it that are thinking; None where the format does not mark that."""
    learnt: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Practised:
    """One rollout and the updates from it, over all processes."""

    reward: float | None
    """Mean over the completions that have one."""
    parts: Mapping[str, float]
    """Mean of each part of the reward, before weighting; of the outcome over those that were graded."""
    tokens: float
    """Mean length of a completion."""
    thinking: float | None
    """Mean length of its thinking, in tokens; None where the format does not mark it."""
    skipped: float
    """Share of groups that nothing is learnt from: all right, all wrong, or not graded."""
    ungraded: float
    """Share of completions whose answer the grader could not judge."""
    truncated: float
    """Share of completions that the limit cut off."""
    trainer: Mapping[str, float]
    """What the trainer says of the updates: loss, gradient norm, entropy, KL, share of clipped tokens."""
    corrected: Mapping[str, Estimate] | None = None
    """Of episodes of two turns that were graded: see metrics/self_correction.py."""


TRAINER = {
    "loss": "loss",
    "grad_norm": "grad_norm",
    "learning_rate": "learning_rate",
    "entropy": "entropy",
    "kl": "kl",
    "clipped": "clip_ratio/region_mean",
}
"""What is kept of the trainer's log, and TRL's names for it."""


def completed(reward: Reward, path: Path, thinking: int | None, learnt: bool) -> Completed:
    return Completed(reward, path.tokens, path.stop is not StopReason.END, thinking, learnt)


def practised(each: Sequence[Completed], group: int, logs: Mapping[str, float]) -> Practised:
    """each: whole groups, one after another."""
    groups = [each[start : start + group] for start in range(0, len(each), group)]
    totals = [one.reward.total for one in each if one.reward.total is not None]
    outcomes = [one.reward.outcome for one in each if one.reward.outcome is not None]
    thinking = [one.thinking for one in each if one.thinking is not None]
    parts = {name: fmean(getattr(one.reward, name) for one in each) for name in ("format", "process", "length")}
    return Practised(
        reward=fmean(totals) if totals else None,
        parts={"outcome": fmean(outcomes), **parts} if outcomes else parts,
        tokens=fmean(one.tokens for one in each),
        thinking=fmean(thinking) if thinking else None,
        skipped=fmean(not any(one.learnt for one in own) for own in groups),
        ungraded=fmean(one.reward.outcome is None for one in each),
        truncated=fmean(one.truncated for one in each),
        trainer={name: float(logs[key]) for name, key in TRAINER.items() if logs.get(key) is not None},
    )
