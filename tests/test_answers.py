"""Final answers: declared ones win, thinking is never searched, and what was cut off is not made up."""

from __future__ import annotations

import time

import pytest

from tuili.answers import final_answer
from tuili.records import AnswerKind
from tuili.steps import LINES, PARAGRAPHS, PLAIN


def letter(text: str, **options: bool) -> str | None:
    return final_answer(text, AnswerKind.CHOICE, PLAIN, **options)


def maths(text: str, **options: bool) -> str | None:
    return final_answer(text, AnswerKind.MATH, PLAIN, **options)


@pytest.mark.parametrize(
    "text",
    [
        "The answer is (B).",
        "The answer is B",
        "the correct answer is: **B**.",
        "**Answer: B**",
        "**Answer:** B",
        "ANSWER: (B)",
        "B",
        "B.",
        "(B)",
        " **B** ",
        "$B$",
        "B. Two stacks hold as many elements as one queue.",
        "(B) Two stacks",
        "B\n\nTwo stacks hold more than one queue does.",
        "\n\nB\n\nOne queue, option (A), does not hold as much.",
        "So option B is correct.",
        "Therefore (B) is the right choice, because the others leak.",
        "The best choice would be option B.",
        r"Hence \boxed{B}.",
        r"\[ \boxed{\text{B}} \]",
        r"\boxed{\textbf{(B)}}",
        r"\boxed{B. Two stacks}",
        r"The answer is $\boxed{B}$.",
        r"\text{The answer is } (B)",
        "#### B",
        "A queue is no stack.\n\nB",
        "Only one of them fits:\n\nB. Two stacks.",
        "The answer is B because A and C leak.",
        "Final answer: `B`",
        "the answer is (b)",
        "I first took it for A. The answer is (A). No: the answer is (B).",
        "The answer is (B).\n\nQuestion: What is a queue?\nOptions:\nA. One\nB. Two\nAnswer: The answer is (C).",
        "The answer is (B).<|im_end|>\n<|im_start|>user\nThe answer is (D)",
    ],
)
def test_every_form_in_which_models_declare_a_letter(text: str) -> None:
    assert letter(text) == "B"


@pytest.mark.parametrize(
    "text",
    [
        "A stack is last in, first out.",
        "I think that this depends on the compiler.",
        "The answer is a matter of taste.",
        "The answer is A method that returns nothing.",
        "The answer is I'm not sure.",
        "The answer is C++.",
        "The answer is (III).",
        "The answer is (None of the above).",
        "Answer: E. coli is a bacterium.",
        r"\boxed{A = 5}",
        r"\boxed{12}",
        "The answer cannot be B",
        "A) leaks, B) does not compile.",
        "(a) Let x be 1.\n(b) Let y be 2.",
        "I. First, the stack.\nII. Then the queue.",
        "The options are:\nA. One\nB. Two\nC",
        "",
    ],
)
def test_a_letter_that_is_only_mentioned_is_no_answer(text: str) -> None:
    assert letter(text) is None


def test_the_first_letter_of_a_declaration_counts() -> None:
    assert letter("The answer is (F) or (D).") == "F"
    assert letter("The answer is (C, E).") == "C"


@pytest.mark.parametrize("text", ["The answer is B", r"So \boxed{B", "B", "The options:\nA. One\nB. Tw"])
def test_a_cut_off_text_declares_no_letter_that_may_be_the_beginning_of_a_word(text: str) -> None:
    assert letter(text, finished=False) is None


def test_a_cut_off_text_keeps_what_it_had_declared() -> None:
    assert letter("The answer is (B). This is beca", finished=False) == "B"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (r"So $x = \boxed{\frac{1}{2}}$.", r"\frac{1}{2}"),
        (r"\boxed{\left\{ 1, \frac{2}{3} \right\}}", r"\left\{ 1, \frac{2}{3} \right\}"),
        ("\\[\n\\boxed{\n5\n}\n\\]", "5"),
        (r"First \boxed{3}, but then \boxed{-5}.", "-5"),
        (r"\boxed{2} and \boxed{7}", "2, 7"),
        (r"\boxed{8}, as asked in \boxed{}", "8"),
        (r"$\boxed{4}$ ... so again $\boxed{4}$", "4"),
        ("The answer is -5.", "-5"),
        ("The answer is: **-5**", "-5"),
        ("The answer is $-5$.", "-5"),
        ("The answer is x = 5.", "x = 5"),
        ("The answer is 1,234 apples for 3 boys.", "1234"),
        ("The answer is $1,000.99.", "1000.99"),
        ("The answer is 12.5%.", r"12.5\%"),
        ("The answer is 3/4 of a cup.", "3/4"),
        ("The answer is 2x + 3.", "2x + 3"),
        ("So the answer is:\n\\[ x^2 + 1 \\]", "x^2 + 1"),
        ("He pays 3 + 4 = 7 dollars.\n#### 7", "7"),
        ("The answer is 3. Final answer: 4 apples", "4"),
        ("Final Answer: The smallest $n$ is 34.", "34"),
        ("**Final answer**\n\n17", "17"),
        ("The final answer is $(1, 2)$. I hope it is correct.", "(1, 2)"),
        ("Final answer: Evelyn", "Evelyn"),
        (r"I box \boxed{12} and the answer is 7 less than 19.", "12"),
        (r"It is \boxed{255}. Final Answer: The final answer is $10,455$.", "10,455"),
    ],
)
def test_declared_mathematics(text: str, answer: str) -> None:
    assert maths(text) == answer
    assert maths(text + "\n\nAnd so", finished=False) == answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("She sells 9 eggs at $2, which makes $18 a day.", "18"),
        ("It fell from 3 to -5 degrees.", "-5"),
        ("Range 3-5, so 5-3 leaves 2", "2"),
        ("That is 7,425,000 in all.", "7425000"),
        ("Total: 1 000", "1000"),
        ("Total : 2,74 €", "2.74"),
        ("It grew by 28 percent.", r"28\%"),
        ("x^2 + 1", "x^2 + 1"),
        (r"\frac{10}{9}", r"\frac{10}{9}"),
        ("$odd$", "odd"),
        ("-5", "-5"),
        (r"Therefore $x \geq 5$ solves it, where $x$ is real.", r"x \geq 5"),
        ("I cannot solve this.", None),
        ("It is 8.\n\nQuestion: What is 3 + 4?\nIt is 7.", "8"),
        ("First, what is asked:\nQuestion: What is 3 + 4?\nIt is 7.", "7"),
    ],
)
def test_the_last_value_of_a_finished_text_is_its_answer_when_nothing_is_declared(
    text: str, answer: str | None
) -> None:
    assert maths(text) == answer
    assert maths(text, finished=False) is None


@pytest.mark.parametrize("text", [r"So \boxed{12", "The answer is 12", "#### 12", "Final answer: 12"])
def test_a_declaration_that_may_have_lost_its_last_digits_does_not_count(text: str) -> None:
    assert maths(text, finished=False) is None


@pytest.mark.parametrize("kind", AnswerKind)
@pytest.mark.parametrize("form", [LINES, PARAGRAPHS, PLAIN])
@pytest.mark.parametrize(
    "text",
    [
        "<think>\nThe answer is (B), \\boxed{5}, #### 5",
        "<think>\nFirst.\n</think>\n<think>\nThe answer is (B). \\boxed{5}",
        "<think>\nThe answer is (B). \\boxed{5}\n</think>\n",
    ],
)
def test_nothing_is_taken_from_inside_a_thought(kind: AnswerKind, form: object, text: str) -> None:
    assert final_answer(text, kind, form) is None  # type: ignore[arg-type]


def test_thinking_without_its_opening_mark_is_not_searched_either() -> None:
    assert final_answer("The answer is (B).\n\nNo, ", AnswerKind.CHOICE, PARAGRAPHS) is None
    assert final_answer("The answer is (B).</think>C", AnswerKind.CHOICE, PARAGRAPHS) == "C"


def test_exact_answers_are_everything_after_the_thinking() -> None:
    assert final_answer("7 - 2 = 5\n</think>\n7 - 2 ,\n 5 * 3", AnswerKind.EXACT, LINES) == "7 - 2 , 5 * 3"
    assert final_answer("7 - 2 = 5\n</think>\n7 -", AnswerKind.EXACT, LINES, finished=False) is None


@pytest.mark.parametrize(
    "loop", ["answer is ", "The answer is **", " ", "\n", "(", "$1 ", "\\boxed{", "* ", "A) ", "\n: \n"]
)
def test_a_model_that_loops_does_not_hold_up_extraction(loop: str) -> None:
    text = "The answer is" + loop * (20_000 // len(loop))
    started = time.process_time()
    letter(text)
    maths(text)
    assert time.process_time() - started < 5


def tagged(text: str, **options: bool) -> str | None:
    return final_answer(text, AnswerKind.TAGGED, PARAGRAPHS, **options)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("</think>It is <answer>5</answer>.", "5"),
        ("</think><answer>\n1  2\n3  4\n</answer>", "1  2\n3  4"),
        ("</think><answer>4</answer> No: <answer>5</answer>", "5"),
        ("</think><answer>5</answer>\n\nQuestion: 2 + 2?\n<answer>4</answer>", "5"),
        ("<answer>4</answer> is too small.</think><answer>5</answer>", "5"),
    ],
)
def test_a_tagged_answer_keeps_its_lines(text: str, answer: str) -> None:
    assert tagged(text) == answer
    assert tagged(text, finished=False) == answer


@pytest.mark.parametrize("text", ["<answer>5</answer>", "</think>5", "</think><answer>5", "</think><answer> </answer>"])
def test_what_is_not_tagged_is_no_answer(text: str) -> None:
    assert tagged(text) is None
