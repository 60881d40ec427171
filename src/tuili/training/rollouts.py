"""Samples of a policy while it is trained: the local engine on the weights that the trainer holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tuili.engines.local.engine import LocalEngine
from tuili.errors import EngineError
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
        self._sampling = Sampling(max_tokens=max_tokens, resumable=False)

    def refresh(self) -> None:
        """Goes on with the weights as they are now."""
        self._engine.refresh(self._policy.refresh())

    def sample(
        self,
        problems: Sequence[Problem],
        seeds: Sequence[Sequence[int]],
        earlier: Sequence[tuple[str, ...]] | None = None,
    ) -> list[list[Completion]]:
        """At temperature 1, a completion of each problem for each of its seeds. Raises EngineError when it fails.

        earlier: for each problem the texts of the attempts that the policy is shown, oldest first.
        """
        return asyncio.run(self._sample(problems, seeds, earlier or [()] * len(problems)))

    async def _sample(
        self, problems: Sequence[Problem], seeds: Sequence[Sequence[int]], earlier: Sequence[tuple[str, ...]]
    ) -> list[list[Completion]]:
        asked = (
            self._engine.sample(problem, Path(earlier=shown), seeds=own, sampling=self._sampling)
            for problem, own, shown in zip(problems, seeds, earlier, strict=True)
        )
        made = [sampled.completions for sampled in await asyncio.gather(*asked)]
        if any(not completion.tokens for group in made for completion in group):
            raise EngineError(
                f"what the policy is shown leaves no room in its {self._engine.context} tokens of context"
            )
        return made

    @property
    def tokens(self) -> int:
        """That went through the model so far."""
        return self._engine.meter.prefilled + self._engine.meter.decoded
