"""What a small recorded run is made of."""

from __future__ import annotations

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
