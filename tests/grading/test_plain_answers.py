"""Answers that are compared as they are written, and notations that are read before algebra is tried."""

from __future__ import annotations

import pytest

from tuili.grading.notation import rewritten
from tuili.grading.plain import same


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("7/3", "2 1/3"),
        ("1.5", "1 1/2"),
        ("1/3", "0.333333"),
        ("10 000", "10,000"),
        ("-5", "–5"),
        ("2", "two"),
        ("Yes", r"\text{yes}"),
        ("ellipse", "an ellipse"),
        ("no solution", "No solutions."),
        ("$12$", "12"),
        ("3:30", "3:30 PM"),
        ("3:30 PM", "03:30 p.m."),
        ("14:30", "2:30 pm"),
        ("1:2:3", "2 : 4 : 6"),
        ("3000000", "3 million"),
        ("x = 2, y = 3", "y = 3 and x = 2"),
        ("(2, 3)", "x=2, y=3"),
        ("9.11e-31", r"9.11 \times 10^{-31}"),
        ("300000000", "3 x 10^8"),
        ("Alice and Bob", "Bob and Alice"),
        ("no", "No"),
        (r"3\!:\!2", "3:2"),
        ("2516_8", "2516_{8}"),
        ("413_5", r"413_{\text{five}}"),
        ("2516_8", "2516"),
    ],
)
def test_the_same(gold: str, answer: str) -> None:
    assert same(rewritten(gold), rewritten(answer)) is True
    assert same(rewritten(answer), rewritten(gold)) is True


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("7", "2 1/3"),
        ("12", "1 2"),
        ("0.0000005", "0.0000004"),
        ("0.12345678", "0.12345679"),
        (r"1.6\times10^{-19}", r"1.7\times 10^{-19}"),
        ("3", "3 million"),
        ("14:30", "2:30 am"),
        ("(2, 3)", "x=3, y=2"),
        ("1/3", "0.333"),
        ("2/3", "0.66666"),
        ("ABC", "ACB"),
        ("listen", "silent"),
        ("10:00 AM", "10:00 PM"),
        ("3:30", "3:45"),
        ("10:20", "12:24"),
        ("3:4:5", "3:5:4"),
        ("1:2", "1:2:3"),
        ("2516_8", "2516_7"),
        ("2516_8", "2561"),
        ("(1,2)", r"\{1,2\}"),
        ("A_1", "A"),
        ("AF_{16}", "AE_{16}"),
    ],
)
def test_not_the_same(gold: str, answer: str) -> None:
    assert same(rewritten(gold), rewritten(answer)) is not True
    assert same(rewritten(answer), rewritten(gold)) is not True


def test_a_number_is_not_an_equation_but_may_be_named() -> None:
    assert same("x + y = 3", "3") is False
    assert same("x = 3", "3") is None
    assert same("f(x - 1) = 3", "3") is None
    assert same("3", "x + y = 3") is None


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("2√3", r"2\sqrt{3}"),
        ("√(x+1)", r"\sqrt{x+1}"),
        ("x²y⁻¹⁰", "x^{2}y^{-10}"),
        ("1.5e-6", r"1.5 \times 10^{-6}"),
        ("2e", "2e"),
        (r"1\,000\,000", "1000000"),
        (r"10{,}080", "10080"),
        (r"\text{(B) } 10", "10"),
        (r"\textbf{(B)}\ 10", "10"),
        ("all real numbers", r"\mathbb{R}"),
        ("½", r"\frac{1}{2}"),
        (r"\frac a b", r"\frac{a}{b}"),
        (r"1, 2, 3", "1, 2, 3"),
        (r"\langle 1, 2 \rangle", "( 1, 2 )"),
        (r"\text{42 students}", r"42 \text{ students}"),
        ("x = 2, x = 3", "x = 2, x = 3"),
        ("2.5 thousand", "2500"),
        (r"\text{(C)}", r"\text{(C)}"),
    ],
)
def test_notations_become_latex(text: str, latex: str) -> None:
    assert rewritten(text) == latex
