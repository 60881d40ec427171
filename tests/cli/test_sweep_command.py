"""tuili sweep through its process: one folder for everything, and no kill loses or repeats an attempt."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

from command_line import ENVIRONMENT, TUILI, record, tuili

PROBLEMS = 40
CONFIG = """
task = "gsm8k"
data = "rows.jsonl"
model = "replay:path=samples.jsonl"
strategies = ["self_consistency:n={n}", "self_consistency:n={n},batch={batch}"]
seeds = [0]

[values]
n = [2, 8]
batch = [1]
"""
RUN = {"self_consistency:n=8", "self_consistency:n=2,batch=1", "self_consistency:n=8,batch=1"}


def prepared(folder: Path) -> Path:
    record(folder, problems=PROBLEMS, samples=8)
    (folder / "sweep.toml").write_text(CONFIG)
    return folder


def attempt_keys(run: Path) -> Counter[tuple[str, str, int]]:
    rows = map(json.loads, (run / "attempts.jsonl").read_text().splitlines())
    return Counter((row["problem_id"], row["strategy"], row["seed"]) for row in rows)


def test_a_killed_sweep_goes_on_with_the_same_command(tmp_path: Path) -> None:
    attempts = prepared(tmp_path) / "run" / "attempts.jsonl"
    with subprocess.Popen([TUILI, "sweep", "sweep.toml", "--out", "run"], cwd=tmp_path, env=ENVIRONMENT) as process:
        while process.poll() is None and (not attempts.exists() or attempts.stat().st_size < 5_000):
            time.sleep(0.0005)
        process.kill()
    assert process.returncode == -signal.SIGKILL
    done = tuili(tmp_path, "sweep", "sweep.toml", "--out", "run", "--json")
    assert done.returncode == 0, done.stderr
    keys = attempt_keys(tmp_path / "run")
    assert set(keys.values()) == {1}
    assert len(keys) == len(RUN) * PROBLEMS
    said = json.loads(done.stdout)
    assert {result["strategy"] for result in said["results"]} == RUN
    assert "the report derives self_consistency:n=2 from the samples of self_consistency:n=8" in done.stderr
    majority = next(series for series in said["series"] if series["name"] == "majority")
    assert [point["k"] for point in majority["points"]] == [1, 2, 4, 8]


def test_budgets_and_seeds_are_attempts_of_their_own_in_one_folder(tmp_path: Path) -> None:
    prepared(tmp_path)
    changes = ("--set", 'budgets=["tokens=40","tokens=160"]', "--set", 'strategies=["best_of_n:n={n}"]')
    more = (
        "--set",
        'verifier="confidence"',
        "--set",
        "seeds=[0,1]",
        "--set",
        "values={n=[4]}",
        "--set",
        "limit=5",
        "--set",
        "max_tokens=20",
    )
    done = tuili(tmp_path, "sweep", "sweep.toml", *changes, *more, "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    keys = attempt_keys(tmp_path / said["folder"])
    assert Counter((strategy, seed) for _, strategy, seed in keys) == {
        (f"best_of_n:n=4,weighted=true,budget_tokens={limit}", seed): 5 for limit in (40, 160) for seed in (0, 1)
    }
    (curve,) = said["series"]
    cheap, dear = curve["points"]
    assert cheap["tokens"] <= 40 < dear["tokens"] <= 160


def test_a_wrong_config_is_refused_in_a_sentence(tmp_path: Path) -> None:
    prepared(tmp_path)
    for arguments, said in (
        (("nothing",), "no sweep config nothing; shipped ones: mini_revision, mini_search"),
        (("sweep.toml", "--set", "values={n=[2]}"), "names batch, which has no values"),
        (("sweep.toml", "--set", 'strategies="best_of_n"'), "strategies must be"),
    ):
        done = tuili(tmp_path, "sweep", *arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
