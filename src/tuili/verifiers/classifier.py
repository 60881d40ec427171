"""A token-classification model over many paths at once: class probabilities at the last token of every step.

Whole paths go through the model; siblings do not share the keys and values of their parent yet.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForTokenClassification, AutoTokenizer

from tuili.conversation import prompt_ids
from tuili.errors import BadRequest, VerifierError
from tuili.records import Path, Problem, StopReason


@dataclass(frozen=True, slots=True)
class Encoded:
    ids: list[int]
    ends: list[int]
    """The position of each step's last token."""


class Classifier:
    def __init__(self, path: FilePath, batch_tokens: int, history: bool) -> None:
        """batch_tokens: how many tokens, padding included, one forward pass takes. history: whether the earlier
        attempts that a path's model was shown are put before the path here too.

        Raises BadRequest when path holds no token classifier.
        """
        self.path, self.batch_tokens, self.history = path, batch_tokens, history
        _check(path)
        self.tokenizer = AutoTokenizer.from_pretrained(path)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.model = AutoModelForTokenClassification.from_pretrained(path, dtype=torch.float32).to(self.device).eval()
        self.classes: dict[int, str] = self.model.config.id2label
        self.parameters = sum(parameter.numel() for parameter in self.model.parameters())
        self._waiting: list[tuple[Encoded, asyncio.Future[Tensor]]] = []
        self._pump: asyncio.Task[None] | None = None

    def encode(self, problem: Problem, path: Path) -> Encoded:
        ids = self._prompt(problem, path)
        ends = []
        for step in path.steps:
            ids += self.tokenizer(step.text, add_special_tokens=False)["input_ids"]
            ends.append(len(ids) - 1)
        if path.stop is StopReason.END and ends:
            ids.append(self.tokenizer.eos_token_id)
            ends[-1] += 1
        return Encoded(ids, ends)

    def prompt_tokens(self, problem: Problem, path: Path) -> int:
        return len(self._prompt(problem, path))

    async def probabilities(self, encoded: Sequence[Encoded]) -> list[Tensor]:
        """For each, the class probabilities [steps, classes]. Calls made at the same time share forward passes."""
        loop = asyncio.get_running_loop()
        futures: list[asyncio.Future[Tensor]] = [loop.create_future() for _ in encoded]
        self._waiting += zip(encoded, futures, strict=True)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._serve())
        return list(await asyncio.gather(*futures))

    def _prompt(self, problem: Problem, path: Path) -> list[int]:
        return prompt_ids(self.tokenizer, problem.prompt, path.earlier if self.history else ())

    async def _serve(self) -> None:
        await asyncio.sleep(0)  # let every task that is ready put its paths in line first
        while self._waiting:
            self._waiting.sort(key=lambda item: len(item[0].ids))
            batch = self._take()
            try:
                results = self._forward([encoded for encoded, _ in batch])
            except Exception as error:
                for _, future in batch:
                    future.set_exception(VerifierError(f"the verifier {self.path.name} failed: {error}"))
                continue
            for (_, future), result in zip(batch, results, strict=True):
                if not future.cancelled():
                    future.set_result(result)
            await asyncio.sleep(0)

    def _take(self) -> list[tuple[Encoded, asyncio.Future[Tensor]]]:
        """The longest ones in line that fit a forward pass together, padded to the longest."""
        longest = len(self._waiting[-1][0].ids)
        count = max(1, self.batch_tokens // longest)
        batch, self._waiting = self._waiting[-count:], self._waiting[:-count]
        return batch

    @torch.inference_mode()
    def _forward(self, batch: list[Encoded]) -> list[Tensor]:
        longest = max(len(item.ids) for item in batch)
        # right padding needs no mask under causal attention: nothing real ever looks at it
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        for row, item in enumerate(batch):
            ids[row, : len(item.ids)] = torch.tensor(item.ids)
        logits = self.model(input_ids=ids.to(self.device)).logits
        rows = torch.tensor([row for row, item in enumerate(batch) for _ in item.ends], dtype=torch.long)
        ends = torch.tensor([end for item in batch for end in item.ends], dtype=torch.long)
        probabilities = logits[rows.to(self.device), ends.to(self.device)].float().softmax(-1).cpu()
        return list(probabilities.split([len(item.ends) for item in batch]))


def _check(path: FilePath) -> None:
    if not (path / "config.json").is_file():
        raise BadRequest(f"no verifier checkpoint at {path}: it has no config.json")
    architectures = AutoConfig.from_pretrained(path).architectures or []
    if not any(name.endswith("ForTokenClassification") for name in architectures):
        raise BadRequest(f"{path} holds {', '.join(architectures) or 'no architecture'}, not a token classifier")
