"""A wrong request: exit status 2, one clear sentence on stderr, nothing on stdout, no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import TASK, record, tuili

from tuili.strategies import STRATEGIES


def refused(folder: Path, *arguments: str) -> str:
    """What a refused request said, after the checks that hold for all of them."""
    process = tuili(folder, *arguments)
    assert process.returncode == 2, process.stderr
    assert process.stdout == ""
    assert process.stderr.startswith("tuili: ")
    assert process.stderr.count("\n") == 1
    return process.stderr


def test_an_unknown_strategy_lists_the_known_ones(tmp_path: Path) -> None:
    said = refused(tmp_path, "eval", "mini", "--strategy", "best_of_m:n=4")
    assert "best_of_m" in said
    assert f"known: {', '.join(sorted(STRATEGIES))}" in said


def test_an_unknown_parameter_lists_the_known_ones(tmp_path: Path) -> None:
    said = refused(tmp_path, "eval", "mini", "--strategy", "best_of_n:m=4")
    assert "no parameter m" in said
    assert "n, verdicts, weighted" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("eval", "mathematics"), "unknown task 'mathematics'"),
        (("eval", "mini", "--model", "gpt"), "unknown engine 'gpt'"),
        (("eval", "mini", "--verifier", "prm"), "unknown verifier 'prm'"),
        (("eval", "mini", "--strategy", "best_of_n:n=many"), "n of strategy best_of_n must be int, not 'many'"),
        (("eval", "mini", "--budget", "tokens=lots"), "must be a number above zero, not 'lots'"),
        (("eval", "mini", "--data", "rows.jsonl"), "mini generates its problems and reads no data"),
        (("solve", "1 + 1?", "--strategy", "guess"), "unknown strategy 'guess'"),
        (("validate", "--data", "rows.jsonl"), "name that task"),
        (("validate", "--train", "rows.jsonl"), "--train is the file of one task"),
        (("validate", "mini", "--train", "rows.jsonl"), "mini generates its problems and reads no data"),
        (("report", "nowhere"), "nowhere is no run folder"),
        (("regrade", "nowhere"), "nowhere is no run folder"),
        (("audit", "nothing.jsonl"), "no such file: nothing.jsonl"),
        (("thinking", "nowhere"), "nowhere is no run folder"),
        (("train", "sft", "nothing"), "no training config nothing; shipped ones: gsm8k_rl, "),
        (("train", "sft", "mini_sft", "--set", "stepps=3"), "unknown key stepps"),
        (("train", "sft", "mini_sft", "--set", "steps"), "key=value"),
    ],
)
def test_one_sentence_says_what_is_wrong(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    assert said in refused(tmp_path, *arguments)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "no such file: rows.jsonl" in refused(tmp_path, "eval", "gsm8k", "--data", "rows.jsonl")


def test_a_malformed_line_is_named(tmp_path: Path) -> None:
    record(tmp_path, problems=2, samples=0)
    with (tmp_path / "rows.jsonl").open("a") as rows:
        rows.write('{"question": "1 +\n')
    assert "rows.jsonl, line 3: malformed JSON" in refused(tmp_path, "eval", "gsm8k", "--data", "rows.jsonl")


def test_an_empty_task_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("\n")
    assert "gsm8k has no problems" in refused(tmp_path, "eval", "gsm8k", "--data", "rows.jsonl")


def test_a_strategy_that_scores_needs_a_verifier(tmp_path: Path) -> None:
    record(tmp_path, problems=1, samples=4)
    assert "needs a verifier" in refused(tmp_path, "eval", *TASK, "--strategy", "best_of_n:n=4")


def test_a_budget_too_small_for_one_sample_is_refused_before_anything_is_spent(tmp_path: Path) -> None:
    record(tmp_path, problems=1, samples=4)
    assert "too small for one sample" in refused(tmp_path, "eval", *TASK, "--budget", "tokens=3", "--out", "run")
    assert not (tmp_path / "run").exists()


def test_a_checkpoint_that_is_no_language_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "vision"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "vit", "architectures": ["ViTModel"]}))
    assert "vision" in refused(tmp_path, "eval", "mini", "--model", "local:path=vision")


def test_another_request_does_not_write_into_a_run(tmp_path: Path) -> None:
    record(tmp_path, problems=3, samples=1)
    assert tuili(tmp_path, "eval", *TASK, "--limit", "2", "--out", "run").returncode == 0
    said = refused(tmp_path, "eval", *TASK, "--limit", "3", "--out", "run")
    assert "run holds another run" in said
    assert "limit is 2 there, 3 here" in said


def test_recorded_samples_are_dealt_out_by_one_process(tmp_path: Path) -> None:
    record(tmp_path, problems=3, samples=4)
    said = refused(tmp_path, "eval", *TASK, "--strategy", "self_consistency:n=2", "--workers", "2")
    assert "there cannot be more than one worker: replay:" in said
