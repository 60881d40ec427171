"""Sampled paths merged into a tree by the texts of their steps: a search's branches and whole samples alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SampledPath:
    """One path from the problem to where it ended."""

    steps: tuple[str, ...]
    right: bool | None
    """Whether it came to a right answer; None where that is not known."""
    scores: tuple[float, ...] = ()
    """A verifier's, one a step; () where there are none."""
    answered: bool = False
    """Whether the last step is the answer, and no thinking."""


@dataclass(slots=True)
class TreeNode:
    """A step, with the steps that were tried after it. The root has no text."""

    text: str = ""
    score: float | None = None
    is_answer: bool = False
    right: bool | None = None
    """Of a leaf: whether its answer is right; None where that is not known."""
    children: dict[str, TreeNode] = field(default_factory=dict)
    """By their texts, in the order in which they were first tried."""


def grow(paths: Iterable[SampledPath]) -> TreeNode:
    """The tree of all paths; a path that is the beginning of another one ends in no leaf."""
    root = TreeNode()
    for path in paths:
        node = root
        for place, text in enumerate(path.steps):
            node = node.children.setdefault(text, TreeNode(text))
            if path.scores and node.score is None:
                node.score = path.scores[place]
        node.is_answer = node.is_answer or path.answered
        if path.right is not None:
            node.right = path.right
    return root


def leaves(node: TreeNode) -> Iterator[tuple[TreeNode, ...]]:
    """The ways to each leaf below a node, the node itself left out; none for a leaf. In the order of the tree."""
    waiting: list[tuple[TreeNode, ...]] = [(child,) for child in reversed(node.children.values())]
    while waiting:
        way = waiting.pop()
        if not way[-1].children:
            yield way
        waiting += [(*way, child) for child in reversed(way[-1].children.values())]
