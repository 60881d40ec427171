"""The engine: many calls of `sample` at once, one batch."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path as FilePath

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from tuili.backbone import llama
from tuili.backbone.fallback import ModelForward
from tuili.backbone.forward import Forward
from tuili.backbone.meter import Meter
from tuili.conversation import TRY_AGAIN
from tuili.engines.base import Sampled
from tuili.engines.local.batch import Batch
from tuili.engines.local.lane import LENGTHS
from tuili.engines.local.loading import Dtype, load
from tuili.engines.local.request import Request
from tuili.engines.local.stops import Stops
from tuili.engines.local.text import Codec
from tuili.errors import BadRequest, EngineError
from tuili.records import Completion, Path, Problem, Sampling, StopReason, Until
from tuili.steps import StepFormat

GIB = 1 << 30
TURN_SECONDS = 0.02
"""After how long others have a turn of the event loop, where nothing finished before. A turn for each token would cost
a small model a hundredth of its time."""


class LocalEngine:
    """A causal language model in this process. Steps of its batch run between two turns of the event loop, in the
    same thread: models that take turns have the cores to themselves."""

    def __init__(
        self,
        name: str,
        source: str | FilePath | tuple[PreTrainedModel, PreTrainedTokenizerBase],
        step_format: StepFormat,
        *,
        batch: int = 512,
        cache_gib: float = 4.0,
        threads: int | None = None,
        dtype: Dtype = "auto",
        again: str = TRY_AGAIN,
    ) -> None:
        """source: a folder or a GGUF file, or a model with its tokenizer. batch: the most rows that run at once.
        cache_gib: memory for keys and values, half of it for running rows, half for prefixes that may be continued.
        threads: of torch, in all of this process; None leaves them. again: what the model is told after each earlier
        attempt that it is shown.

        Raises BadRequest when source is no causal language model.
        """
        if batch < 1 or (threads is not None and threads < 1):
            raise BadRequest(f"{name}: batch and threads must be at least 1")
        if threads is not None:
            torch.set_num_threads(threads)
        model, tokenizer = source if isinstance(source, tuple) else load(FilePath(source), dtype)
        self.name = name
        self.step_format = step_format
        self.parameters = sum(parameter.numel() for parameter in model.parameters())
        forward: Forward = llama.LlamaForward(model) if llama.fits(model) else ModelForward(model)
        self._forward = forward
        self.context = _context(model)
        self._codec = Codec(tokenizer, again)
        self.meter = Meter(forward)
        self._stops = Stops(step_format, self._codec.pieces(forward.outputs), _ends(model, tokenizer))
        self._batch = Batch(
            self.meter,
            forward.layout,
            self._stops,
            rows=batch,
            cache_bytes=int(cache_gib * GIB / 2),
            lengths=[length for length in LENGTHS if length < self.context] if forward.splits else (),
        )
        self._waiting: dict[Request, asyncio.Future[None]] = {}
        self._pump: asyncio.Task[None] | None = None

    async def sample(
        self, problem: Problem, path: Path, *, seeds: Sequence[int], sampling: Sampling, attempt: object = None
    ) -> Sampled:
        if (length := len(self._codec.prompt(problem.prompt, ()))) >= self.context:
            raise EngineError(f"the prompt has {length} tokens, the model's context {self.context}")
        boundaries = self._codec.prompts(problem.prompt, path.earlier)
        prompt = boundaries[-1]
        for part in self._codec.path(path):
            boundaries.append(boundaries[-1] + part)
        limit = min(sampling.max_tokens, self.context - len(boundaries[-1]))
        if limit <= 0:
            return Sampled([Completion("", 0, stop=StopReason.LENGTH) for _ in seeds], 0)
        request = Request(
            boundaries=boundaries,
            owner=attempt,
            watch=self._stops.start(path.text),
            seeds=seeds,
            limit=limit,
            temperature=sampling.temperature,
            until_step=sampling.until is Until.STEP,
            kept=_kept(path, sampling),
        )
        if seeds:
            await self._run(request)
        generated = request.ids[len(prompt) :]
        # samples that stayed one row have one outcome: it is decoded once
        made = {
            key: Completion(self._codec.added(generated, outcome.ids), len(outcome.ids), *outcome)
            for key, outcome in {id(outcome): outcome for outcome in request.outcomes.values()}.items()
        }
        completions = [made[id(request.outcomes[place])] for place in range(len(seeds))]
        return Sampled(completions, request.prefilled, generated)

    def refresh(self, model: PreTrainedModel) -> None:
        """Goes on with the weights that a model of the same shape has now: for training, between calls of `sample`."""
        self._forward.read(model)
        self._batch.clear()

    def prompt_bound(self, problem: Problem, path: Path) -> int:
        return len(self._codec.prompt(problem.prompt, path.earlier)) + sum(map(len, self._codec.path(path)))

    async def close(self) -> None:
        if self._pump is not None:
            self._pump.cancel()
        self._fail("it was closed")

    async def _run(self, request: Request) -> None:
        self._waiting[request] = done = asyncio.get_running_loop().create_future()
        self._batch.add(request)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._serve())
        try:
            await done
        except asyncio.CancelledError:
            self._batch.drop(request)
            raise
        finally:
            del self._waiting[request]

    async def _serve(self) -> None:
        await asyncio.sleep(0)  # let every task that is ready put its request in line first
        while self._batch.busy:
            try:
                finished = self._batch.run(TURN_SECONDS)
            except Exception as error:
                self._fail(str(error))
                return
            for request in finished:
                if not (future := self._waiting[request]).done():  # it may have been cancelled just now
                    future.set_result(None)
            await asyncio.sleep(0)

    def _fail(self, reason: str) -> None:
        self._batch.clear()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(EngineError(f"{self.name} failed: {reason}"))


def _kept(path: Path, sampling: Sampling) -> set[StopReason]:
    if path.earlier:
        return set(StopReason)
    return {StopReason.STEP, StopReason.LENGTH} if sampling.resumable else {StopReason.STEP}


def _context(model: PreTrainedModel) -> int:
    config = model.config.get_text_config()
    for name in ("max_position_embeddings", "max_seq_len"):
        if length := getattr(config, name, None):
            return int(length)
    raise BadRequest(f"the configuration of this {config.model_type} does not say how long its context is")


def _ends(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> set[int]:
    """Every token that ends the model's turn."""
    ends: set[int] = set()
    for said in (model.generation_config.eos_token_id, model.config.eos_token_id, tokenizer.eos_token_id):
        ends |= set(said) if isinstance(said, list) else {said} - {None}
    return ends
