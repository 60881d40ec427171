"""A token-classification model over many paths at once: class probabilities at the last token of every step.

What was read of an attempt's paths is kept, as keys and values and as logits: only new steps go through the model.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path as FilePath

import torch
from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer, PreTrainedModel

from tuili.backbone import llama
from tuili.backbone.fallback import ModelForward
from tuili.backbone.forward import Forward
from tuili.backbone.llama import LlamaForward
from tuili.backbone.meter import Meter
from tuili.backbone.prefill import Prefill
from tuili.backbone.recent import Recent
from tuili.backbone.store import Ids, PrefixStore
from tuili.backbone.surprise import SurprisedForward
from tuili.backbone.whole import Whole
from tuili.conversation import encode, prompt_ids
from tuili.errors import BadRequest, VerifierError
from tuili.records import Path, Problem, StopReason
from tuili.verifiers.reading import Reading, Surprise, judge_steps

GIB = 1 << 30
REMEMBERED = 1 << 14
"""Of how many prompts, and of how many steps, the tokens are."""
REMEMBERED_PATHS = 1 << 12
"""Of how many paths: a path that goes on from one of them is not put together anew."""


class Classifier:
    def __init__(self, path: FilePath, *, history: bool, batch_tokens: int, cache_gib: float) -> None:
        """history: whether the earlier attempts that a path's model was shown are put before the path here too.
        batch_tokens: how many tokens, padding included, one forward pass takes. cache_gib: memory for keys and values,
        half of it for those that are kept, half for those that are being read.

        Raises BadRequest when path holds no token classifier.
        """
        self.name, self.history = path.name, history
        _check(path)
        self.tokenizer = AutoTokenizer.from_pretrained(path)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        model = AutoModelForTokenClassification.from_pretrained(path, dtype=torch.float32).to(device).eval()
        self.classes: dict[int, str] = model.config.id2label
        self.context: int | None = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        self.parameters = sum(parameter.numel() for parameter in model.parameters())
        weight = getattr(model.config, "surprise", 0.0)
        self._surprise = Surprise(model.config.label2id["-"], weight) if weight else None
        self._reader, self._most_tokens = _reader(
            model, int(cache_gib * GIB), batch_tokens, surprised=self._surprise is not None
        )
        self._prompt = lru_cache(REMEMBERED)(self._prompt_ids)
        self._step = lru_cache(REMEMBERED)(self._step_ids)
        self._lines: Recent[tuple[Ids, tuple[str, ...]], tuple[Ids, ...]] = Recent(REMEMBERED_PATHS)
        self._waiting: list[tuple[Reading, asyncio.Future[None]]] = []
        self._pump: asyncio.Task[None] | None = None

    def readings(self, problem: Problem, paths: Sequence[Path], attempt: object) -> list[Reading]:
        """One for each path; paths that say the same share theirs. attempt: whose readings these are; they share
        nothing with another's."""
        alike: dict[object, Reading] = {}
        readings = []
        for path in paths:
            said = path.earlier, path.stop is StopReason.END, *(step.text for step in path.steps)
            if said not in alike:
                alike[said] = self._reading(problem, path, attempt)
            readings.append(alike[said])
        return readings

    def tokens(self, problem: Problem, path: Path) -> int:
        """Of the prompt and the path: what goes through the model when nothing is kept."""
        return len(self._boundaries(problem, path)[-1])

    async def probabilities(self, readings: Sequence[Reading]) -> list[list[tuple[float, ...]]]:
        """Of the classes, for each step of each reading. Calls made at the same time share forward passes.

        Raises VerifierError when the model fails or a path is longer than its context.
        """
        longest = max((reading.length for reading in readings), default=0)
        if self.context is not None and longest > self.context:
            raise VerifierError(f"a path has {longest} tokens, the context of the verifier {self.name} {self.context}")
        if readings:
            done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting += [(reading, done) for reading in readings]
            if self._pump is None or self._pump.done():
                self._pump = asyncio.create_task(self._serve())
            await done
        return [reading.judged for reading in readings]

    def _reading(self, problem: Problem, path: Path, attempt: object) -> Reading:
        if not path.steps:
            return Reading([], [], attempt)
        boundaries = self._boundaries(problem, path)
        return Reading(boundaries, [*range(1, len(path.steps)), len(boundaries) - 1], attempt)

    def _boundaries(self, problem: Problem, path: Path) -> tuple[Ids, ...]:
        """The prompt, and then the path as far as the end of each step, and with the token that says that it ended."""
        line = self._line(
            self._prompt(problem.prompt, path.earlier if self.history else ()),
            tuple([step.text for step in path.steps]),
        )
        ended = path.stop is StopReason.END and path.steps
        return (*line, (*line[-1], self.tokenizer.eos_token_id)) if ended else line

    def _line(self, prompt: Ids, steps: tuple[str, ...]) -> tuple[Ids, ...]:
        if (line := self._lines.get((prompt, steps))) is None:
            if before := self._lines.get((prompt, steps[:-1])):
                line = (*before, before[-1] + self._step(steps[-1]))
            else:
                line = tuple(accumulate((prompt, *map(self._step, steps))))
            self._lines[prompt, steps] = line
        return line

    def _prompt_ids(self, prompt: str, earlier: tuple[str, ...]) -> Ids:
        return tuple(prompt_ids(self.tokenizer, prompt, earlier))

    def _step_ids(self, text: str) -> Ids:
        return tuple(encode(self.tokenizer, text))

    async def _serve(self) -> None:
        await asyncio.sleep(0)  # let every task that is ready put its paths in line first
        while self._waiting:
            batch = self._take()
            try:
                with torch.inference_mode():
                    self._reader.prepare([reading for reading, _ in batch])
                    judge_steps((reading for reading, _ in batch), len(self.classes), self._surprise)
            except Exception as error:
                _fail({done for _, done in batch}, VerifierError(f"the verifier {self.name} failed: {error}"))
                continue
            unfinished = self._waiting[0][1] if self._waiting else None
            for done in dict.fromkeys(done for _, done in batch):
                if done is not unfinished and not done.done():  # it may have been cancelled just now
                    done.set_result(None)
            await asyncio.sleep(0)

    def _take(self) -> list[tuple[Reading, asyncio.Future[None]]]:
        """First come, first served: as many as there is memory for, were they all as long as the longest."""
        count, longest = 0, 0
        for reading, _ in self._waiting:
            longest = max(longest, reading.length)
            if count and (count + 1) * longest > self._most_tokens:
                break
            count += 1
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        return batch


def _reader(
    model: PreTrainedModel, cache_bytes: int, batch_tokens: int, *, surprised: bool
) -> tuple[Prefill | Whole, int]:
    """What reads for the model, and how many tokens at most it is given to read at once."""
    lean = llama.fits(model)
    if surprised and not lean:
        raise BadRequest(f"a verifier with surprise must be built like Llama, not like {model.config.model_type}")
    kind: Callable[[PreTrainedModel], Forward] = (
        SurprisedForward if surprised else LlamaForward if lean else ModelForward
    )
    try:
        forward = kind(model)
    except BadRequest:
        return Whole(model, batch_tokens), batch_tokens
    # a quarter for the pass, a quarter for what it leaves behind until that is judged, a half for what is kept
    most_tokens = cache_bytes // 4 // forward.layout.token_bytes
    store = PrefixStore(cache_bytes // 2)
    return Prefill(Meter(forward), forward.layout, store, most_tokens, batch_tokens), most_tokens


def _fail(futures: Iterable[asyncio.Future[None]], error: VerifierError) -> None:
    for future in futures:
        if not future.done():
            future.set_exception(error)


def _check(path: FilePath) -> None:
    if not (path / "config.json").is_file():
        raise BadRequest(f"no verifier checkpoint at {path}: it has no config.json")
    architectures = AutoConfig.from_pretrained(path).architectures or []
    if not any(name.endswith("ForTokenClassification") for name in architectures):
        raise BadRequest(f"{path} holds {', '.join(architectures) or 'no architecture'}, not a token classifier")
