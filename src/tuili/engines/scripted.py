"""scripted: the fake engine. It writes what it is told to and counts its own tokens; for tests and examples.

A token is a line break or a word (see words); the end of a turn is a token too. A path that it has written or been
given before counts as cached.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tuili.engines.base import Sampled
from tuili.engines.words import words
from tuili.errors import EngineError
from tuili.records import Completion, Path, Problem, Sampling, StopReason, Until
from tuili.steps import LINES, StepFormat

Script = Callable[[Problem, str, int], str]
"""What is left to write: for a problem, the text of the path so far, and a seed. The earlier attempts that a path is
shown stand before its text, each with END_OF_ATTEMPT after it."""
END_OF_ATTEMPT = "\n---\n"


@dataclass(frozen=True, slots=True)
class Call:
    problem: Problem
    path: Path
    seeds: tuple[int, ...]
    sampling: Sampling


class ScriptedEngine:
    def __init__(
        self,
        script: Script | Mapping[str, str | Sequence[str]],
        *,
        step_format: StepFormat = LINES,
        parameters: int = 0,
        context: int = 1 << 20,
        name: str = "scripted",
    ) -> None:
        """script: a function, or for each problem's id its whole text, or several for seeds to choose among."""
        self.name, self.step_format, self.parameters, self.context = name, step_format, parameters, context
        self.calls: list[Call] = []
        """In order."""
        self.prompt_tokens = 0
        """All that it has counted, like generated_tokens: what charges must add up to."""
        self.generated_tokens = 0
        self._script = script if callable(script) else _chosen_from(script)
        self._seen: set[tuple[object, str, str]] = set()

    async def sample(
        self, problem: Problem, path: Path, *, seeds: Sequence[int], sampling: Sampling, attempt: object = None
    ) -> Sampled:
        self.calls.append(Call(problem, path, tuple(seeds), sampling))
        await asyncio.sleep(0)
        before = _shown(path)
        prefilled = 0 if (attempt, problem.prompt, before) in self._seen else self.prompt_bound(problem, path)
        room = self.context - self.prompt_bound(problem, path)
        completions = [
            self._complete(path.text, self._script(problem, before, seed), min(sampling.max_tokens, room), sampling)
            for seed in seeds
        ]
        self._seen |= {(attempt, problem.prompt, before + text) for text in ("", *(each.text for each in completions))}
        self.prompt_tokens += prefilled
        self.generated_tokens += sum(completion.tokens for completion in completions)
        return Sampled(completions, prefilled)

    def prompt_bound(self, problem: Problem, path: Path) -> int:
        return len(words(problem.prompt)) + len(words(_shown(path)))

    async def close(self) -> None:
        pass

    def _complete(self, before: str, rest: str, limit: int, sampling: Sampling) -> Completion:
        text = ""
        for count, word in enumerate(words(rest)):
            if count >= limit:
                return Completion(text, count, stop=StopReason.LENGTH)
            text += word
            if sampling.until is Until.STEP and self._completes_a_step(before, text):
                return Completion(text, count + 1, stop=StopReason.STEP)
        tokens = len(words(rest))
        if tokens >= limit:
            return Completion(text, tokens, stop=StopReason.LENGTH)
        return Completion(text, tokens + 1, stop=StopReason.END)

    def _completes_a_step(self, before: str, text: str) -> bool:
        marker = self.step_format.end_of_thinking
        thinking = marker is None or marker not in before + text
        return thinking and text.endswith(self.step_format.separator) and bool(text.strip())


def _shown(path: Path) -> str:
    return "".join(attempt + END_OF_ATTEMPT for attempt in path.earlier) + path.text


def _chosen_from(texts: Mapping[str, str | Sequence[str]]) -> Script:
    def script(problem: Problem, before: str, seed: int) -> str:
        written = before.rpartition(END_OF_ATTEMPT)[2]
        known = texts.get(problem.id, ())
        fitting = [text for text in ([known] if isinstance(known, str) else known) if text.startswith(written)]
        if not fitting:
            raise EngineError(f"the script has nothing for problem {problem.id} after {written!r}")
        return fitting[seed % len(fitting)][len(written) :]

    return script
