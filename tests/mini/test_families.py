"""The checkers against brute force: a label must be what exhaustive search says it is."""

import random
from itertools import combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuili.mini.cheats import cheat
from tuili.mini.families import FAMILIES
from tuili.mini.families.make import moves, reachable
from tuili.mini.mistakes import attempt
from tuili.mini.puzzle import SIZES, Label, Puzzle, fact, parse_fact
from tuili.mini.splits import draw
from tuili.mini.text import judge, parse_prompt, prompt_of

cells = pytest.mark.parametrize(("family", "size"), list(product(FAMILIES, SIZES)))


@cells
def test_generated_solutions_are_good_at_every_step(family, size):
    rng = random.Random(size)
    for _ in range(50):
        puzzle, lines, answer = FAMILIES[family].generate(rng, size)
        assert judge(puzzle, lines, answer) == [Label.GOOD] * (len(lines) + 1)
        assert parse_prompt(prompt_of(puzzle), puzzle.level) == puzzle


@cells
def test_an_attempt_without_a_bad_step_has_an_accepted_answer(family, size):
    rng = random.Random(size)
    seen = set()
    for _ in range(200):
        puzzle, solution, _ = draw(rng, "train", family, size)
        lines, answer = attempt(puzzle, solution, rng)
        labels = judge(puzzle, lines, answer)
        seen.update(labels)
        if labels[-1] is not Label.BAD:
            assert FAMILIES[family].accepts(puzzle, answer)
    assert {Label.GOOD, Label.BAD} <= seen


def countdown(numbers, goal):
    """Every order, every operator, every bracketing of up to four numbers, by pairing any two."""
    if len(numbers) == 1:
        return numbers[0] == goal
    for i, j in permutations(range(len(numbers)), 2):
        rest = [number for k, number in enumerate(numbers) if k not in (i, j)]
        for operator in "+-*/":
            result = fact(numbers[i], operator, numbers[j])
            if result is not None and countdown([*rest, result], goal):
                return True
    return False


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=4), st.integers(0, 100))
def test_make_reaches_what_exhaustive_search_reaches(numbers, goal):
    assert reachable(tuple(numbers), goal) == countdown(numbers, goal)


@given(st.lists(st.integers(2, 59), min_size=1, max_size=7, unique=True), st.integers(1, 100), st.data())
def test_pick_calls_a_step_neutral_exactly_when_no_subset_is_left(numbers, goal, data):
    family = FAMILIES["pick"]
    puzzle = Puzzle("pick", 1, goal, tuple(map(str, numbers)))
    chosen = data.draw(st.sampled_from(numbers))
    if chosen > goal:
        return
    label, _ = family.judge(puzzle, family.start(puzzle), f"{goal} - {chosen} = {goal - chosen}")
    rest = [number for number in numbers if number != chosen]
    possible = any(sum(subset) == goal - chosen for size in range(len(rest) + 1) for subset in combinations(rest, size))
    assert label is (Label.GOOD if possible else Label.NEUTRAL)


@given(st.lists(st.integers(2, 20), min_size=2, max_size=3, unique=True), st.integers(5, 60), st.integers(1, 9))
def test_pay_labels_the_first_product_by_whether_the_rest_can_be_paid(coins, goal, times):
    family = FAMILIES["pay"]
    puzzle = Puzzle("pay", 1, goal, tuple(map(str, coins)))
    first, *rest = coins
    if times * first > 100:
        return
    label, _ = family.judge(puzzle, family.start(puzzle), f"{times} * {first} = {times * first}")
    left = goal - times * first
    counts = product(*(range(1, 61) for _ in rest))
    possible = any(sum(c * n for c, n in zip(rest, some, strict=True)) == left for some in counts)
    if left < 0:
        assert label is Label.BAD
    else:
        assert label is (Label.GOOD if possible else Label.NEUTRAL)


@given(st.lists(st.integers(0, 20), min_size=2, max_size=6), st.data())
def test_calc_reductions_keep_the_value_that_python_computes(numbers, data):
    operators = [data.draw(st.sampled_from("+-*")) for _ in numbers[1:]]
    words = [str(numbers[0])]
    for operator, number in zip(operators, numbers[1:], strict=True):
        words += [operator, str(number)]
    family = FAMILIES["calc"]
    value = eval(" ".join(words))
    puzzle = Puzzle("calc", 1, value, tuple(words))
    for i in range(1, len(words), 2):
        a, operator, b = words[i - 1 : i + 2]
        result = fact(int(a), operator, int(b))
        if result is None:
            continue
        label, state = family.judge(puzzle, puzzle.items, f"{a} {operator} {b} = {result}")
        if label is Label.GOOD:
            assert eval(" ".join(state)) == value


@pytest.mark.parametrize(
    ("prompt", "line", "label"),
    [
        ("make 49 from 25 4 20", "25 + 4 = 29 : 29 20", "+"),
        ("make 49 from 25 4 20", "20 * 4 = 80 : 80 25", "0"),
        ("make 49 from 25 4 20", "25 + 4 = 30 : 30 20", "-"),
        ("make 49 from 25 4 20", "25 + 5 = 30 : 30 20", "-"),
        ("make 49 from 25 4 20", "25 + 4 = 29 : 29", "-"),
        ("make 49 from 29 20", "29 - 20 = 9 : 9", "-"),
        ("make 49 from 25 4 20", "I think that", "-"),
        ("pick 47 from 22 20 17 5", "47 - 22 = 25", "+"),
        ("pick 47 from 22 20 17 5", "47 - 17 = 30", "0"),
        ("pick 47 from 22 20 17 5", "47 - 30 = 17", "-"),
        ("pay 44 with 3 5", "3 * 3 = 9", "+"),
        ("pay 44 with 3 5", "2 * 3 = 6", "0"),
        ("pay 44 with 3 5", "3 * 5 = 15", "-"),
        ("calc 10 - 6 - 2 * 2", "2 * 2 = 4", "+"),
        ("calc 10 - 6 - 2 * 2", "10 - 6 = 4", "+"),
        ("calc 10 - 6 - 2 * 2", "6 - 2 = 4", "-"),
    ],
)
def test_labels_worked_out_by_hand(prompt, line, label):
    puzzle = parse_prompt(prompt)
    family = FAMILIES[puzzle.family]
    assert family.judge(puzzle, family.start(puzzle), line)[0] == label


@pytest.mark.parametrize(
    ("prompt", "answer", "accepted"),
    [
        ("make 49 from 25 4 20", "25 + 4 , 29 + 20", True),
        ("make 49 from 25 4 20", "20 + 25 , 45 + 4", True),
        ("make 49 from 25 4 20", "25 + 4 , 29 + 21", False),
        ("make 49 from 25 4 20", "25 + 4", False),
        ("make 49 from 25 4 20", "25 + 25 , 4 - 20", False),
        ("make 49 from 25 4 20", "", False),
        ("pick 47 from 22 20 17 5", "20 22 5", True),
        ("pick 47 from 22 20 17 5", "22 25", False),
        ("pay 44 with 3 5", "8 4", True),
        ("pay 44 with 3 5", "4 8", False),
        ("pay 15 with 3 5", "5 0", False),
        ("calc 2 + 3", "5", True),
        ("calc 2 + 3", "5 5", False),
    ],
)
def test_answers_worked_out_by_hand(prompt, answer, accepted):
    puzzle = parse_prompt(prompt)
    assert FAMILIES[puzzle.family].accepts(puzzle, answer) is accepted


def test_the_hardest_coins_can_be_paid_in_one_way_only():
    rng = random.Random(0)
    for _ in range(20):
        puzzle, _, answer = FAMILIES["pay"].generate(rng, 7)
        counts = product(range(1, 17), repeat=3)
        right = [
            some for some in counts if sum(c * n for c, n in zip(puzzle.numbers, some, strict=True)) == puzzle.goal
        ]
        assert [" ".join(map(str, some)) for some in right] == [answer]


def test_make_moves_are_all_true_and_none_is_listed_twice():
    found = moves((4, 6, 6))
    assert len(found) == len(set(found))
    assert (6, "/", 6, 1) in found
    assert (6, "-", 4, 2) in found
    assert not [move for move in found if move[0] < move[2]]


@cells
def test_a_cheat_states_a_true_fact_and_is_wrong(family, size):
    rng = random.Random(size)
    kind, found = FAMILIES[family], set()
    for _ in range(100):
        puzzle, solution, _ = draw(rng, "train", family, size)
        before = solution[: rng.randrange(len(solution))]
        state = kind.start(puzzle)
        for line in before:
            state = kind.judge(puzzle, state, line)[1]
        line = cheat(kind, puzzle, before, state, rng)
        if line is not None:
            a, operator, b, result = parse_fact(line.split()[:5])
            assert fact(a, operator, b) == result
            assert judge(puzzle, [*before, line], None)[-1] is Label.BAD
            found.add(line)
    assert len(found) > 50
