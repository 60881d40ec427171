"""Samples of a policy while it is trained: the local engine on the weights that the trainer holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tuili.engines.local.engine import LocalEngine
from tuili.records import Completion, Path, Problem, Sampling
from tuili.steps import StepFormat
from tuili.training.lora import Merged


class Rollouts:
    def __init__(
        self,
        model: PreTrainedModel | PeftModel,
        tokenizer: PreTrainedTokenizerBase,
        form: StepFormat,
        *,
        max_tokens: int,
        batch: int,
        cache_gib: float,
    ) -> None:
        """batch, cache_gib: as for the local engine."""
        self._policy = Merged(model)
        source = (self._policy.model, tokenizer)
        self._engine = LocalEngine("policy", source, form, batch=batch, cache_gib=cache_gib)
        self._sampling = Sampling(max_tokens=max_tokens)

    def refresh(self) -> None:
        """Goes on with the weights as they are now."""
        self._engine.refresh(self._policy.refresh())

    def sample(self, problems: Sequence[Problem], seeds: Sequence[Sequence[int]]) -> list[list[Completion]]:
        """At temperature 1, a completion of each problem for each of its seeds. Raises EngineError when it fails."""
        return asyncio.run(self._sample(problems, seeds))

    async def _sample(self, problems: Sequence[Problem], seeds: Sequence[Sequence[int]]) -> list[list[Completion]]:
        asked = (
            self._engine.sample(problem, Path(), seeds=own, sampling=self._sampling)
            for problem, own in zip(problems, seeds, strict=True)
        )
        return [sampled.completions for sampled in await asyncio.gather(*asked)]

    @property
    def tokens(self) -> int:
        """That went through the model so far."""
        return self._engine.meter.prefilled + self._engine.meter.decoded
