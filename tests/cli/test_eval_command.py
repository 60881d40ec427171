"""tuili eval through its process: what it prints, and that no stop loses or repeats an attempt."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

from command_line import ENVIRONMENT, TASK, TUILI, record, tuili

STRATEGIES = ("--strategy", "self_consistency:n=8", "--strategy", "chain_of_thought")
PROBLEMS = 100


def start_and_signal(folder: Path, run: str, *, at_size: int, number: signal.Signals) -> tuple[int, str]:
    """Starts the evaluation and sends a signal as soon as its attempts take so many bytes."""
    command = [TUILI, "eval", *TASK, *STRATEGIES, "--out", run]
    attempts = folder / run / "attempts.jsonl"
    with subprocess.Popen(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # tests that a shell runs in the background ignore it, and what they start would too
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        while process.poll() is None and (not attempts.exists() or attempts.stat().st_size < at_size):
            time.sleep(0.0005)
        process.send_signal(number)
        _, said = process.communicate()
        return process.returncode, said


def attempt_keys(run: Path) -> Counter[tuple[str, str, int]]:
    rows = map(json.loads, (run / "attempts.jsonl").read_text().splitlines())
    return Counter((row["problem_id"], row["strategy"], row["seed"]) for row in rows)


def figures(value: Any) -> Any:
    """A summary without the clock and the state of the source tree."""
    if isinstance(value, dict):
        return {key: figures(item) for key, item in value.items() if key not in ("seconds", "created", "commit")}
    return [figures(item) for item in value] if isinstance(value, list) else value


def test_ten_kills_lose_and_repeat_nothing(tmp_path: Path) -> None:
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    for folder in (whole, killed):
        folder.mkdir()
        record(folder, problems=PROBLEMS, samples=8)
    uninterrupted = tuili(whole, "eval", *TASK, *STRATEGIES, "--out", "run", "--json")
    size = (whole / "run" / "attempts.jsonl").stat().st_size
    rng = random.Random(time.time_ns())
    moments = sorted(rng.randrange(size * 9 // 10) for _ in range(10))
    for moment in moments:
        status, _ = start_and_signal(killed, "run", at_size=moment, number=signal.SIGKILL)
        assert status == -signal.SIGKILL, moments
    continued = tuili(killed, "eval", *TASK, *STRATEGIES, "--out", "run", "--json")
    assert continued.returncode == 0, continued.stderr
    keys = attempt_keys(killed / "run")
    assert set(keys.values()) == {1}, moments
    assert keys == attempt_keys(whole / "run")
    assert len(keys) == 2 * PROBLEMS
    assert figures(json.loads(continued.stdout)) == figures(json.loads(uninterrupted.stdout)), moments


def test_after_ctrl_c_the_same_command_goes_on(tmp_path: Path) -> None:
    record(tmp_path, problems=PROBLEMS, samples=8)
    status, said = start_and_signal(tmp_path, "run", at_size=1, number=signal.SIGINT)
    assert status == 130
    assert "kept in run, and the same command continues" in said
    assert "Traceback" not in said
    kept = sum(attempt_keys(tmp_path / "run").values())
    assert 0 < kept < 2 * PROBLEMS
    assert tuili(tmp_path, "eval", *TASK, *STRATEGIES, "--out", "run").returncode == 0
    assert list(attempt_keys(tmp_path / "run").values()) == [1] * (2 * PROBLEMS)


def test_json_is_one_object_and_alone_on_stdout(tmp_path: Path) -> None:
    record(tmp_path, problems=4, samples=3, right=1)
    done = tuili(tmp_path, "eval", *TASK, "--strategy", "self_consistency:n=3", "--json")
    assert done.returncode == 0
    said = json.loads(done.stdout)
    (result,) = said["results"]
    assert result["strategy"] == "self_consistency:n=3"
    assert (result["accuracy"]["value"], result["accuracy"]["n"]) == (1.0, 4)
    assert "4/4" in done.stderr
    assert (tmp_path / said["folder"] / "header.json").is_file()


def test_a_report_is_drawn_from_the_run(tmp_path: Path) -> None:
    record(tmp_path, problems=4, samples=3)
    assert tuili(tmp_path, "eval", *TASK, "--strategy", "self_consistency:n=3", "--out", "run").returncode == 0
    done = tuili(tmp_path, "report", "run", "--out", "page.html")
    assert (done.returncode, done.stdout) == (0, "")
    assert "self_consistency:n=3" in (tmp_path / "page.html").read_text()


def test_the_same_request_has_the_same_folder_and_another_one_has_not(tmp_path: Path) -> None:
    record(tmp_path, problems=2, samples=2)
    for more in ((), (), ("--temperature", "0.5"), ("--seed", "1"), ("--strategy", "self_consistency:n=2")):
        assert tuili(tmp_path, "eval", *TASK, *more).returncode == 0
    assert len(list((tmp_path / "runs").iterdir())) == 4


def test_validate_tells_a_task_that_accepts_its_gold(tmp_path: Path) -> None:
    record(tmp_path, problems=3, samples=0)
    done = tuili(tmp_path, "validate", "gsm8k", "--data", "rows.jsonl", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"gsm8k": {"problems": 3, "failures": []}}


def test_training_data_that_holds_the_problems_is_told_and_kept_in_the_header(tmp_path: Path) -> None:
    record(tmp_path, problems=3, samples=1)
    (tmp_path / "train.jsonl").write_text((tmp_path / "rows.jsonl").read_text().splitlines()[1] + "\n")
    checked = tuili(tmp_path, "validate", "gsm8k", "--data", "rows.jsonl", "--train", "train.jsonl", "--json")
    assert checked.returncode == 1
    assert json.loads(checked.stdout)["gsm8k"]["overlap"] == {
        "train": "train.jsonl", "tested": 3, "exact": ["gsm8k/1"], "ngram": [],
    }  # fmt: skip
    done = tuili(tmp_path, "eval", *TASK, "--train", "train.jsonl", "--out", "run")
    assert done.returncode == 0
    assert "overlap with training data: train train.jsonl, problems 3, exact 1, 13-gram 0" in done.stderr
    header = json.loads((tmp_path / "run" / "header.json").read_text())
    assert header["overlap"] == {"train": "train.jsonl", "problems": 3, "exact": 1, "13-gram": 0}
