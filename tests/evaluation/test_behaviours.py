"""Behaviours of reasoning: exact on mini, phrases elsewhere, and whether they go with right answers."""

from __future__ import annotations

import json
from dataclasses import replace
from math import isnan
from pathlib import Path

import numpy as np
import pytest
from synthetic import write_run
from typer.testing import CliRunner

from tuili.cli.app import app
from tuili.evaluation.behaviours import behaviours
from tuili.evaluation.lexicon import Behaviour, count_phrases
from tuili.evaluation.metrics.association import difference, difference_within
from tuili.evaluation.mini_behaviours import count_lines
from tuili.jsonl import replace_log
from tuili.mini.text import parse_prompt
from tuili.runs import ATTEMPTS, read_attempts

BACK, VERIFY, PARTS, OTHER = Behaviour


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Wait, that's wrong. Let me go back.", {BACK: 3}),
        ("He has to wait for 3 hours and awaits, wait times included.", {}),
        ("Let me double-check: 2 + 3 = 5. Let’s verify it.", {VERIFY: 2}),
        ("We first need to find the area. Step 2: divide.", {PARTS: 2}),
        ("Alternatively, let's try a different method.", {OTHER: 2}),
        ("This approach won't work because 7 is odd.", {BACK: 1}),
        ("The answer is 5.", {}),
    ],
)
def test_phrases(text: str, found: dict[Behaviour, int]) -> None:
    assert {behaviour: n for behaviour, n in count_phrases(text).items() if n} == found


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        (["25 + 4 = 29 : 29 20", "29 + 20 = 49 : 49"], (0, 0, 1, 0)),
        (["20 * 4 = 80 : 80 25", "no 20 * 4 = 80 : 80 25", "25 + 4 = 29 : 29 20", "29 + 20 = 49 : 49"], (1, 1, 1, 1)),
        (["25 + 4 = 29 : 29 20", "no 25 + 4 = 29 : 29 20", "25 + 4 = 29 : 29 20"], (1, 0, 0, 0)),
        ([], (0, 0, 0, 0)),
    ],
)
def test_lines_of_mini(lines: list[str], counts: tuple[int, ...]) -> None:
    puzzle = parse_prompt("make 49 from 25 4 20")
    assert puzzle is not None
    text = "".join(f"{line}\n" for line in lines) + "</think>\n25 + 4 , 29 + 20"
    assert tuple(count_lines(puzzle, text)[behaviour] for behaviour in (BACK, VERIFY, PARTS, OTHER)) == counts


def test_the_difference_by_hand() -> None:
    """With it 2 of 3 are right, without 1 of 3; in the one problem with both kinds, 1 of 1 against 1 of 2."""
    correct, has = [1, 0, 1, 1, 0, 0], [True, True, False, True, False, False]
    problems = ["a", "a", "b", "b", "b", "c"]
    overall, within = difference(correct, has, problems), difference_within(correct, has, problems)
    assert overall.value == pytest.approx(2 / 3 - 1 / 3)
    assert (within.value, within.n) == (pytest.approx(1 / 2), 1)
    assert -1 <= overall.low <= overall.value <= overall.high <= 1


def test_nothing_is_said_where_all_samples_have_it_or_none() -> None:
    for has in ([True, True], [False, False]):
        assert isnan(difference([1, 0], has, [0, 1]).value)
        assert isnan(difference_within([1, 0], has, [0, 1]).value)


def test_hardness_alone_shows_overall_and_not_within() -> None:
    """Hard problems call for it; on the same problem it changes nothing."""
    rng = np.random.default_rng(0)
    problems = np.repeat(np.arange(400), 16)
    hard = problems % 2 == 0
    has = rng.random(len(problems)) < np.where(hard, 0.8, 0.2)
    correct = rng.random(len(problems)) < np.where(hard, 0.2, 0.8)
    overall, within = difference(correct, has, problems), difference_within(correct, has, problems)
    assert overall.value == pytest.approx(0.32 - 0.68, abs=0.03)
    assert overall.high < 0
    assert within.low < 0 < within.high


def test_intervals_hold_what_is_so_most_of_the_time() -> None:
    """Samples of a problem are alike: an interval that took them for independent would be far too narrow."""
    rng, hits = np.random.default_rng(1), 0
    problems = np.repeat(np.arange(40), 8)
    for _ in range(60):
        ability, habit = rng.random(40)[problems], rng.random(40)[problems]
        found = difference(rng.random(320) < ability, rng.random(320) < habit, problems)
        hits += found.low <= 0 <= found.high
    assert hits >= 52


def test_the_command_shows_them_beside_thinking(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", count=6, strategies={"self_consistency:n=4": (4, False)})
    said = ("Wait, that is wrong. ", "")
    attempts = [
        replace(
            one, nodes=tuple(replace(node, text=said[place % 2] + "So it is.") for place, node in enumerate(one.nodes))
        )
        for one in read_attempts(run)
    ]
    replace_log(run / ATTEMPTS, attempts)
    (found,) = behaviours(run)
    assert found.counted == "by phrases"
    assert (found.samples, found.shown[BACK].share.value, found.shown[BACK].times) == (24, 0.5, 1.0)
    assert found.shown[OTHER].share.value == 0
    result = CliRunner().invoke(app, ["thinking", str(run), "--json"], catch_exceptions=False)
    (shown,) = json.loads(result.stdout)["behaviours"]
    assert shown["shown"]["backtracks"]["share"]["value"] == 0.5
    assert "backtracks" in CliRunner().invoke(app, ["thinking", str(run)], catch_exceptions=False).stdout
