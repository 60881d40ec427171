"""A tree walked depth-first into one long thought, as in O1 Replication Journey (arXiv 2410.18982).

On the way to a right leaf the thought sometimes enters a wrong branch, follows it to a leaf, names the step that is
wrong and goes back to where it left the way. The paper has a language model write the turns; here they say which step
was wrong and what is kept, and traces.wording puts that into words.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from tuili.traces.tree import TreeNode, leaves


@dataclass(frozen=True, slots=True)
class Turn:
    """The end of a wrong branch."""

    wrong: str
    """The step of the branch that is said to be wrong."""
    kept: tuple[str, ...]
    """The steps from the root to where the thought goes back to."""
    left: int
    """How many of the steps before it are the branch's."""


@dataclass(frozen=True, slots=True)
class Journey:
    pieces: tuple[str | Turn, ...]
    """Steps, and turns between them."""

    @property
    def wrong_branches(self) -> int:
        return sum(isinstance(piece, Turn) for piece in self.pieces)


def walk(
    root: TreeNode, way: Sequence[TreeNode], rng: random.Random, *, most: int, enter: float, doubtful: float
) -> Journey:
    """The thought that follows `way`, the nodes from the root's child to a right leaf.

    Each wrong branch beside the way is entered with the probability `enter`, `most` of them at most. A branch is wrong
    when it holds wrong leaves and no right one. The step said to be wrong is the first that the verifier scored below
    `doubtful`, else the one with the lowest score; without scores, the first of the branch.
    """
    pieces: list[str | Turn] = []
    kept: list[str] = []
    entered, node = 0, root
    for step in way:
        branches = [child for child in node.children.values() if child is not step and is_wrong(child)]
        for branch in rng.sample(branches, len(branches)):
            if entered < most and rng.random() < enter:
                steps = _to_a_wrong_leaf(branch, rng)
                pieces += [each.text for each in steps]
                pieces.append(Turn(_said_to_be_wrong(steps, doubtful).text, tuple(kept), len(steps)))
                entered += 1
        pieces.append(step.text)
        kept.append(step.text)
        node = step
    return Journey(tuple(pieces))


def is_wrong(branch: TreeNode) -> bool:
    """Whether a thought can enter the branch, and has to leave it. An answer ends a thought and is no branch."""
    ends = {way[-1].right for way in leaves(branch)} if branch.children else {branch.right}
    return not branch.is_answer and False in ends and True not in ends


def _to_a_wrong_leaf(branch: TreeNode, rng: random.Random) -> list[TreeNode]:
    """The steps of thinking on a random way to a wrong leaf."""
    ways = [way for way in leaves(branch) if way[-1].right is False]
    way = (branch, *rng.choice(ways)) if ways else (branch,)
    return [step for step in way if not step.is_answer]


def _said_to_be_wrong(steps: Sequence[TreeNode], doubtful: float) -> TreeNode:
    scored = [(step.score, step) for step in steps if step.score is not None]
    below = [step for score, step in scored if score < doubtful]
    if below:
        return below[0]
    return min(scored, key=lambda pair: pair[0])[1] if scored else steps[0]
