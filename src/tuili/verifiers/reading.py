"""One path on its way through a verifier's model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from tuili.backbone.store import Ids, Prefix


@dataclass(slots=True, eq=False)
class Reading:
    boundaries: Sequence[Ids]
    """The prompt, then the path as far as the end of each step; last, where the path has ended, the token that says
    so. None of them for a path without a step."""
    ends: Sequence[int]
    """Which of the boundaries each step is judged at: its last token's, that of the path's end included."""
    owner: object
    """The attempt that the path is of."""
    prefixes: list[Prefix] = field(default_factory=list)
    """Of the boundaries, as far as they are read."""
    prefilled: int = 0
    """How many tokens had to go through the model."""

    @property
    def length(self) -> int:
        return len(self.boundaries[-1]) if self.boundaries else 0

    def logits(self) -> Iterator[Tensor]:
        """Those that each step is judged by: [classes] each. Once all is read."""
        for end in self.ends:
            logits = self.prefixes[end].logits
            assert logits is not None
            yield logits
