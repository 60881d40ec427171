"""What every engine offers. Engines know nothing of strategies, budgets or gold answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tuili.records import Completion, Path, Problem, Sampling
from tuili.steps import StepFormat


@dataclass(frozen=True, slots=True)
class Sampled:
    """The continuations of one path, and how many prompt tokens had to go through the model for them."""

    completions: list[Completion]
    prefilled: int
    """0 when the path's keys and values were still there."""
    path_ids: tuple[int, ...] = ()
    """The path's tokens, those that its strategy wrote included; () where the engine cannot say. A hint like those of a
    completion."""


class Engine(Protocol):
    name: str
    """The full spec it was made from."""
    parameters: int
    """How many the model has, for FLOPs; 0 where nobody says."""
    step_format: StepFormat
    context: int
    """The longest prompt plus continuation, in tokens."""

    async def sample(
        self, problem: Problem, path: Path, *, seeds: Sequence[int], sampling: Sampling, attempt: object = None
    ) -> Sampled:
        """One continuation of the path for each seed, in order. The same seed gives the same text, always.

        attempt: whose path this is. What the engine has read of an attempt it need not read again for it; between
        attempts it shares nothing, or what one costs would depend on what else runs.

        Many calls run at once; the engine batches them. Raises EngineError when the model or server fails.
        """
        ...

    def prompt_bound(self, problem: Problem, path: Path) -> int:
        """The most tokens that `sample` can prefill for this path: an upper bound, for reserving."""
        ...

    async def close(self) -> None: ...
