"""One call of `sample` on its way through the engine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tuili.backbone.store import Ids, Prefix
from tuili.engines.local.stops import State
from tuili.records import StopReason


class Outcome(NamedTuple):
    ids: Ids
    logprobs: tuple[float, ...]
    stop: StopReason


@dataclass(slots=True, eq=False)
class Request:
    boundaries: Sequence[Ids]
    """The prefixes of the prompt plus path that may be kept, each continuing the one before; the last is the whole."""
    watch: State
    """Of the path's text."""
    seeds: Sequence[int]
    limit: int
    """Tokens that each continuation may have."""
    temperature: float
    until_step: bool
    kept: Collection[StopReason]
    """Where a continuation stopped that something may go on from, or that may be shown before another attempt."""
    owner: object
    """The attempt that the path is of: what is read of it is shared with nothing else."""
    prefixes: list[Prefix] = field(default_factory=list)
    """Of the boundaries, as far as they are there."""
    prefilled: int = 0
    joined: int = 0
    """How many of the seeds have joined the batch."""
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    """By the seed's place in `seeds`."""

    @property
    def ids(self) -> Ids:
        return self.boundaries[-1]

    @property
    def prefix(self) -> Prefix | None:
        """The whole, once it is prefilled; of one that was sampled here the last token may be unread."""
        return self.prefixes[-1] if len(self.prefixes) == len(self.boundaries) else None

    @property
    def whole(self) -> Prefix:
        """Where its rows begin, once it is prefilled."""
        assert self.prefix is not None
        return self.prefix

    @property
    def kind(self) -> object:
        """Requests of the same kind draw their samples from the same distributions."""
        return self.whole, self.watch, self.limit, self.temperature, self.until_step, frozenset(self.kept)

    @property
    def finished(self) -> bool:
        return len(self.outcomes) == len(self.seeds)
