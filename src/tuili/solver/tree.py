"""Everything one attempt generates: paths for its plan, nodes for the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from tuili.answers import final_answer
from tuili.records import Completion, Node, Path, Problem, Scored, StopReason
from tuili.steps import StepFormat, split_steps
from tuili.strategies.asks import Sample


class Tree:
    def __init__(self, problem: Problem, form: StepFormat) -> None:
        self._problem = problem
        self._form = form
        self._nodes: dict[tuple[int, ...], Node] = {}
        self._children: dict[tuple[int, ...], int] = {}

    @property
    def nodes(self) -> tuple[Node, ...]:
        """In the order in which they were asked for."""
        return tuple(self._nodes.values())

    def new_ids(self, parent: Path, n: int) -> list[tuple[int, ...]]:
        """The ids of n more children: numbering goes on over all asks for the same parent."""
        start = self._children.get(parent.id, 0)
        self._children[parent.id] = start + n
        return [(*parent.id, index) for index in range(start, start + n)]

    def write(self, path: Path, text: str) -> Path:
        """The path with text put after it by its strategy: still the same node, until it has children."""
        return replace(path, text=path.text + text, steps=split_steps(text, self._form, path.steps))

    def grow(self, parent: Path, completion: Completion, ask: Sample) -> Callable[[tuple[int, ...]], Path]:
        """What makes, by its id, each child that a completion makes of its parent, and records it as a node with what
        its ask put before it."""
        text = parent.text + completion.text
        ids_known = bool(completion.token_ids) and len(parent.token_ids) == parent.tokens
        logprob, min_logprob = sum(completion.logprobs), min(completion.logprobs, default=0.0)
        answer = self._answer(text, completion.stop)
        node = partial(
            Node,
            text=ask.written + completion.text,
            tokens=completion.tokens,
            logprob=logprob,
            min_logprob=min_logprob,
            stop=completion.stop,
            purpose=ask.purpose,
            answer=answer,
            written=len(ask.written),
            after=tuple(attempt.id for attempt in ask.earlier),
        )
        path = partial(
            Path,
            text=text,
            token_ids=parent.token_ids + completion.token_ids if ids_known else (),
            tokens=parent.tokens + completion.tokens,
            logprob=parent.logprob + logprob,
            min_logprob=min(parent.min_logprob, min_logprob),
            stop=completion.stop,
            steps=split_steps(completion.text, self._form, parent.steps),
            answer=answer,
            earlier=parent.earlier,
        )

        def child(path_id: tuple[int, ...]) -> Path:
            self._nodes[path_id] = node(id=path_id)
            return path(id=path_id)

        return child

    def judge(self, scored: Iterable[Scored]) -> None:
        for item in scored:
            if node := self._nodes.get(item.path.id):
                self._nodes[item.path.id] = replace(node, verdict=item.verdict)

    def _answer(self, text: str, stop: StopReason) -> str | None:
        if stop is StopReason.STEP:
            return None
        return final_answer(text, self._problem.answer_kind, self._form, finished=stop is StopReason.END)
