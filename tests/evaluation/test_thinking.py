"""Over- and underthinking: the formulas by hand, and where the first right answer stands in a text."""

from __future__ import annotations

import json
from dataclasses import replace
from math import isnan
from pathlib import Path

import pytest
from synthetic import write_run
from typer.testing import CliRunner

from tuili.answers.stands import first_stand
from tuili.cli.app import app
from tuili.errors import BadRequest
from tuili.evaluation.metrics.thinking import outcome_efficiency, underthinking
from tuili.evaluation.thinking import thinking
from tuili.grading.graded import AttemptGrades
from tuili.grading.outcome import CORRECT, INCORRECT
from tuili.jsonl import replace_log
from tuili.records import AnswerKind, StopReason
from tuili.runs import ATTEMPTS, read_attempts, replace_grades


def test_underthinking_by_hand() -> None:
    """Wrong: one had a right thought after 25 of 100 tokens, one never had one, one after 50 of 200."""
    found = underthinking([False, True, False, False], [25, 10, 100, 50], [100, 100, 100, 200])
    assert found.value == pytest.approx((0.75 + 0 + 0.75) / 3)
    assert found.n == 3
    assert isnan(underthinking([True], [1], [2]).value)


def test_both_count_problems_and_not_samples() -> None:
    arguments = [False, False, True, True], [10, 30, 10, 20], [100, 100, 100, 100], ["a", "a", "b", "b"]
    assert (underthinking(*arguments).value, underthinking(*arguments).n) == (pytest.approx(0.8), 1)
    assert (outcome_efficiency(*arguments).value, outcome_efficiency(*arguments).n) == (pytest.approx(0.075), 2)


@pytest.mark.parametrize(
    ("text", "answers", "kind", "until"),
    [
        ("2 * 6 = 12, so 12.", ["12"], AnswerKind.MATH, "2 * 6 = 12"),
        ("120 is not it, but $\\frac{24}{2}$ is.", ["12"], AnswerKind.MATH, "120 is not it, but $\\frac{24}{2}$"),
        ("A fits. The answer is (B), no, the answer is (C).", ["C"], AnswerKind.CHOICE, None),
        ("155 and 55\n55", ["55"], AnswerKind.EXACT, "155 and 55"),
        ("7 + 5\n</think>7 +  5", ["7 + 5"], AnswerKind.EXACT, "7 + 5"),
    ],
)
def test_where_an_answer_stands(text: str, answers: list[str], kind: AnswerKind, until: str | None) -> None:
    place = first_stand(text, answers, kind)
    assert place is not None
    assert text[:place] == (text[: text.index("C)") + 1] if until is None else until)


def test_what_stands_nowhere() -> None:
    assert first_stand("13 and 14", ["12"], AnswerKind.MATH) is None
    assert first_stand("B is an option", ["B"], AnswerKind.CHOICE) is None


def run_of(folder: Path, texts: list[list[tuple[str, str]]]) -> Path:
    """A run with these (text, answer) samples of 10 tokens a problem; 12 is right."""
    n = len(texts[0])
    run = write_run(folder, count=len(texts), strategies={f"self_consistency:n={n}": (n, False)}, verifier=None)
    attempts = []
    for attempt, samples in zip(read_attempts(run), texts, strict=True):
        nodes = [
            replace(node, text=text, answer=answer, tokens=10, stop=StopReason.END)
            for node, (text, answer) in zip(attempt.nodes, samples, strict=True)
        ]
        attempts.append(replace(attempt, nodes=tuple(nodes)))
    replace_log(run / ATTEMPTS, attempts)
    replace_grades(run, [AttemptGrades(*one.key, {"12": CORRECT, "13": INCORRECT}) for one in attempts[:1]])
    return run


def test_a_wrong_sample_is_judged_by_what_others_found(tmp_path: Path) -> None:
    first = [("is it 12 ? yes it is", "12"), ("12, or 13 it must be", "13")]
    unsolved = [("13 it is as it seems", "13"), ("13 it is as it seems", "13")]
    (found,) = thinking(run_of(tmp_path / "run", [first, unsolved]))
    assert found.accuracy.value == pytest.approx(1 / 4)
    assert found.outcome_efficiency.value == pytest.approx((8 / 20) / 4)
    assert found.underthinking.value == pytest.approx(1 - 2 / 20)
    assert (found.samples, found.left_out) == (4, 2)


def test_the_command_shows_both(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", [[("12 it is", "12")]])
    result = CliRunner().invoke(app, ["thinking", str(run), "--json"], catch_exceptions=False)
    (row,) = json.loads(result.stdout)["thinking"]
    assert row["outcome_efficiency"]["value"] == pytest.approx(2 / 8)
    assert row["underthinking"]["value"] is None


def test_a_run_of_searches_alone_is_refused(tmp_path: Path) -> None:
    run = run_of(tmp_path / "run", [[("12 it is", "12")]])
    attempts = [
        replace(one, nodes=tuple(replace(node, stop=StopReason.STEP) for node in one.nodes))
        for one in read_attempts(run)
    ]
    replace_log(run / ATTEMPTS, attempts)
    with pytest.raises(BadRequest, match="whole samples"):
        CliRunner().invoke(app, ["thinking", str(run)], catch_exceptions=False)
