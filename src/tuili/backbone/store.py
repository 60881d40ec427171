"""Prefixes whose keys and values are kept, each sharing those of the prefix that it continues."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

Ids = tuple[int, ...]
Key = tuple[object, Ids]
"""Of a prefix: its owner and its tokens."""


@dataclass(slots=True, eq=False)
class Prefix:
    """A sequence of tokens from the first on, and what sampling from there takes."""

    ids: Ids
    parent: Prefix | None
    """The prefix that this one continues; it keeps the keys and values of its own tokens itself."""
    kept: Tensor
    """Keys and values of the tokens after the parent's, as far as they went through the model:
    [planes, heads, tokens, head_dim]."""
    logits: Tensor | None = None
    """After the last token: [outputs]. None until that token went through the model."""
    owner: object = None
    """Whom it was read for: what another reads is not found."""
    continued: int = 0
    """How many of those that continue it are kept."""
    judged: tuple[float, ...] | None = None
    """What a classifier says of the step that ends here: the probabilities of its classes. None until it was asked."""

    @property
    def key(self) -> Key:
        return self.owner, self.ids

    @property
    def length(self) -> int:
        """How many tokens went through the model, the parent's included."""
        return (len(self.parent.ids) if self.parent else 0) + self.kept.shape[2]

    @property
    def bytes(self) -> int:
        return self.kept.nbytes + (0 if self.logits is None else self.logits.nbytes)

    def all_kept(self) -> Tensor:
        """[planes, heads, length, head_dim]"""
        return torch.cat([prefix.kept for prefix in reversed(list(self.lineage()))], dim=2)

    def lineage(self) -> Iterator[Prefix]:
        """This prefix, its parent, and so on up to the first."""
        prefix: Prefix | None = self
        while prefix is not None:
            yield prefix
            prefix = prefix.parent


class PrefixStore:
    """Bounded: what was used longest ago goes first, but never before what continues it: so none outlives its parent,
    and what is counted is what is held."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._used = 0
        self._prefixes: OrderedDict[Key, Prefix] = OrderedDict()

    def get(self, ids: Ids, owner: object = None) -> Prefix | None:
        prefix = self._prefixes.get((owner, ids))
        if prefix is not None:
            self._prefixes.move_to_end((owner, ids))
        return prefix

    def add(self, *line: Prefix) -> None:
        """Keeps prefixes, each of which continues the one before, but for those that are there already and those whose
        parent is no longer there."""
        for prefix in line:
            parent = prefix.parent
            if prefix.key not in self._prefixes and (parent is None or self._holds(parent)):
                self._prefixes[prefix.key] = prefix
                self._used += prefix.bytes
                if parent is not None:
                    parent.continued += 1
        self._evict()

    def extend(self, prefix: Prefix, kept: Tensor, logits: Tensor) -> None:
        """The rest of a prefix went through the model: its own copy of the keys and values of it, and the logits
        after it."""
        before = prefix.bytes
        prefix.kept = torch.cat([prefix.kept, kept], dim=2) if prefix.kept.shape[2] else kept
        prefix.logits = logits
        if self._holds(prefix):
            self._used += prefix.bytes - before
            self._evict()

    def clear(self) -> None:
        while self._prefixes:
            self._prefixes.popitem()[1].continued = 0
        self._used = 0

    def _holds(self, prefix: Prefix) -> bool:
        return self._prefixes.get(prefix.key) is prefix

    def _evict(self) -> None:
        while self._used > self._limit:
            key, prefix = self._prefixes.popitem(last=False)
            if prefix.continued:
                self._prefixes[key] = prefix
                continue
            self._used -= prefix.bytes
            if prefix.parent is not None:
                prefix.parent.continued -= 1
