"""Mathematics is compared by value, in any thread, and what cannot be read or takes too long is ungraded."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tuili.grading import Grade, Outcome
from tuili.grading.math import Equivalence, MathGrader
from tuili.grading.worker import Worker, WorkerFailed
from tuili.records import Problem

PROBLEM = Problem("1", "What is it?", "math")


def grade(gold: str, answer: str | None, seconds: float = 30.0) -> Grade:
    return MathGrader(seconds=seconds).grade(PROBLEM, gold, answer)


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("18", "18.0"),
        ("-5", "−5"),
        ("1000", "1,000"),
        (r"\frac{3}{4}", "0.75"),
        (r"\sqrt{12}", r"2\sqrt{3}"),
        (r"\frac{\pi}{4}", r"\frac{1}{4}\pi"),
        ("(x+1)^2", "x^2 + 2x + 1"),
        ("k = 3", "3"),
        ("1, 2", r"\{2, 1\}"),
        (r"x \ge 2", r"2 \le x"),
        (r"[0, 1)", r"\left[0, 1\right)"),
        (r"\begin{pmatrix} 1 \\ 2 \end{pmatrix}", r"\begin{pmatrix} 1 \\ 4/2 \end{pmatrix}"),
        (r"\text{Evelyn}", "Evelyn"),
        ("12", r"12\text{ cm}"),
        ("12.5", "12.5 square metres"),
        (r"5\text{ m/s}", "5 m/s"),
        (r"2\pi", r"2 \pi"),
        (r"\frac{1}{6}", r"0.1\overline{6}"),
        (r"\emptyset", r"\varnothing"),
        (r"30\%", "30"),
    ],
)
def test_equal_values_are_correct(gold: str, answer: str) -> None:
    assert grade(gold, answer).outcome is Outcome.CORRECT


@pytest.mark.parametrize(
    ("gold", "answer"),
    [
        ("5", "-5"),
        ("18", "19"),
        (r"\sqrt{12}", r"3\sqrt{2}"),
        ("(0,1)", "[0,1]"),
        ("1, 2", "1, 3"),
        ("0.5", "0.51"),
        ("x<1", "x>1"),
    ],
)
def test_other_values_are_incorrect(gold: str, answer: str) -> None:
    assert grade(gold, answer).outcome is Outcome.INCORRECT


@pytest.mark.parametrize(
    ("gold", "answer", "reason"),
    [
        ("5", None, "no final answer"),
        ("5", r"\frac{1}{", "the answer cannot be read as mathematics"),
        (r"\frac{1}{", "5", "the reference answer cannot be read"),
        ("5", "9^{9^{9^{9}}}", "timed out after 2 s"),
    ],
)
def test_what_a_grader_cannot_read_is_ungraded_with_the_reason(gold: str, answer: str | None, reason: str) -> None:
    assert grade(gold, "1+1").outcome  # the worker is up, so that its start is not timed
    assert grade(gold, answer, seconds=2) == Grade(Outcome.UNGRADED, reason)


def test_many_threads_grade_at_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        grades = list(threads.map(lambda i: grade(rf"{i}\sqrt{{2}}", rf"\sqrt{{{2 * i * i}}}"), range(1, 17)))
    assert {found.outcome for found in grades} == {Outcome.CORRECT}


def test_a_worker_is_replaced_after_a_time_out_and_after_a_crash() -> None:
    worker = Worker("tuili.grading.equivalence")
    assert worker.ask(["2", "1+1"], 60) == Equivalence.SAME
    with pytest.raises(WorkerFailed, match=r"timed out after 0\.5 s"):
        worker.ask(["2", "9^{9^{9^{9}}}"], 0.5)
    assert worker.ask(["2", "1+2"], 60) == Equivalence.DIFFERENT
    worker._process.kill()  # type: ignore[union-attr]
    with pytest.raises(WorkerFailed, match="crashed"):
        worker.ask(["2", "1+1"], 60)
    assert worker.ask(["2", "1+1"], 60) == Equivalence.SAME


def test_a_repeated_answer_is_not_compared_again() -> None:
    grade("5", "8^{8^{8^{8^{8}}}}", seconds=1)
    started = time.monotonic()
    for _ in range(1000):
        grade("5", "8^{8^{8^{8^{8}}}}", seconds=1)
    assert time.monotonic() - started < 0.5


def test_grading_works_off_the_main_thread() -> None:
    found: list[Grade] = []
    thread = threading.Thread(target=lambda: found.append(grade("x+1", "1+x")))
    thread.start()
    thread.join()
    assert found[0].outcome is Outcome.CORRECT
