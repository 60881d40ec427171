"""Several runs on one page: what they differ in, in words, and their strategies paired as they were recorded."""

from itertools import pairwise

import numpy as np
import pytest
from synthetic import header, write_run

from tuili.evaluation.as_recorded import as_recorded
from tuili.evaluation.differences import header_differences
from tuili.evaluation.folder import read_runs
from tuili.evaluation.in_words import in_words, is_condition
from tuili.evaluation.recorded import Mark, Recorded, RunColumns
from tuili.evaluation.report import write_report
from tuili.evaluation.report.plot import FLOPS, plot
from tuili.evaluation.summary import summarise
from tuili.records import Problem


def said(*changes):
    headers = {str(i): header(("s",), 10, **change) for i, change in enumerate(changes)}
    return {in_words(row): is_condition(row) for row in header_differences(headers)}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (({"sampling": {"max_tokens": 2048}}, {"sampling": {"max_tokens": 16384}}), "max_tokens 2048 against 16384"),
        (({"verifier": "process:path=a"}, {"verifier": None}), "verifier process:path=a against none"),
        (
            ({"verifier": "process:path=a,aggregate=product"}, {"verifier": "process:path=a,aggregate=min"}),
            "verifier process: aggregate=product against aggregate=min",
        ),
        (({"seeds": (0,)}, {"seeds": (1,)}, {"seeds": (0,)}, {"seeds": (2,)}), "seeds 0 against 1 against 2"),
        (({}, {"parameters": {"generator": 1}}), "parameters of the verifier 2000000 against none"),
    ],
)
def test_every_difference_is_said_in_words(changes, words):
    assert said(*changes)[words]


def test_what_nobody_chose_is_no_condition():
    assert said({"commit": "a", "machine": {"cores": "2"}}, {"commit": "b", "machine": {"cores": "64"}}) == {
        "machine's cores 2 against 64": False,
        "commit a against b": False,
    }


def run(name, outcomes, *, problems, flops):
    """outcomes: one attempt a problem."""
    recorded = Recorded(
        strategy="chain_of_thought",
        problem=np.arange(len(problems), dtype=np.int32),
        outcome=np.array(outcomes, dtype=np.int8),
        costs=np.full((len(problems), 3, 3), flops / 3),
        pools=None,
        episodes=None,
        reasons={},
        endings={},
        samples=len(problems),
        cut=0,
    )
    listed = [Problem(problem, "", "mini", level=level) for problem, level in problems]
    return RunColumns(name, None, header(("s",), len(problems)), listed, {"chain_of_thought": recorded})


def test_strategies_are_paired_on_the_problems_that_both_answered():
    right, wrong = Mark.CORRECT, Mark.INCORRECT
    first = run("a", [right, wrong, wrong], problems=[("p", 1), ("q", 2), ("only a", 2)], flops=30.0)
    other = run("b", [right, Mark.UNGRADED, right], problems=[("q", 2), ("p", 1), ("only b", 1)], flops=60.0)
    found = as_recorded([first, other])
    assert (found.run, found.strategy) == ("a", "chain_of_thought")
    (pairing,) = found.pairings
    assert (pairing.overall.estimate.value, pairing.overall.estimate.n) == (0.0, 2)  # q was won, p was lost
    assert {level: one.estimate.value for level, one in pairing.by_level.items()} == {1: -1.0, 2: 1.0}
    assert (pairing.times_flops, pairing.times_tokens) == (2.0, 2.0)


def test_without_a_second_strategy_or_a_shared_problem_there_is_no_pair():
    alone = run("a", [Mark.CORRECT], problems=[("p", 1)], flops=0.0)
    assert as_recorded([alone]) is None
    assert as_recorded([alone, run("b", [Mark.CORRECT], problems=[("q", 1)], flops=0.0)]) is None
    unknown = as_recorded([alone, run("c", [Mark.CORRECT], problems=[("p", 1)], flops=9.0)])
    assert unknown.pairings[0].times_flops is None


def test_claims_stand_beside_the_runs_when_asked_for(tmp_path):
    runs = [write_run(tmp_path / "aime", task="aime24"), write_run(tmp_path / "mini")]
    write_report(runs, tmp_path / "without.html")
    assert "Published claims" not in (tmp_path / "without.html").read_text()
    write_report(runs, tmp_path / "with.html", claims=True)
    page = (tmp_path / "with.html").read_text()
    stated, unstated = page.index("Claimed, with the number of samples"), page.index("Claimed, budget not stated")
    assert stated < page.index("79.8 %") < unstated < page.index("QwQ-32B-Preview")
    assert "no published result on the problems of mini" in page
    figures = page[page.index('id="curves-1"') : page.index('id="claims-1"')]
    assert "DeepSeek" not in figures  # no claim on an axis of cost


def test_runs_are_named_within_their_task(tmp_path):
    short, long = ({"max_tokens": limit, "temperature": 1.0} for limit in (64, 128))
    folders = [
        write_run(tmp_path / "a", sampling=short),
        write_run(tmp_path / "b", sampling=long),
        write_run(tmp_path / "c", sampling=long, task="gsm8k"),
    ]
    assert [one.name for one in read_runs(folders)] == ["max_tokens 64", "max_tokens 128", "c"]


def test_labels_of_ticks_do_not_touch(tmp_path):
    strategies = {"best_of_n:n=5,weighted=true": (5, True)}
    (series, *_) = summarise(read_runs([write_run(tmp_path / "run", strategies=strategies)])).series
    drawn = plot("", FLOPS, [(0, series, series.points)], small=True)
    shown = sorted((tick for tick in drawn.x_ticks if tick.label), key=lambda tick: tick.at)
    assert len(shown) >= 2
    assert all(right.at - left.at > 30 for left, right in pairwise(shown))
