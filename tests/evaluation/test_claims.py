"""Published results: the records are whole, what they leave unsaid is said, and the command finds them."""

import json
import re

import pytest
from typer.testing import CliRunner

from tuili.cli import output
from tuili.cli.app import app
from tuili.errors import BadRequest
from tuili.evaluation.claims.published import CONDITIONS, Claim, cited, find, of_task, published
from tuili.evaluation.claims.words import conditions, number
from tuili.tasks import TASKS

EVERY = cited(published())


def test_every_claim_has_a_number_and_a_source():
    assert len(EVERY) > 50
    for claim, source in ((one.claim, one.source) for one in EVERY):
        assert (claim.number is None) == (claim.range is not None), claim
        assert re.fullmatch(r"20\d\d-\d\d(-\d\d)?", source.date)
        known = {"name", "url", "date", *Claim.__dataclass_fields__}
        assert {*claim.recalled, *source.recalled} <= known


def test_every_benchmark_that_is_a_task_is_one_here():
    benchmarks = {one.claim.benchmark for one in EVERY}
    assert published().tasks.keys() <= benchmarks
    assert set(published().tasks.values()) <= TASKS.keys()


def test_what_is_not_stated_is_unsaid():
    assert Claim("a", "b", 1.0).unsaid == CONDITIONS
    assert Claim("a", "b", 1.0, metric="pass@1", samples=64, verifier="none").unsaid == ("max_tokens",)
    assert not Claim("a", "b", 1.0, max_tokens=512).budget_stated
    assert Claim("a", "b", 1.0, max_tokens=512, samples=1).budget_stated


def test_o1_left_its_budget_unsaid_and_r1_did_not():
    (o1,) = [one.claim for one in find("o1", "aime") if one.claim.metric == "cons@64" and one.claim.system == "o1"]
    assert (number(o1), o1.unsaid) == ("83.3 %", ("max_tokens",))
    (r1,) = [one.claim for one in of_task("aime24") if one.claim.system == "DeepSeek-R1"]
    assert r1.budget_stated
    assert conditions(r1) == "pass@1, 64 samples, at most 32,768 tokens, no verifier"


def test_only_accuracies_on_the_same_problems_belong_to_a_task():
    assert {one.claim.benchmark for one in of_task("math500")} == {"MATH-500"}
    assert {one.claim.unit for one in of_task("math500")} == {"%"}
    assert of_task("mini:split=test") == []


@pytest.mark.parametrize(
    ("claim", "written"),
    [
        (Claim("a", "b", 71.0, before=15.6), "15.6 → 71.0 %"),
        (Claim("a", "b", range=(0.2, 1.2), unit="points gained"), "0.2 to 1.2 points gained"),
        (Claim("a", "b", 362.14, unit="points"), "362.14 points"),
        (Claim("a", "b", 50.0), "50.0 %"),
    ],
)
def test_numbers_in_words(claim, written):
    assert number(claim) == written


def test_the_command_prints_every_claim(monkeypatch):
    monkeypatch.setattr(output.stdout, "width", 200)
    result = CliRunner().invoke(app, ["claims", "--json"])
    assert len(json.loads(result.stdout)["claims"]) == len(EVERY)
    shown = CliRunner().invoke(app, ["claims", "--system", "QWQ", "--benchmark", "aime"]).stdout
    assert re.search(r"QwQ-32B-Preview +AIME 2024 +50.0 % +metric, max tokens, samples, verifier", shown)
    assert re.search(r"QwQ-32B-Preview +AIME 2024 +44.0 % +pass@1, no verifier +max tokens, samples", shown)


def test_a_system_nobody_knows_is_refused():
    with pytest.raises(BadRequest, match=r"o1-preview .* AIME 2024"):
        find("no such system")
