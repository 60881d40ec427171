"""One path on its way through a verifier's model."""

from __future__ import annotations

from dataclasses import dataclass, field

from tuili.backbone.store import Ids, Prefix


@dataclass(slots=True, eq=False)
class Reading:
    boundaries: list[Ids]
    """The prompt, then the path as far as the end of each step; last, where the path has ended, the token that says
    so. None of them for a path without a step."""
    ends: list[int]
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
