"""One run and several as numbers: what is shown, what is left out, and how runs are named."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from synthetic import header, write_run

from tuili.errors import BadRequest
from tuili.evaluation.folder import read_run, read_runs
from tuili.evaluation.naming import run_names
from tuili.evaluation.summary import as_json, summarise

SAMPLED = {"best_of_n:n=16,weighted=true": (16, True)}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return write_run(tmp_path_factory.mktemp("runs") / "run", count=60)


def test_a_summary_is_plain_json_with_an_interval_for_every_accuracy(run):
    summary = json.loads(json.dumps(as_json(summarise([read_run(run)])), allow_nan=False))
    for series in summary["series"]:
        for point in [*series["points"], *(point for level in series["by_level"].values() for point in level)]:
            assert point["accuracy"]["low"] <= point["accuracy"]["value"] <= point["accuracy"]["high"]
            assert point["accuracy"]["n"] in (60, 12)
    assert summary["results"][0]["accuracy"]["n"] == 60
    assert {row["first"] for row in summary["equal_cost"]["overall"]} == {"majority", "weighted best-of-N", "best-of-N"}


def test_a_verifier_that_knows_beats_the_vote_and_coverage_bounds_both(run):
    ends = {series.name: series.points[-1].accuracy.value for series in summarise([read_run(run)]).series}
    assert ends["majority"] < ends["weighted best-of-N"] <= ends["coverage (pass@k)"]


def test_spending_adds_up(run):
    columns = read_run(run)
    summary = summarise([columns])
    charges = summary.spending["run"]["best_of_n:n=16,weighted=true"]
    assert sum(charge.flops for charge in charges) == pytest.approx(summary.results[0].flops * 60)
    assert {(charge.component, charge.purpose) for charge in charges} == {
        ("generator", "explore"),
        ("verifier", "explore"),
    }


def test_runs_that_share_their_samples_share_their_majority(tmp_path):
    process = write_run(tmp_path / "a", strategies=SAMPLED)
    outcome = write_run(tmp_path / "b", strategies=SAMPLED, skill=0.5, verifier="outcome:path=checkpoints/orm")
    summary = summarise(read_runs([process, outcome]))
    assert [series.name for series in summary.series] == [
        "coverage (pass@k)",
        "majority",
        "weighted best-of-N · process",
        "best-of-N · process",
        "weighted best-of-N · outcome",
        "best-of-N · outcome",
    ]
    assert [row.field for row in summary.differences] == ["verifier"]


def test_every_difference_between_headers_is_named(tmp_path):
    short = write_run(tmp_path / "a", sampling={"max_tokens": 2048, "temperature": 1.0})
    long = write_run(
        tmp_path / "b", sampling={"max_tokens": 16384, "temperature": 1.0}, seed=1, machine={"cores": "64"}
    )
    summary = summarise(read_runs([short, long]))
    named = {row.field: tuple(row.values.values()) for row in summary.differences}
    assert named == {"sampling.max_tokens": ("2048", "16384"), "machine.cores": ("2", "64")}
    assert list(summary.headers) == ["max_tokens 2048", "max_tokens 16384"]


def test_runs_are_named_by_what_tells_them_apart():
    base = header(("s",), 10)

    def names(*headers):
        return list(run_names({Path(f"/runs/{i}"): one for i, one in enumerate(headers)}).values())

    assert names(base) == ["0"]
    assert names(base, base) == ["0", "1"]
    assert names(base, replace(base, model="http:model=qwq")) == ["local", "http"]
    assert names(base, replace(base, model="local:path=b")) == ["local checkpoints/policy", "local b"]
    assert names(base, replace(base, verifier=None)) == ["process", "no verifier"]
    assert names(base, replace(base, commit="ffff")) == ["0", "1"]


def test_folders_of_one_name_are_told_apart_by_their_parents():
    same = header(("s",), 10)
    assert list(run_names({Path("/x/run"): same, Path("/y/run"): same}).values()) == ["x/run", "y/run"]


def test_what_cannot_be_summarised_is_refused(tmp_path, run):
    with pytest.raises(BadRequest, match="no run folder"):
        read_run(tmp_path)
    with pytest.raises(BadRequest, match="given twice"):
        read_runs([run, run])
    ungraded = write_run(tmp_path / "ungraded")
    (ungraded / "grades.jsonl").unlink()
    with pytest.raises(BadRequest, match="was not graded"):
        read_run(ungraded)
    empty = write_run(tmp_path / "empty")
    (empty / "attempts.jsonl").write_text("")
    with pytest.raises(BadRequest, match="no attempts"):
        read_run(empty)


def test_an_engine_without_a_known_size_is_compared_by_tokens(tmp_path, monkeypatch):
    monkeypatch.setattr("synthetic.GENERATOR", 0)
    monkeypatch.setattr("synthetic.VERIFIER", 0)
    assert summarise([read_run(write_run(tmp_path / "run"))]).equal_cost.unit == "tokens"
