"""What a completion is worth, and which ones the policy learns from."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuili.grading.outcome import CORRECT, INCORRECT, Grade, ungraded
from tuili.records import AnswerKind, Path, Problem, StopReason, Verdict
from tuili.steps import LINES
from tuili.tasks import Item
from tuili.training.rewards import Rewards, finished_path, learns, overlong
from tuili.verifiers.base import Judged


class Answers:
    """A grader that says what an answer says of itself."""

    def grade(self, problem: Problem, gold: str, answer: str | None) -> Grade:
        assert answer is not None, "what gives no answer is not for the grader"
        return {"right": CORRECT, "wrong": INCORRECT}.get(answer) or ungraded("it cannot be read")

    def right(self, gold: str) -> str:
        return "right"

    def wrong(self, gold: str) -> str:
        return "wrong"


class Lengths:
    """A verifier that likes long paths."""

    name, parameters = "lengths", 10

    def __init__(self) -> None:
        self.seen: set[object] = set()

    async def judge(self, problem: Problem, paths: Sequence[Path], attempt: object = None) -> Judged:
        assert attempt not in self.seen, "what is read for one group is kept for it alone"
        self.seen.add(attempt)
        return Judged([Verdict(path.tokens / 10) for path in paths], tokens=100)

    def bound(self, problem: Problem, path: Path, new_tokens: int) -> int:
        return 100

    async def close(self) -> None: ...


def item(problem: str = "p") -> Item:
    return Item(Problem(problem, problem, "t", AnswerKind.EXACT), "right")


def path(answer: str | None, tokens: int = 5, *, ended: bool = True) -> Path:
    stop = StopReason.END if ended else StopReason.LENGTH
    return Path(text=f"so\n</think>\n{answer}", tokens=tokens, stop=stop, answer=answer)


def rewards(**weights: float) -> Rewards:
    none = dict.fromkeys(("outcome_weight", "format_weight", "process_weight", "length_weight"), 0.0)
    return Rewards(grader=Answers(), verifier=Lengths(), max_tokens=10, length_buffer=4, **(none | weights))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tokens", "penalty"), [(0, 0), (6, 0), (7, -0.25), (8, -0.5), (9, -0.75), (10, -1), (11, -1), (1000, -1)]
)
def test_the_penalty_falls_in_a_line_over_the_buffer(tokens: int, penalty: float) -> None:
    assert overlong(tokens, most=10, buffer=4) == penalty


def test_without_a_buffer_only_what_is_too_long_is_punished() -> None:
    assert [overlong(tokens, 10, 0) for tokens in (9, 10, 11)] == [0, 0, -1]


def test_parts_are_weighted_and_added() -> None:
    reward = rewards(outcome_weight=1, format_weight=0.1, process_weight=0.5, length_weight=2)
    (of,) = reward([item()], [path("right", tokens=8)])
    assert (of.outcome, of.format, of.process, of.length) == (1, 1, 0.8, -0.5)
    assert of.total == pytest.approx(1 + 0.1 + 0.4 - 1)
    assert reward.judged == 100


def test_an_answer_that_could_not_be_graded_gives_no_reward_and_not_one_of_zero() -> None:
    unread, wrong = rewards(outcome_weight=1, format_weight=1)([item(), item()], [path("?"), path("wrong")])
    assert unread.total is None
    assert unread.outcome is None
    assert wrong.total == 1
    assert wrong.outcome == 0


def test_a_completion_without_an_answer_is_not_right() -> None:
    (of,) = rewards(outcome_weight=1, format_weight=1)([item()], [path(None, ended=False)])
    assert (of.total, of.outcome, of.format) == (0, 0, 0)


def test_each_path_gets_the_score_of_its_own_problem() -> None:
    items = [item("a"), item("a"), item("b")]
    paths = [path("right", 1), path("right", 2), path("right", 3)]
    assert [one.total for one in rewards(process_weight=1)(items, paths)] == [0.1, 0.2, 0.3]


def test_a_path_is_read_as_the_strategies_read_it() -> None:
    text = "1 + 1 = 2\n</think>\n1 + 1"
    ended = finished_path(item().problem, text, (1, 2, 3), LINES, ended=True)
    assert (ended.answer, ended.stop, ended.tokens) == ("1 + 1", StopReason.END, 3)
    assert [step.text for step in ended.steps] == ["1 + 1 = 2\n", "</think>\n1 + 1"]
    assert finished_path(item().problem, text, (1, 2, 3), LINES, ended=False).answer is None


def test_groups_that_are_all_right_or_all_wrong_teach_nothing() -> None:
    right, wrong, mixed = [1.0] * 3, [0.0] * 3, [1.0, 0.0, 0.0]
    assert learns([*right, *mixed, *wrong], 3) == [False] * 3 + [True] * 3 + [False] * 3


def test_what_was_not_graded_is_no_part_of_its_group() -> None:
    assert learns([1.0, None, 0.0], 3) == [True, False, True]
    assert learns([1.0, None, 1.0], 3) == [False] * 3
    assert learns([None, None, 0.0], 3) == [False] * 3


OUTCOMES = st.sampled_from([1.0, 0.0, None])


@given(
    st.integers(2, 6).flatmap(
        lambda size: st.tuples(st.just(size), st.lists(st.lists(OUTCOMES, min_size=size, max_size=size), max_size=5))
    )
)
def test_what_is_learnt_from_has_a_difference_to_learn(drawn: tuple[int, list[list[float | None]]]) -> None:
    size, groups = drawn
    kept = learns([outcome for group in groups for outcome in group], size)
    assert len(kept) == sum(map(len, groups))
    for place, group in enumerate(groups):
        graded = [outcome for outcome in group if outcome is not None]
        deviation = math.dist(graded, [sum(graded) / len(graded)] * len(graded)) if graded else 0.0
        own = kept[place * size : (place + 1) * size]
        assert own == [outcome is not None and deviation > 0 for outcome in group]
