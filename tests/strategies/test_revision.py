"""sequential_revision and mixed: what each attempt is shown, what that costs, and which answer counts."""

from __future__ import annotations

import pytest
from lists import PROBLEM as LETTERS
from lists import drive
from trees import Tree, charges

from tuili.engines.scripted import END_OF_ATTEMPT
from tuili.ledger import Budget
from tuili.records import Ending, Path, Purpose, StopReason
from tuili.strategies import make_strategy
from tuili.strategies.asks import Sample

SCORES = {"</think>7": 0.2, "</think>8": 0.3, "</think>9": 0.35}


def shown(*answers: int) -> str:
    return "".join(f"</think>{answer}{END_OF_ATTEMPT}" for answer in answers)


def chain_of_four() -> Tree:
    """7, then 8, then 7 again, then 9, with a window of two."""
    return Tree(
        {
            "": ["</think>7"],
            shown(7): ["</think>8"],
            shown(7, 8): ["</think>7"],
            shown(8, 7): ["</think>9"],
        },
        SCORES,
    )


def test_each_attempt_is_shown_the_last_ones_before_it_and_pays_for_reading_them() -> None:
    tree = chain_of_four()
    attempt = tree.attempt("sequential_revision:n=4,window=2,select=weighted")
    assert [(node.id, node.text, node.after) for node in attempt.nodes] == [
        ((0,), "</think>7", ()),
        ((1,), "</think>8", ((0,),)),
        ((2,), "</think>7", ((0,), (1,))),
        ((3,), "</think>9", ((1,), (2,))),
    ]
    # an attempt that is shown is 4 tokens to read; the verifier is shown its one word too
    assert charges(attempt) == [
        ("generator", "explore", 1, 2),
        ("generator", "revise", 1 + 4, 2),
        ("generator", "revise", 1 + 8, 2),
        ("generator", "revise", 1 + 8, 2),
        ("verifier", "explore", 3 + 4 + 5 + 5, 0),
    ]


@pytest.mark.parametrize(
    ("slide", "shown"),
    [
        ("true", [[], [0], [0, 1], [1, 2], [2, 3], [3, 4]]),
        ("false", [[], [0], [0, 1], [2], [2, 3], [4]]),
    ],
)
def test_a_window_slides_or_begins_again(slide: str, shown: list[list[int]]) -> None:
    _, asks = drive(make_strategy(f"sequential_revision:n=6,window=2,slide={slide}").plan(LETTERS), ["A"] * 6)
    assert [[path.id[0] for path in ask.earlier] for ask in asks] == shown


@pytest.mark.parametrize(
    ("select", "answer", "chosen"),
    [("weighted", "7", (0,)), ("best", "9", (3,)), ("majority", "7", (0,)), ("last", "9", (3,))],
)
def test_the_choice_is_among_the_whole_chain(select: str, answer: str, chosen: tuple[int, ...]) -> None:
    attempt = chain_of_four().attempt(f"sequential_revision:n=4,window=2,select={select}")
    assert (attempt.answer, attempt.chosen) == (answer, chosen)
    scored = [node.verdict is not None for node in attempt.nodes]
    assert scored == [select in ("weighted", "best")] * 4


def test_an_attempt_without_an_answer_is_not_shown() -> None:
    tree = Tree({"": ["a " * 30, "</think>7"], shown(7): ["b"]}, {})
    attempt = tree.attempt("sequential_revision:n=3,select=last")
    assert [(node.stop, node.after) for node in attempt.nodes] == [
        (StopReason.LENGTH, ()),
        (StopReason.END, ()),
        (StopReason.END, ((1,),)),
    ]
    assert (attempt.answer, attempt.chosen) == ("7", (1,))


@pytest.mark.parametrize(("tokens", "attempts"), [(20, 0), (21, 1), (27, 1), (28, 2), (38, 2), (39, 3)])
def test_a_chain_ends_where_the_budget_does(tokens: int, attempts: int) -> None:
    """The first attempt takes up to 1 + 20 tokens, and took 3; the second up to 5 + 20, and took 7; then 9 + 20."""
    attempt = chain_of_four().attempt("sequential_revision:n=3,window=2,select=last", Budget(tokens=tokens))
    assert len(attempt.nodes) == attempts
    assert attempt.ending is (Ending.DONE if attempts == 3 else Ending.BUDGET)
    assert attempt.answer == [None, "7", "8", "7"][attempts]


def three_chains() -> Tree:
    return Tree(
        {"": ["</think>7", "</think>8", "</think>9"], shown(7): ["</think>8"], shown(8): ["</think>8"]},
        {"</think>7": 0.6, "</think>8": 0.5, "</think>9": 0.9},
    )


@pytest.mark.parametrize(
    ("select", "answer", "chosen"),
    [
        ("chains", "9", (2,)),  # the chains' winners are 7 (0.6), 8 (0.5) and 9 (0.9)
        ("weighted", "8", (1,)),  # 8 has three times 0.5
        ("majority", "8", (1,)),
    ],
)
def test_chains_are_revised_apart_and_chosen_from_together(select: str, answer: str, chosen: tuple[int, ...]) -> None:
    """Five attempts in chains of two: the last chain has one."""
    attempt = three_chains().attempt(f"mixed:n=5,ratio=2,select={select}")
    assert [(node.id, node.after, node.purpose) for node in attempt.nodes] == [
        ((0,), (), Purpose.EXPLORE),
        ((1,), (), Purpose.EXPLORE),
        ((2,), (), Purpose.EXPLORE),
        ((3,), ((0,),), Purpose.REVISE),
        ((4,), ((1,),), Purpose.REVISE),
    ]
    assert (attempt.answer, attempt.chosen) == (answer, chosen)


def test_all_chains_grow_at_the_same_pace() -> None:
    plan = make_strategy("mixed:n=6,ratio=3").plan(LETTERS)
    choice, asks = drive(plan, ["A", "B", "A", "B", "B", "B"])
    assert [[path.id for path in ask.earlier] for ask in asks] == [[], [(0,)], [(1,)], [(0,), (2,)], [(1,), (3,)]]
    assert choice.answer == "B"


@pytest.mark.parametrize(("ratio", "chains"), [(1, 7), (2, 4), (4, 2), (7, 1), (100, 1)])
def test_n_attempts_whatever_the_ratio(ratio: int, chains: int) -> None:
    _, asks = drive(make_strategy(f"mixed:n=7,ratio={ratio}").plan(LETTERS), ["A"] * 7)
    assert asks[0].n == chains
    assert sum(ask.n for ask in asks) == 7


def test_a_verifier_is_needed_only_for_choosing_by_scores() -> None:
    needs = {
        spec: make_strategy(spec).needs_verifier
        for spec in ("sequential_revision", "sequential_revision:select=best", "mixed", "mixed:select=chains")
    }
    assert list(needs.values()) == [False, True, False, True]


def test_only_what_is_finished_is_shown_and_only_from_the_root() -> None:
    begun, ended = Path((0,), "a\n", stop=StopReason.STEP), Path((1,), "a", stop=StopReason.END)
    with pytest.raises(ValueError, match="only a finished attempt"):
        Sample([Path()], earlier=[begun])
    with pytest.raises(ValueError, match="starts from the root"):
        Sample([begun], earlier=[ended])
