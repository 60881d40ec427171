"""What a small recorded run is made of, and how a training is stopped on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tuili.records import Attempt, Ending, Node, Purpose, RunHeader, StopReason


def attempt(problem: str, answers: list[str | None]) -> Attempt:
    nodes = tuple(
        Node(
            id=(place,),
            text=f"1 + 1 = 2\n</think>\n{answer}" if answer else "1 + 1 = 2\n",
            tokens=9,
            logprob=-1.0,
            min_logprob=-1.0,
            stop=StopReason.END if answer else StopReason.LENGTH,
            purpose=Purpose.EXPLORE,
            answer=answer,
        )
        for place, answer in enumerate(answers)
    )
    return Attempt(problem, "self_consistency:n=5", 0, answers[0], (0,), nodes, (), Ending.DONE)


def header(problems: int, split: str = "train") -> RunHeader:
    return RunHeader(
        task=f"mini:split={split},seed=0,size={problems}",
        data=None,
        model="scripted",
        verifier=None,
        strategies=("self_consistency:n=5",),
        budget=None,
        seeds=(0,),
        problems=problems,
        limit=None,
        sampling={},
        versions={},
        machine={},
        commit=None,
        created="2026-01-01T00:00:00+00:00",
    )


@contextmanager
def stopped_at(trainer: type[Any], step: int) -> Iterator[None]:
    """Somebody presses Ctrl-C when a policy's training asks for the samples of this update, and sees it stop."""
    generate = trainer._generate_and_score_completions

    def fail(self: Any, inputs: list[dict[str, object]]) -> Any:
        if self.state.global_step == step:
            raise KeyboardInterrupt
        return generate(self, inputs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer, "_generate_and_score_completions", fail)
        with pytest.raises(KeyboardInterrupt):
            yield
