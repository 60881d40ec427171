"""reasoning_gym: any of reasoning-gym's procedural data sets, with its own scorer (arXiv 2505.24760)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from tuili.errors import BadRequest
from tuili.grading.reasoning_gym import MODULE
from tuili.grading.worker import Worker, WorkerFailed
from tuili.records import AnswerKind, Problem
from tuili.tasks.base import Item, Source

INSTRUCTION = (
    "Think step by step, then give your final answer between <answer> and </answer>, with no explanation among it. "
    "When an example is given, write your answer exactly in its format."
)
STRIDE = 1_000_000
"""reasoning-gym makes problem i from seed + i, so that its seeds 0 and 1 share all but one: ours are this far apart."""
SECONDS = 120.0
"""Of processor time, for one problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedural:
    """One data set with its default difficulty."""

    dataset: str
    size: int
    seed: int

    @property
    def name(self) -> str:
        return "reasoning_gym"

    @property
    def source(self) -> Source | None:
        return None

    @property
    def licence(self) -> str:
        return "Apache-2.0"

    @property
    def schema(self) -> str:
        return "generated"

    @property
    def grader(self) -> str:
        return "reasoning_gym"

    @property
    def answer_kind(self) -> AnswerKind:
        return AnswerKind.TAGGED

    @property
    def max_tokens(self) -> int:
        return 4096

    def items(self) -> Iterator[Item]:
        """The same for a seed and a size under one version of reasoning-gym and of Python."""
        if find_spec("reasoning_gym") is None:
            raise BadRequest("reasoning_gym needs the package reasoning-gym: pip install 'tuili[gym]'")
        with Worker(MODULE) as worker:
            yield from self.made_by(worker)

    def made_by(self, worker: Worker) -> Iterator[Item]:
        """The same in any process of gym_worker. Only one data set at a time."""
        self._open(worker)
        for index in range(self.size):
            yield self._item(index, self._ask(worker, "next"))

    def _open(self, worker: Worker) -> None:
        close = self._ask(worker, "close_names", self.dataset)
        if close != [self.dataset]:
            raise BadRequest(f"reasoning-gym has no {self.dataset}; it has: {', '.join(close)}")
        if refused := self._ask(worker, "open", self.dataset, self.size, self.seed * STRIDE):
            raise BadRequest(f"reasoning-gym refuses {self.dataset} with size={self.size}, seed={self.seed}: {refused}")

    def _ask(self, worker: Worker, *request: Any) -> Any:
        try:
            return worker.ask(request, SECONDS)
        except WorkerFailed as failure:
            raise BadRequest(f"reasoning-gym cannot make the problems of {self.dataset}: {failure}") from failure

    def _item(self, index: int, made: dict[str, str]) -> Item:
        # with another size or version the same place can hold another problem, which must not be paired with this one
        digest = hashlib.sha256(made["question"].encode()).hexdigest()[:8]
        problem = Problem(
            id=f"reasoning_gym/{self.dataset}/{self.seed}-{index}-{digest}",
            prompt=f"{made['question']}\n\n{INSTRUCTION}",
            task=self.name,
            answer_kind=self.answer_kind,
            tags={"dataset": self.dataset},
        )
        return Item(problem, json.dumps({"dataset": self.dataset, "entry": made["entry"]}))


def reasoning_gym(*, name: str, size: int = 500, seed: int = 0) -> Procedural:
    """reasoning_gym:NAME, one of reasoning-gym's procedural data sets and its own scorer (arXiv 2505.24760)."""
    return Procedural(dataset=name, size=size, seed=seed)
