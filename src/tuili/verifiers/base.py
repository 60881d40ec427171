"""What every verifier offers: a verdict on a path from the problem's text alone, never from its gold answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tuili.records import Path, Problem, Verdict


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdicts in the order of the paths, and the tokens that went through the verifier's model for them."""

    verdicts: list[Verdict]
    tokens: int


class Verifier(Protocol):
    name: str
    parameters: int
    """How many its model has, for FLOPs; 0 for a verifier without a model."""

    async def judge(self, problem: Problem, paths: Sequence[Path], attempt: object = None) -> Judged:
        """Many calls run at once; the verifier batches them. Raises VerifierError when its model fails.

        attempt: whose paths these are. What a verifier has read of an attempt it need not read again for it; between
        attempts it shares nothing, or what one costs would depend on what else runs.
        """
        ...

    def bound(self, problem: Problem, path: Path, new_tokens: int) -> int:
        """The most tokens that judging this path, grown by new_tokens, can take: an upper bound, for reserving."""
        ...

    async def close(self) -> None: ...
