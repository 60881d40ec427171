"""What a plan may ask for. A plan is a generator: it yields asks, is sent replies, and returns the path it chose.

The solver answers; a test answers with lists. When an ask would break the budget, BudgetExhausted is thrown into
the plan at that yield, with what the ask had already produced, and the plan must return its best answer so far.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from tuili.records import Path, Purpose, Until


@dataclass(frozen=True, slots=True)
class Sample:
    """n continuations of each path. Reply: list[Path], the n children of the first path, then of the second, …"""

    paths: Sequence[Path]
    n: int = 1
    until: Until = Until.END
    max_tokens: int | None = None
    """Of what is added to each path, `written` included; None, or too many: what the solver's limit leaves of it."""
    temperature: float | None = None
    """None: the solver's."""
    purpose: Purpose = Purpose.EXPLORE
    to_be_scored: bool = False
    """Also hold back what scoring the children can cost at most, so that a later Score of them is never refused. It is
    given back when a child, or a path that goes on from it, is scored."""
    written: str = ""
    """Put after each path first, as if the model had written it. Tokens of the path like any others, but prefilled,
    not generated."""
    earlier: Sequence[Path] = ()
    """Attempts at the problem, oldest first, that the model is shown before it makes another: prefilled too. The
    children carry their texts, and so does all that goes on from them."""

    def __post_init__(self) -> None:
        if self.earlier and any(path.id or path.text for path in self.paths):
            raise ValueError("a new attempt that is shown earlier ones starts from the root")
        if not all(path.finished for path in self.earlier):
            raise ValueError("only a finished attempt can be shown before another")


@dataclass(frozen=True, slots=True)
class Score:
    """A verdict on each path. Reply: list[Scored], in order."""

    paths: Sequence[Path]
    purpose: Purpose = Purpose.EXPLORE


Ask: TypeAlias = Sample | Score


@dataclass(frozen=True, slots=True)
class Choice:
    """What a plan returns: the answer, and the path that gave it (None when nothing answered)."""

    answer: str | None
    path: Path | None


Plan: TypeAlias = Generator[Ask, Any, Choice]
