"""report.html: one file that needs nothing else, holds what it promises, and cannot be broken by what a model wrote."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import synthetic
from synthetic import write_run
from typer.testing import CliRunner

from tuili.cli.app import app
from tuili.errors import BadRequest
from tuili.evaluation.report import write_report
from tuili.evaluation.report.explorer import BYTES, PATHS, PROBLEMS
from tuili.evaluation.report.numbers import power_of_ten


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.resources, self.ids, self.text, self.scripts, self._inside = [], set(), [], {}, None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.ids.add(named.get("id"))
        self.resources += [named[key] for key in ("src", "href") if key in named]
        self._inside = named.get("id", tag) if tag in ("script", "style") else None

    def handle_endtag(self, tag):
        self._inside = None

    def handle_data(self, data):
        if self._inside is None:
            self.text.append(data)
        else:
            self.scripts[self._inside] = self.scripts.get(self._inside, "") + data


def page(tmp_path, *folders):
    write_report(list(folders), tmp_path / "report.html")
    return Page((tmp_path / "report.html").read_text())


def test_it_needs_nothing_from_outside(tmp_path):
    found = page(tmp_path, write_run(tmp_path / "run"))
    assert found.resources
    assert all(link.startswith("#") and link[1:] in found.ids for link in found.resources)
    everything = (tmp_path / "report.html").read_text()
    assert not re.search(r"https?://|@import|url\(", everything)


def test_the_run_card_holds_everything_of_the_header(tmp_path):
    text = "".join(page(tmp_path, write_run(tmp_path / "run", budget="tokens=5000")).text)
    for fact in ("local:path=checkpoints/policy", "aggregate=last", "best_of_n:n=16,weighted=true", "tokens=5000"):
        assert fact in text
    for fact in ("max_tokens 512", "generator 6,000,000", "cores 2", "0123456789ab", "2026-01-01"):
        assert fact in text


def test_the_explorer_is_bounded_and_spread_over_levels(tmp_path):
    strategies = {"best_of_n:n=40,weighted=true": (40, True)}
    exhibits = json.loads(
        page(tmp_path, write_run(tmp_path / "run", count=200, strategies=strategies)).scripts["exhibits"]
    )
    assert len(exhibits) == PROBLEMS
    assert {one["problem"]["level"] for one in exhibits} == {1, 2, 3, 4, 5}
    for one in exhibits:
        assert len(one["paths"]) == PATHS
        assert one["drawn"] == 40
        assert one["found"] or all(path["mark"] != "correct" for path in one["paths"])
        assert one["paths"][0]["chosen"]
        assert one["paths"][0]["mark"] == one["mark"]
        for path in one["paths"]:
            assert all(score is not None for _, score in path["steps"])
            assert path["mark"] == {"right": "correct", None: "ungraded"}.get(path["answer"], "incorrect")


def test_the_explorer_says_what_an_attempt_was_shown(tmp_path, monkeypatch):
    node = synthetic.Law._node

    def revising(law, index, *arguments):
        return replace(node(law, index, *arguments), after=tuple((earlier,) for earlier in range(index)[-4:]))

    monkeypatch.setattr(synthetic.Law, "_node", revising)
    exhibits = json.loads(page(tmp_path, write_run(tmp_path / "run", count=1)).scripts["exhibits"])
    shown = {path["id"]: path["after"] for path in exhibits[0]["paths"]}
    assert shown["0"] == []
    assert shown["9"] == ["5", "6", "7", "8"]


def test_long_thoughts_do_not_make_a_large_file(tmp_path, monkeypatch):
    node = synthetic.Law._node

    def talkative(*arguments):
        return replace(node(*arguments), text="thought\n" * 4_000)

    monkeypatch.setattr(synthetic.Law, "_node", talkative)
    page(tmp_path, write_run(tmp_path / "run", count=10))
    assert (tmp_path / "report.html").stat().st_size < BYTES + 500_000


def test_text_of_a_model_stays_text(tmp_path, monkeypatch):
    hostile = "</script><script>alert(1)</script><img src=x>"
    problems = synthetic.problems
    monkeypatch.setattr(
        synthetic, "problems", lambda count: [replace(problem, prompt=hostile) for problem in problems(count)]
    )
    found = page(tmp_path, write_run(tmp_path / "run"))
    assert "x" not in found.resources
    assert json.loads(found.scripts["exhibits"])[0]["problem"]["prompt"] == hostile


def test_several_runs_stand_side_by_side_with_their_differences(tmp_path):
    runs = [
        write_run(tmp_path / str(limit), sampling={"max_tokens": limit, "temperature": 1.0}, seed=limit)
        for limit in (2048, 16384)
    ]
    text = " ".join(" ".join(page(tmp_path, *runs).text).split())
    assert "sampling.max_tokens 2048 16384" in text
    assert "majority · max_tokens 2048" in text


def test_runs_of_two_tasks_have_a_section_each(tmp_path):
    found = page(tmp_path, write_run(tmp_path / "a"), write_run(tmp_path / "b", task="gsm8k"))
    assert {"results-1", "results-2", "card-1", "card-2"} <= found.ids


def test_a_single_unscored_sample_is_enough(tmp_path):
    found = page(tmp_path, write_run(tmp_path / "run", strategies={"chain_of_thought": (1, False)}, verifier=None))
    assert "equal-1" not in found.ids
    assert "verifier-1" not in found.ids


def test_the_command_prints_its_numbers(tmp_path):
    run, out = write_run(tmp_path / "run"), tmp_path / "report.html"
    result = CliRunner().invoke(app, ["report", str(run), "--out", str(out), "--at-cost", "1e9", "--json"])
    assert result.exit_code == 0
    (task,) = json.loads(result.stdout)["tasks"]
    assert [row["cost"] for row in task["equal_cost"]["overall"][0]["at_cost"]] == [1e9]
    assert out.exists()


def test_accuracy_is_drawn_against_every_cost_overall_and_by_level(tmp_path):
    text = "".join(page(tmp_path, write_run(tmp_path / "run")).text)
    for axis in ("FLOPs a problem", "tokens a problem", "seconds that a problem waited", "samples a problem"):
        figures = 1 + 5  # of all problems, and of each level
        tab = 1
        assert text.count(axis) == figures + tab


def test_flops_are_not_drawn_where_the_engine_has_no_size(tmp_path, monkeypatch):
    monkeypatch.setattr("synthetic.GENERATOR", 0)
    monkeypatch.setattr("synthetic.VERIFIER", 0)
    text = "".join(page(tmp_path, write_run(tmp_path / "run")).text)
    assert "tokens a problem" in text
    assert "FLOPs a problem" not in text


def test_another_baseline_can_be_named(tmp_path):
    run, out = write_run(tmp_path / "run"), tmp_path / "report.html"
    (summary,) = write_report([run], out, baseline="weighted best-of-N")
    assert {row.second for row in summary.equal_cost.overall} == {"weighted best-of-N"}
    with pytest.raises(BadRequest, match="no strategy is called 'beam'"):
        write_report([run], out, baseline="beam")


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    with pytest.raises(BadRequest, match="cannot write"):
        write_report([write_run(tmp_path / "run")], tmp_path / "missing" / "report.html")


@pytest.mark.parametrize(
    ("value", "written"), [(9_994, "9\u202f994"), (7.94e9, "7.9·10⁹"), (9.96e12, "10¹³"), (1.04e9, "10⁹"), (0, "–")]
)
def test_large_numbers_have_two_digits(value, written):
    assert power_of_ten(value) == written
