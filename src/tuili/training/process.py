"""Process reward model: at each step's last token, is the step wrong, a dead end, or good (arXiv 2305.20050)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tuili.mini.puzzle import Label
from tuili.training.mini_attempts import CLASSES, answered_targets, process_targets
from tuili.training.verifier import VerifierConfig, train_verifier
from tuili.verifiers.reading import Surprise


@dataclass(frozen=True, kw_only=True)
class ProcessConfig(VerifierConfig):
    surprise: float = 0.0
    """By how much a step's least likely token speaks against it: weight of its -log p in the logit of `-`. For
    backbones built like Llama whose embeddings are tied."""
    answers: bool = False
    """Whether a wrong answer is judged even where a step before it is wrong: what misses the step may see it there."""


def run(config: ProcessConfig) -> dict[str, Any]:
    classes = {i: str(label) for i, label in enumerate(CLASSES)}
    surprise = Surprise(CLASSES.index(Label.BAD), config.surprise) if config.surprise else None
    return train_verifier(config, classes, answered_targets if config.answers else process_targets, surprise)
