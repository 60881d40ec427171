"""self_correction: what each turn is shown, what that costs, and that the last turn's answer counts."""

from __future__ import annotations

import pytest
from lists import PROBLEM as LETTERS
from lists import drive
from trees import Tree, charges

from tuili.engines.scripted import END_OF_ATTEMPT
from tuili.ledger import Budget
from tuili.records import Ending, StopReason
from tuili.strategies import make_strategy


def shown(*texts: str) -> str:
    return "".join(text + END_OF_ATTEMPT for text in texts)


def corrected() -> Tree:
    """7, then 8, then 7 again."""
    return Tree(
        {"": ["</think>7"], shown("</think>7"): ["</think>8"], shown("</think>7", "</think>8"): ["</think>7"]}, {}
    )


def test_the_second_turn_is_shown_the_first_and_pays_for_reading_it() -> None:
    attempt = corrected().attempt("self_correction")
    assert [(node.id, node.text, node.after) for node in attempt.nodes] == [
        ((0,), "</think>7", ()),
        ((1,), "</think>8", ((0,),)),
    ]
    assert (attempt.answer, attempt.chosen, attempt.ending) == ("8", (1,), Ending.DONE)
    assert charges(attempt) == [("generator", "explore", 1, 2), ("generator", "revise", 1 + 4, 2)]


def test_every_turn_is_shown_all_before_it() -> None:
    attempt = corrected().attempt("self_correction:turns=3")
    assert [node.after for node in attempt.nodes] == [(), ((0,),), ((0,), (1,))]
    assert (attempt.answer, attempt.chosen) == ("7", (2,))


def test_an_attempt_that_came_to_no_answer_is_shown_too() -> None:
    thought = " ".join("a" * 20)
    attempt = Tree({"": [thought + " a"], shown(thought): ["</think>7"]}, {}).attempt("self_correction")
    assert [(node.stop, node.after) for node in attempt.nodes] == [
        (StopReason.LENGTH, ()),
        (StopReason.END, ((0,),)),
    ]
    assert attempt.answer == "7"


def test_a_last_turn_without_an_answer_answers_nothing() -> None:
    choice, _ = drive(make_strategy("self_correction:turns=2").plan(LETTERS), ["A", None])
    assert (choice.answer, choice.path) == (None, None)


@pytest.mark.parametrize(("tokens", "answer"), [(20, None), (21, "7"), (27, "7"), (28, "8")])
def test_where_the_budget_ends_the_turns_the_last_that_was_made_counts(tokens: int, answer: str | None) -> None:
    """The first turn takes up to 1 + 20 tokens, and took 3; the second up to 5 + 20."""
    attempt = corrected().attempt("self_correction", Budget(tokens=tokens))
    assert attempt.answer == answer
    assert attempt.ending is (Ending.DONE if answer == "8" else Ending.BUDGET)
