"""scripted: the fake verifier. It scores by a function and counts every token it was shown; for tests and examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tuili.records import Path, Problem, Verdict
from tuili.verifiers.base import Judged


class ScriptedVerifier:
    def __init__(
        self, score: Callable[[Problem, Path], Verdict | float], *, parameters: int = 0, name: str = "scripted"
    ) -> None:
        """score: the verdict on a path, or only its score. Judging a path takes its tokens and the words
        of the prompt and of the earlier attempts that the path was shown."""
        self.name, self.parameters = name, parameters
        self.tokens = 0
        """All that went through it so far."""
        self._score = score

    async def judge(self, problem: Problem, paths: Sequence[Path], attempt: object = None) -> Judged:
        tokens = sum(self.bound(problem, path, 0) for path in paths)
        self.tokens += tokens
        scores = [self._score(problem, path) for path in paths]
        return Judged([score if isinstance(score, Verdict) else Verdict(score) for score in scores], tokens)

    def bound(self, problem: Problem, path: Path, new_tokens: int) -> int:
        read = sum(len(text.split()) for text in (problem.prompt, *path.earlier))
        return read + path.tokens + new_tokens

    async def close(self) -> None:
        pass
