"""A tree told as one long thought: by hand on small trees, and what holds of every tree."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tuili.traces.journey import Journey, Turn, is_wrong, walk
from tuili.traces.tree import SampledPath, grow, leaves

RIGHT = SampledPath(("a", "b", "!"), True, (0.9, 0.8, 0.9), answered=True)


def told(*paths: SampledPath, most: int = 9, enter: float = 1.0) -> list[Journey]:
    """A journey to each right leaf, every wrong branch entered."""
    root = grow(paths)
    ways = [way for way in leaves(root) if way[-1].right]
    return [walk(root, way, random.Random(0), most=most, enter=enter, doubtful=0.5) for way in ways]


def test_paths_that_begin_alike_share_their_steps() -> None:
    root = grow([RIGHT, SampledPath(("a", "c"), False), SampledPath(("a",), None), SampledPath(("d",), False)])
    assert list(root.children) == ["a", "d"]
    assert list(root.children["a"].children) == ["b", "c"]
    ways = [("".join(step.text for step in way), way[-1].right) for way in leaves(root)]
    assert ways == [("ab!", True), ("ac", False), ("d", False)]


def test_a_wrong_branch_is_followed_to_its_leaf_and_left_where_the_way_was() -> None:
    wrong = SampledPath(("a", "x", "y", "?"), False, (0.9, 0.7, 0.2, 0.1), answered=True)
    (journey,) = told(RIGHT, wrong)
    assert journey.pieces == ("a", "x", "y", Turn("y", ("a",), 2), "b", "!")


def test_at_the_root_nothing_is_kept() -> None:
    (journey,) = told(RIGHT, SampledPath(("x", "?"), False, answered=True))
    assert journey.pieces == ("x", Turn("x", (), 1), "a", "b", "!")


def test_the_wrong_step_is_the_first_doubtful_one_else_the_worst_else_the_first() -> None:
    for scores, named in (((0.4, 0.1, 0.0), "x"), ((0.9, 0.6, 0.7), "y"), ((), "x")):
        (journey,) = told(RIGHT, SampledPath(("x", "y", "z"), False, scores))
        assert journey.pieces[:4] == ("x", "y", "z", Turn(named, (), 3))


def test_a_branch_with_a_right_leaf_is_not_wrong_nor_one_of_which_nothing_is_known() -> None:
    another = [SampledPath(("x", "!"), True, answered=True), SampledPath(("x", "y"), False)]
    unknown = SampledPath(("z",), None)
    first, second = told(RIGHT, *another, unknown)
    assert first.pieces == ("a", "b", "!")
    assert second.pieces == ("x", "y", Turn("y", ("x",), 1), "!")


def test_another_answer_after_the_same_thinking_is_no_branch() -> None:
    (journey,) = told(RIGHT, SampledPath(("a", "b", "?"), False, answered=True))
    assert journey.pieces == ("a", "b", "!")


def test_no_more_branches_are_entered_than_allowed() -> None:
    wrong = [SampledPath((letter,), False) for letter in "uvwxyz"]
    assert [journey.wrong_branches for journey in told(RIGHT, *wrong, most=2)] == [2]
    assert [journey.wrong_branches for journey in told(RIGHT, *wrong, enter=0.0)] == [0]


steps = st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple)
paths = st.builds(SampledPath, steps, st.sampled_from([True, False, None]), answered=st.booleans()).map(
    lambda path: SampledPath(
        (*path.steps, f"answer {path.right}") if path.answered else path.steps, path.right, answered=path.answered
    )
)


@settings(deadline=None)
@given(st.lists(paths, max_size=12), st.integers(0, 3), st.floats(0, 1), st.integers())
def test_every_journey(sampled: list[SampledPath], most: int, enter: float, seed: int) -> None:
    root = grow(sampled)
    for way in leaves(root):
        if way[-1].right:
            journey = walk(root, way, random.Random(seed), most=most, enter=enter, doubtful=0.5)
            assert journey.wrong_branches <= most
            follow(root, journey, [step.text for step in way])


def follow(root, journey: Journey, way: list[str]) -> None:
    """Walks the tree as the thought says it does, and sees where it ends."""
    node, thought = root, []
    for piece in journey.pieces:
        if isinstance(piece, Turn):
            kept = list(piece.kept)
            branch = thought[len(kept) :]
            assert len(branch) == piece.left
            assert thought[: len(kept)] == kept == way[: len(kept)], "back to where the branch left the way"
            assert branch[0] != way[len(kept)]
            assert piece.wrong in branch
            entered = at(root, thought[: len(kept) + 1])
            assert is_wrong(entered)
            end = at(root, thought)
            assert end.right is False or any(child.is_answer for child in end.children.values()), "to the leaf"
            node, thought = at(root, kept), kept
        else:
            node = node.children[piece]
            thought.append(piece)
    assert thought == way
    assert node.right is True
    assert not node.children


def at(root, texts):
    node = root
    for text in texts:
        node = node.children[text]
    return node
