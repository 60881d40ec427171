"""From a run to files of traces: what they say, what they are made from, and which runs are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tuili.cli.app import app
from tuili.errors import BadRequest
from tuili.grading import make_grader
from tuili.grading.graded import AttemptGrades
from tuili.mini.splits import split_of
from tuili.mini.text import parse_prompt
from tuili.records import AnswerKind, Attempt, Ending, Node, Problem, Purpose, RunHeader, StopReason, Verdict
from tuili.runs import Run, keep_problems, replace_grades
from tuili.steps import PARAGRAPHS
from tuili.tasks import load, make_task
from tuili.traces.collect import Parameters, collect
from tuili.traces.files import JOURNEYS, SHORTCUTS, read_traces
from tuili.traces.journey import Journey, Turn
from tuili.traces.wording import in_prose

ALWAYS = Parameters(enter=1.0)


def header(task: str, model: str) -> RunHeader:
    return RunHeader(
        task=task,
        data=None,
        model=model,
        verifier=None,
        strategies=("beam_search",),
        budget=None,
        seeds=(0,),
        problems=1,
        limit=None,
        sampling={},
        versions={},
        machine={},
        commit=None,
        created="2026-01-01T00:00:00+00:00",
    )


def node(identity: tuple[int, ...], text: str, answer: str | None = None, score: float | None = None) -> Node:
    stop = StopReason.END if answer else StopReason.STEP
    verdict = None if score is None else Verdict(score)
    return Node(identity, text, 9, -1.0, -1.0, stop, Purpose.EXPLORE, answer, verdict)


def graded_run(
    folder: Path, problem: Problem, nodes: list[Node], task: str, gold: str = "", model: str = "mini"
) -> Path:
    with Run(folder, header(task, model)) as run:
        keep_problems(folder, [problem])
        run.append(Attempt(problem.id, "beam_search", 0, None, None, tuple(nodes), (), Ending.DONE))
        grader = make_grader(make_task(task).grader or "")
        grades = {each.answer: grader.grade(problem, gold, each.answer) for each in nodes if each.answer}
        replace_grades(folder, [AttemptGrades(problem.id, "beam_search", 0, grades)])
    return folder


DEAD_END = "20 * 4 = 80 : 80 23"
RIGHT = "23 + 4 = 27 : 27 20\n27 + 20 = 47 : 47\n</think>\n23 + 4 , 27 + 20"


def searched(folder: Path, gave_up: str = DEAD_END, prompt: str = "make 47 from 23 4 20") -> Path:
    """A search step by step on a puzzle: a right path, and a step that its verifier gave up."""
    first, second, *answer = RIGHT.splitlines(keepends=True)
    nodes = [
        node((0,), first, score=0.9),
        node((1,), f"{gave_up}\n", score=0.1),
        node((0, 0), second, score=0.9),
        node((0, 0, 0), "".join(answer), answer[-1], score=0.9),
    ]
    problem = Problem(" ".join(sorted(prompt.split())), prompt, "mini", AnswerKind.EXACT, 2)
    return graded_run(folder, problem, nodes, "mini:split=train")


def test_a_search_on_a_train_puzzle_becomes_a_journey_and_a_short_solution(tmp_path: Path) -> None:
    made = collect([searched(tmp_path / "run")], tmp_path / "traces", ALWAYS)
    (journey,) = read_traces(tmp_path / "traces" / JOURNEYS)
    (short,) = read_traces(tmp_path / "traces" / SHORTCUTS)
    assert short.text == RIGHT
    assert journey.text == f"{DEAD_END}\nno {DEAD_END}\n{RIGHT}"
    assert [journey.text[begin:end] for begin, end in journey.mistakes] == [DEAD_END]
    assert short.mistakes == ()
    assert journey.answer == short.answer == "23 + 4 , 27 + 20"
    assert made.counts["journeys"] == made.counts["problems with a journey"] == 1
    (source,) = made.sources
    assert source.header.task == "mini:split=train"
    written = json.loads((tmp_path / "traces" / "header.json").read_text())
    assert [each["digest"] for each in written["sources"]] == [source.digest]


def test_what_runs_sampled_of_the_same_problem_is_one_tree(tmp_path: Path) -> None:
    """The right path is in one run, the wrong branch in the other."""
    puzzle = Problem("20 23 4 47 from make", "make 47 from 23 4 20", "mini", AnswerKind.EXACT, 2)
    first, second, *answer = RIGHT.splitlines(keepends=True)
    right = [node((0,), first), node((0, 0), second), node((0, 0, 0), "".join(answer), answer[-1])]
    wrong = [node((0,), f"{DEAD_END}\n", score=0.1)]
    runs = [graded_run(tmp_path / str(n), puzzle, nodes, "mini:split=train") for n, nodes in enumerate((right, wrong))]
    for alone in runs:
        with pytest.raises(BadRequest, match="no journey"):
            collect([alone], tmp_path / "traces", ALWAYS)
    made = collect(runs, tmp_path / "traces", ALWAYS)
    assert [source.run for source in made.sources] == list(map(str, runs))
    assert [trace.text for trace in read_traces(tmp_path / "traces" / JOURNEYS)] == [
        f"{DEAD_END}\nno {DEAD_END}\n{RIGHT}"
    ]


def test_runs_of_several_tasks_are_refused(tmp_path: Path, sums: Path) -> None:
    with pytest.raises(BadRequest, match="gsm8k in the format paragraphs, mini in the format lines"):
        collect([searched(tmp_path / "search"), sums], tmp_path / "traces", ALWAYS)


def test_a_right_step_that_the_verifier_gave_up_is_not_said_to_be_wrong(tmp_path: Path) -> None:
    """The exact checker has the last word."""
    with pytest.raises(BadRequest, match="no journey"):
        collect([searched(tmp_path / "run", "20 + 4 = 24 : 24 23")], tmp_path / "traces", ALWAYS)


@pytest.mark.parametrize(
    ("split", "prompt"), [("validation", "make 46 from 22 4 20"), ("test", "make 49 from 25 4 20")]
)
def test_puzzles_of_other_splits_are_refused(tmp_path: Path, split: str, prompt: str) -> None:
    """Whatever the header of the run says."""
    puzzle = parse_prompt(prompt)
    assert puzzle is not None
    assert split_of(puzzle) == split
    with pytest.raises(BadRequest, match="not a mini puzzle of the train split"):
        collect([searched(tmp_path / "run", prompt=prompt)], tmp_path / "traces", ALWAYS)


def rows(file: Path, questions: list[str]) -> Path:
    file.write_text("".join(json.dumps({"question": q, "answer": "#### 5"}) + "\n" for q in questions))
    return file


@pytest.fixture
def sums(tmp_path: Path) -> Path:
    """A run on a GSM8K problem, two whole samples of it: one wrong in its second step."""
    (item,) = load(make_task("gsm8k", rows(tmp_path / "train.jsonl", ["What is 2 + 3?"])))
    right = "We add.\n\n2 + 3 = 5\n\n</think>\nThe answer is 5."
    wrong = "We add.\n\n2 + 3 = 6\n\n</think>\nThe answer is 6."
    nodes = [node((0,), right, "5"), node((1,), wrong, "6")]
    model = "replay:path=samples.jsonl,format=paragraphs"
    return graded_run(tmp_path / "run", item.problem, nodes, "gsm8k:split=train", item.gold, model)


def test_other_tasks_are_told_in_sentences_and_say_what_is_held_out(tmp_path: Path, sums: Path) -> None:
    with pytest.raises(BadRequest, match="--held-out"):
        collect([sums], tmp_path / "traces", ALWAYS)
    made = collect([sums], tmp_path / "traces", ALWAYS, [rows(tmp_path / "test.jsonl", ["What is 7 + 8?"])])
    (journey,) = read_traces(tmp_path / "traces" / JOURNEYS)
    assert journey.text == (
        "We add.\n\n2 + 3 = 6\n\nWait, this is wrong: “2 + 3 = 6”. I go back to “We add.”.\n\n"
        "2 + 3 = 5\n\n</think>\nThe answer is 5."
    )
    assert journey.answer == "5"
    assert made.sources[0].held_out["compared"] == 1


def test_a_run_on_held_out_problems_is_refused(tmp_path: Path, sums: Path) -> None:
    with pytest.raises(BadRequest, match="not for training"):
        collect([sums], tmp_path / "traces", ALWAYS, [rows(tmp_path / "test.jsonl", ["What is 2 + 3?", "And 4?"])])


def test_a_turn_is_a_step_of_its_own_and_a_thought_may_start_again() -> None:
    wrong = ("2 is left\n\n", "So it is 6")
    told = in_prose(Journey((*wrong, Turn("So it is 6", (), 2), "It is 5\n\n", "</think>\n5")), PARAGRAPHS)
    assert [told.text[begin:end] for begin, end in told.mistakes] == ["".join(wrong)]
    assert told.text == (
        "2 is left\n\nSo it is 6\n\nWait, this is wrong: “So it is 6”. I start again from the beginning.\n\n"
        "It is 5\n\n</think>\n5"
    )


def test_the_command_says_what_it_made(tmp_path: Path) -> None:
    arguments = ["collect", "traces", str(searched(tmp_path / "run")), "--out", str(tmp_path / "out"), "--enter", "1"]
    result = CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False)
    assert json.loads(result.stdout)["counts"]["journeys"] == 1
    assert "journeys with 1 wrong branches" in CliRunner().invoke(app, arguments, catch_exceptions=False).stdout
