"""tuili audit: labelled pairs in, rates with intervals and the disagreements out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tuili.cli.app import app
from tuili.errors import BadRequest

PAIRS = [
    {"gold": "12", "answer": "12.0", "label": True},
    {"gold": "12", "answer": "13", "label": False},
    {"gold": "12", "answer": "13", "label": True},
    {"gold": "12", "answer": "", "label": False},
]


def write(folder: Path, rows: list[dict[str, object]]) -> str:
    path = folder / "pairs.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def audited(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(app, ["audit", *arguments, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def test_rates_and_disagreements(tmp_path: Path) -> None:
    found = audited(write(tmp_path, PAIRS))
    assert found["agreement"]["value"] == 0.75  # type: ignore[index]
    assert found["false_accept"]["value"] == 0  # type: ignore[index]
    assert found["false_reject"] | {"low": 0, "high": 0} == {"value": 0.5, "low": 0, "high": 0, "n": 2}  # type: ignore[operator]
    (one,) = found["disagreements"]  # type: ignore[misc]
    assert (one["case"]["id"], one["grade"]["outcome"]) == ("2", "incorrect")
    assert found["ungraded"] == 1


def test_the_page_for_people_lists_every_disagreement(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["audit", write(tmp_path, PAIRS)])
    assert "75.0" in result.stdout
    assert "1 disagreements:\n  2: labelled right, graded incorrect; gold '12', answer '13'" in result.stdout


def test_columns_kinds_and_labels_have_names(tmp_path: Path) -> None:
    rows = [
        {"n": "a", "key": "B", "output": "It is not A.\n\nThe answer is (B).", "verdict": "good"},
        {"n": "b", "key": "B", "output": "The answer is (C).", "verdict": "good"},
    ]
    names = ["--id", "n", "--gold", "key", "--answer", "output", "--label", "verdict", "--right", "good"]
    found = audited(write(tmp_path, rows), "--grader", "choice", "--kind", "choice", *names)
    assert found["agreement"]["value"] == 0.5  # type: ignore[index]
    assert found["disagreements"][0]["case"] == {"id": "b", "gold": "B", "answer": "C", "right": True, "prompt": ""}  # type: ignore[index]


def test_the_grader_of_puzzles_gets_the_prompt(tmp_path: Path) -> None:
    from tuili.tasks import load, make_task

    (item,) = load(make_task("mini"), limit=1)
    rows = [{"problem": item.problem.prompt, "gold": item.gold, "answer": item.gold, "label": 1}]
    assert audited(write(tmp_path, rows), "--grader", "mini", "--prompt", "problem")["agreement"]["value"] == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"gold": "1", "answer": "1"}, "line 1: no column label"),
        ({"gold": "1", "label": 1}, "line 1: no column answer"),
        ({"gold": "1", "answer": "1", "label": "perhaps"}, "line 1: the label 'perhaps' is none of .* --right"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path: Path, row: dict[str, object], said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        CliRunner().invoke(app, ["audit", write(tmp_path, [row])], catch_exceptions=False)


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="has no rows"):
        CliRunner().invoke(app, ["audit", write(tmp_path, [])], catch_exceptions=False)
