"""A run graded again: answers from the recorded texts, other references or graders, and the run's own grades kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tuili.cli.app import app
from tuili.codec import encode
from tuili.errors import BadRequest
from tuili.evaluation.regraded import regrades_of
from tuili.grading.graded import AttemptGrades
from tuili.grading.outcome import CORRECT, INCORRECT, Outcome
from tuili.grading.regraded import RegradedAttempt
from tuili.jsonl import replace_log
from tuili.records import (
    Attempt,
    Charge,
    Component,
    Ending,
    Node,
    Problem,
    Purpose,
    RunHeader,
    StopReason,
)
from tuili.regrade import Request, prepare
from tuili.runs import ATTEMPTS, HEADER, keep_problems, read_attempts, read_grades, replace_grades
from tuili.tasks import load, make_task

SAID, UNFINISHED = "One more.\n\nThe answer is {}.", "<think>It is {}."


def write_rows(folder: Path, golds: list[int], question: str = "{} + 1?") -> Path:
    rows = folder / "rows.jsonl"
    lines = ({"question": question.format(i), "answer": f"#### {gold}"} for i, gold in enumerate(golds))
    rows.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return rows


def write_run(folder: Path, answers: list[list[int | None]]) -> Path:
    """A run of chain of thought (the first node of each) on `i + 1?`, its samples as the given answers.

    It was graded by somebody who called every answer that he found wrong.
    """
    run = folder / "run"
    run.mkdir()
    rows = write_rows(folder, [i + 1 for i in range(len(answers))])
    header = RunHeader(
        task="gsm8k:split=test",
        data=str(rows),
        model="replay:path=samples.jsonl,format=plain",
        verifier=None,
        strategies=("self_consistency:n=3",),
        budget=None,
        seeds=(0,),
        problems=len(answers),
        limit=None,
        sampling={"max_tokens": 100, "temperature": 1.0},
        versions={},
        machine={},
        commit=None,
        created="2030-01-01T00:00:00+00:00",
    )
    (run / HEADER).write_text(encode(header))
    problems = [item.problem for item in load(make_task("gsm8k", rows))]
    keep_problems(run, problems)
    attempts = [_attempt(problem, given) for problem, given in zip(problems, answers, strict=True)]
    replace_log(run / ATTEMPTS, attempts)
    replace_grades(run, [AttemptGrades(*one.key, {"0": INCORRECT}) for one in attempts])
    return run


def _attempt(problem: Problem, given: list[int | None]) -> Attempt:
    """Recorded by an extraction that found 0 in every text."""
    nodes = tuple(
        Node(
            (i,),
            (UNFINISHED if answer is None else SAID).format(answer),
            8,
            -1.0,
            -1.0,
            StopReason.END,
            Purpose.EXPLORE,
            "0",
        )
        for i, answer in enumerate(given)
    )
    charge = Charge(Component.GENERATOR, Purpose.EXPLORE, 4, 24, 0.0)
    return Attempt(problem.id, "self_consistency:n=3", 0, "0", (0,), nodes, (charge,), Ending.DONE)


def graded(run: Path, **request: object) -> tuple[Path, list[RegradedAttempt]]:
    work = prepare(Request(run=run, grader="exact", **request))  # type: ignore[arg-type]
    list(work.attempts())
    folder = run / "regrades" / work.name
    return folder, list(read_grades(folder, RegradedAttempt))


def test_answers_are_extracted_again_and_graded_by_value(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[1, 7, None], [None, 2, 2]])
    before = (run / "grades.jsonl").read_bytes()
    _, lines = graded(run)
    assert [(line.answer, line.answers) for line in lines] == [("1", ("1", "7", None)), (None, (None, "2", "2"))]
    assert [line.grades for line in lines] == [{"1": CORRECT, "7": INCORRECT}, {"2": CORRECT}]
    assert (run / "grades.jsonl").read_bytes() == before


def test_what_changed_is_counted_and_listed(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[1, 1, 1], [None, 2, 2], [9, 9, 9]])
    folder, _ = graded(run)
    (found,) = regrades_of("run", run)
    assert found.name == folder.name
    (strategy,) = found.strategies
    assert strategy.moves == {"incorrect → correct": 1, "incorrect → ungraded": 1}
    assert strategy.read_anew == 3
    assert (strategy.before.value, strategy.after.value) == (0, pytest.approx(1 / 3))
    assert strategy.difference.estimate.value == pytest.approx(1 / 3)
    assert [(one.answer_after, one.after.outcome) for one in found.changed] == [
        ("1", Outcome.CORRECT),
        (None, Outcome.UNGRADED),
        ("9", Outcome.INCORRECT),
    ]


def test_another_version_of_the_task_is_another_regrade(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[1, 1, 1], [2, 2, 2]])
    first, _ = graded(run)
    write_rows(tmp_path, [1, 5])
    second, lines = graded(run)
    assert first != second
    assert [line.grades for line in lines] == [{"1": CORRECT}, {"2": INCORRECT}]
    assert len(regrades_of("run", run)) == 2


def test_an_answer_to_another_prompt_is_not_graded_unless_ids_are_trusted(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[1, 1, 1], [2, 2, 2]])
    rows = (tmp_path / "rows.jsonl").read_text().splitlines()
    (tmp_path / "rows.jsonl").write_text(rows[0] + "\n" + rows[1].replace("1 + 1?", "What is 1 + 1?") + "\n")
    _, lines = graded(run)
    assert lines[0].grades == {"1": CORRECT}
    assert lines[1].grades["2"].reason == "the task has another prompt for this problem now"
    _, lines = graded(run, trust_ids=True)
    assert lines[1].grades == {"2": CORRECT}


def test_problems_that_the_task_has_no_longer_are_ungraded(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[1, 1, 1], [2, 2, 2]])
    write_rows(tmp_path, [1])
    _, lines = graded(run)
    assert lines[1].grades["2"].reason == "the task has this problem no longer"
    write_rows(tmp_path, [1], question="How much is {} + 1?")
    with pytest.raises(BadRequest, match=r"no problem of .*run can be graded by gsm8k"):
        graded(run)


def test_it_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[1, 1, 1], [2, 2, 2], [3, 3, 3]])
    work = prepare(Request(run=run, grader="exact"))
    for line in work.attempts():
        assert line is not None
        break
    with (run / "regrades" / work.name / "grades.jsonl").open("a") as torn:
        torn.write('{"problem_id": "gsm8k/1", "stra')
    again = list(work.attempts())
    assert [line.problem_id if line else None for line in again] == [None, "gsm8k/1", "gsm8k/2"]
    assert len(list(read_grades(run / "regrades" / work.name, RegradedAttempt))) == 3


def test_the_command_shows_the_change(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[1, 1, 1], [9, 2, 2]])
    result = CliRunner().invoke(app, ["regrade", str(run), "--grader", "exact", "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["header"]["grader"] == "exact"
    assert found["strategies"][0]["moves"] == {"incorrect → correct": 1}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--grader", "guess"], "unknown grader 'guess'"),
        (["--task", "gsm9k"], "unknown task 'gsm9k'"),
        (["--data", "nothing.jsonl"], "no such file"),
        (["--max-tokens", "5", "--tokenizer", "nowhere"], "cannot read the tokenizer"),
    ],
)
def test_what_cannot_be_done_is_refused(tmp_path: Path, arguments: list[str], said: str) -> None:
    run = write_run(tmp_path, [[1, 1, 1]])
    with pytest.raises(BadRequest, match=said):
        CliRunner().invoke(app, ["regrade", str(run), *arguments], catch_exceptions=False)
    assert not (run / "regrades").exists()


def test_a_cut_has_only_what_was_declared_before_it(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[1, 1]])
    (attempt,) = read_attempts(run)
    early, late = attempt.nodes
    early = replace(early, text="So: \\boxed{1} it is, is it not? Let us see.", tokens=11)
    late = replace(late, text="One more.\n\nThe answer is 1.", tokens=9)
    replace_log(run / ATTEMPTS, [replace(attempt, nodes=(early, late))])
    _, lines = graded(run, max_tokens=6)
    assert [(line.answers, line.in_proportion) for line in lines] == [(("1", None), 0)]
    _, lines = graded(run, max_tokens=9)
    assert [line.answers for line in lines] == [("1", "1")]
    assert regrades_of("run", run) == []


def test_a_search_cannot_be_cut(tmp_path: Path) -> None:
    run = write_run(tmp_path, [[1, 1]])
    (attempt,) = read_attempts(run)
    steps = tuple(replace(node, stop=StopReason.STEP) for node in attempt.nodes)
    replace_log(run / ATTEMPTS, [replace(attempt, nodes=steps)])
    assert graded(run, max_tokens=6)[1] == []
