"""A sample of attempts, step by step, for the page's explorer.

Limits keep the file small: PROBLEMS problems of every run, spread over levels; PATHS paths of an attempt, the chosen
one first; TEXT characters of a path; BYTES for everything.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate, chain, zip_longest
from typing import Any

from tuili.evaluation.reduce import GradedAttempt
from tuili.grading.graded import grade_of
from tuili.grading.outcome import Grade, Outcome
from tuili.records import Attempt, Node, Problem, Step, StopReason
from tuili.steps import FORMATS, split_steps

PROBLEMS, PATHS, TEXT, BYTES = 30, 24, 12_000, 3_000_000


class Explorer:
    """Watches the attempts of one run go by and keeps those at a few problems."""

    def __init__(self, run: str, problems: Sequence[Problem]) -> None:
        self.run = run
        self.shown = {problem.id: problem for problem in _spread(problems)}
        self.exhibits: list[dict[str, Any]] = []

    def watch(self, item: GradedAttempt) -> None:
        problem = self.shown.get(item.attempt.problem_id)
        if problem is not None and item.attempt.nodes:
            self.exhibits.append(self._exhibit(problem, *item))

    def _exhibit(self, problem: Problem, attempt: Attempt, grades: Mapping[str, Grade]) -> dict[str, Any]:
        leaves = _leaves(attempt)
        return {
            "run": self.run,
            "strategy": attempt.strategy,
            "seed": attempt.seed,
            "problem": {"id": problem.id, "prompt": problem.prompt, "level": problem.level},
            "answer": attempt.answer,
            "tokens": sum(charge.tokens for charge in attempt.charges),
            "ending": attempt.ending,
            "paths": [_path(attempt, leaf, grades) for leaf in leaves[:PATHS]],
            "drawn": len(leaves),
            "found": any(grade_of(leaf.answer, grades).outcome is Outcome.CORRECT for leaf in leaves),
        } | _graded(attempt.answer, grades)


def exhibits(explorers: Iterable[Explorer]) -> list[dict[str, Any]]:
    """What all of them kept, runs in turn, as long as it fits into BYTES of JSON."""
    kept, size = [], 0
    in_turn = chain.from_iterable(zip_longest(*(explorer.exhibits for explorer in explorers)))
    for exhibit in filter(None, in_turn):
        size += len(json.dumps(exhibit))
        if size > BYTES:
            break
        kept.append(exhibit)
    order = {exhibit["problem"]["id"]: None for exhibit in kept}
    return [exhibit for problem in order for exhibit in kept if exhibit["problem"]["id"] == problem]


def _spread(problems: Sequence[Problem]) -> list[Problem]:
    """PROBLEMS of them: levels in turn, evenly from the beginning to the end of each."""
    levels: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        levels[problem.level or 0].append(problem)
    share = -(-PROBLEMS // max(len(levels), 1))
    picked = [members[:: max(1, len(members) // share)][:share] for _, members in sorted(levels.items())]
    in_turn = chain.from_iterable(zip_longest(*picked))
    return [problem for problem in in_turn if problem is not None][:PROBLEMS]


def _leaves(attempt: Attempt) -> list[Node]:
    """The ends of all paths, the chosen one first."""
    parents = {node.id[:-1] for node in attempt.nodes}
    leaves = [node for node in attempt.nodes if node.id not in parents or node.id == attempt.chosen]
    return sorted(leaves, key=lambda node: node.id != attempt.chosen)


def _path(attempt: Attempt, leaf: Node, grades: Mapping[str, Grade]) -> dict[str, Any]:
    ids = {leaf.id[:depth] for depth in range(1, len(leaf.id) + 1)}
    nodes = sorted((node for node in attempt.nodes if node.id in ids), key=lambda node: len(node.id))
    verdict = next((node.verdict for node in reversed(nodes) if node.verdict is not None), None)
    steps = _steps("".join(node.text for node in nodes), verdict.step_scores if verdict else ())
    shown = _shortened(steps)
    unfinished = leaf.stop is StopReason.STEP
    return {
        "id": ".".join(map(str, leaf.id)),
        "chosen": leaf.id == attempt.chosen,
        "answer": leaf.answer,
        "tokens": sum(node.tokens for node in nodes),
        "score": None if verdict is None else round(verdict.score, 4),
        "stop": leaf.stop,
        "purpose": leaf.purpose,
        "after": [".".join(map(str, earlier)) for earlier in nodes[0].after],
        "steps": shown,
        "more": len(steps) - len(shown),
    } | ({"mark": "unfinished", "reason": "discarded before its end"} if unfinished else _graded(leaf.answer, grades))


def _graded(answer: str | None, grades: Mapping[str, Grade]) -> dict[str, Any]:
    grade = grade_of(answer, grades)
    return {"mark": grade.outcome, "reason": grade.reason}


def _steps(text: str, scores: Sequence[float]) -> list[tuple[str, float | None]]:
    """(text, score) of every step, None where it has no score."""
    steps = _cut(text, len(scores))
    padded = [*(round(score, 3) for score in scores), *[None] * len(steps)]
    return [(step.text, score) for step, score in zip(steps, padded, strict=False)]


def _cut(text: str, scored: int) -> tuple[Step, ...]:
    """Into as many steps as were scored, if a format does; a run does not record which format its model uses."""
    cuts = [split_steps(text, form) for form in FORMATS.values()]
    return next((steps for steps in cuts if len(steps) == scored), cuts[0] if "</think>" in text else cuts[-1])


def _shortened(steps: Sequence[tuple[str, float | None]]) -> list[tuple[str, float | None]]:
    """The steps that begin within TEXT characters."""
    starts = accumulate((len(text) for text, _ in steps), initial=0)
    return [step for start, step in zip(starts, steps, strict=False) if start < TEXT]
