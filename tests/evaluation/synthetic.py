"""Run folders made up from a known law, for tests and benchmarks: no model, any size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tuili.codec import encode
from tuili.grading.graded import AttemptGrades
from tuili.grading.outcome import CORRECT, INCORRECT
from tuili.jsonl import replace_log
from tuili.records import (
    Attempt,
    Charge,
    Component,
    Ending,
    Node,
    Problem,
    Purpose,
    RunHeader,
    StopReason,
    Verdict,
)
from tuili.runs import ATTEMPTS, HEADER, keep_problems, replace_grades

GENERATOR, VERIFIER = 6_000_000, 2_000_000
PROMPT = 24
THOUGHT = "wait, let me see whether that can be right at all\n"


def header(strategies: tuple[str, ...], problems: int, **changes: object) -> RunHeader:
    values: dict[str, object] = {
        "task": "mini",
        "data": None,
        "model": "local:path=checkpoints/policy",
        "verifier": "process:path=checkpoints/prm,aggregate=last",
        "strategies": strategies,
        "budget": None,
        "seeds": (0,),
        "problems": problems,
        "limit": None,
        "sampling": {"max_tokens": 512, "temperature": 1.0},
        "versions": {"tuili": "0.1.0", "python": "3.11"},
        "machine": {"cores": "2"},
        "commit": "0123456789ab",
        "created": "2026-01-01T00:00:00+00:00",
        "parameters": {"generator": GENERATOR, "verifier": VERIFIER},
    }
    return RunHeader(**values | changes)  # type: ignore[arg-type]


def problems(count: int) -> list[Problem]:
    return [
        Problem(f"p{i}", f"Make {i % 90 + 10} from 3, 5, 7 and {i % 9 + 1}.", "mini", level=i % 5 + 1)
        for i in range(count)
    ]


class Law:
    """How samples come out: the chance of a right answer falls with the level; scores know right from wrong."""

    def __init__(self, seed: int = 0, skill: float = 1.5, letters: int = 0) -> None:
        """skill: how far, in standard deviations, scores of right and wrong samples lie apart. letters: how many every
        sample thinks before its first step, at least."""
        self.generator = np.random.default_rng(seed)
        self.skill = skill
        self.thought = THOUGHT * -(-letters // len(THOUGHT))

    def attempt(self, problem: Problem, strategy: str, n: int, *, scored: bool, seed: int = 0) -> Attempt:
        draw = self.generator
        chance = draw.beta(2.0, 0.5 + 1.2 * ((problem.level or 1) - 1))
        tempting = draw.random() < 0.3
        nodes = tuple(self._node(i, chance, tempting, scored) for i in range(n))
        answered = [node for node in nodes if node.answer is not None]
        chosen = max(answered, key=lambda node: node.verdict.score if node.verdict else 0.0, default=None)
        generated = sum(node.tokens for node in nodes)
        charges = [
            Charge(Component.GENERATOR, Purpose.EXPLORE, PROMPT, generated, 2.0 * GENERATOR * (PROMPT + generated), 0.5)
        ]
        if scored:
            read = n * PROMPT + generated
            charges.append(Charge(Component.VERIFIER, Purpose.EXPLORE, read, 0, 2.0 * VERIFIER * read, 0.1))
        return Attempt(
            problem.id,
            strategy,
            seed,
            chosen.answer if chosen else None,
            chosen.id if chosen else None,
            nodes,
            tuple(charges),
            Ending.DONE,
        )

    def _node(self, index: int, chance: float, tempting: bool, scored: bool) -> Node:
        draw = self.generator
        right = draw.random() < chance
        cut = not right and draw.random() < 0.1
        wrong = "wrong 0" if tempting and draw.random() < 0.7 else f"wrong {draw.integers(1, 30)}"
        answer = None if cut else "right" if right else wrong
        steps = [f"{a} * {b} = {a * b}\n" for a, b in draw.integers(2, 12, size=(3, 2))]
        text = self.thought + "".join(steps) + ("" if cut else f"</think>{answer}")
        verdict = None
        if scored:
            scores = 1 / (1 + np.exp(-draw.normal(self.skill * (right - 0.5), 1, size=3 + (not cut))))
            step_scores = tuple(round(float(score), 4) for score in scores)
            verdict = Verdict(step_scores[-1], step_scores)
        return Node(
            (index,),
            text,
            int(draw.integers(20, 60)),
            -12.5,
            -2.5,
            StopReason.LENGTH if cut else StopReason.END,
            Purpose.EXPLORE,
            answer,
            verdict,
        )


def grades(attempt: Attempt) -> AttemptGrades:
    answers = {attempt.answer, *(node.answer for node in attempt.nodes)} - {None}
    return AttemptGrades(*attempt.key, {a: CORRECT if a == "right" else INCORRECT for a in sorted(answers)})


def write_run(
    folder: Path,
    *,
    count: int = 40,
    strategies: dict[str, tuple[int, bool]] | None = None,
    seed: int = 0,
    skill: float = 1.5,
    letters: int = 0,
    **changes: object,
) -> Path:
    """strategies: full spec -> (samples, whether a verifier scored them). changes: of the header."""
    strategies = strategies or {"best_of_n:n=16,weighted=true": (16, True)}
    folder.mkdir(parents=True)
    (folder / HEADER).write_text(encode(header(tuple(strategies), count, **changes)))
    listed = problems(count)
    keep_problems(folder, listed)
    law = Law(seed, skill, letters)

    def attempts() -> Iterator[Attempt]:
        for strategy, (n, scored) in strategies.items():
            for problem in listed:
                attempt = law.attempt(problem, strategy, n, scored=scored)
                lines.append(grades(attempt))
                yield attempt

    lines: list[AttemptGrades] = []
    replace_log(folder / ATTEMPTS, attempts())
    replace_grades(folder, lines)
    return folder
