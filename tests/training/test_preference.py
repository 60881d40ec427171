"""Pairs of right and wrong samples, and what is learnt from them."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from small_runs import attempt, header

from tuili.errors import BadRequest
from tuili.mini.tokenizer import build_tokenizer
from tuili.runs import Run, keep_problems
from tuili.tasks import make_task
from tuili.training.pairs import Pair, read_pairs

pytest.importorskip("trl")

from tuili.training.preference import tokenized


def test_a_pair_is_a_right_and_a_wrong_sample_of_the_same_problem(samples: Path) -> None:
    golds = {item.problem.prompt: item.gold for item in make_task("mini:split=train,size=20").items()}
    pairs = read_pairs(samples, 4, random.Random(0))
    assert {pair.prompt for pair in pairs} == golds.keys()
    for pair in pairs:
        assert pair.chosen.endswith(f"</think>\n{golds[pair.prompt]}")
        assert not pair.rejected.endswith(f"</think>\n{golds[pair.prompt]}")


def test_no_text_is_in_two_pairs_of_a_problem(samples: Path) -> None:
    """There is one right text, drawn twice, so there is one pair of each problem."""
    assert set(Counter(pair.prompt for pair in read_pairs(samples, 4, random.Random(0))).values()) == {1}


@pytest.mark.parametrize(("split", "message"), [("train", "was not graded"), ("validation", "not of the train split")])
def test_runs_that_must_not_or_cannot_be_learnt_from_are_refused(tmp_path: Path, split: str, message: str) -> None:
    (item,) = make_task(f"mini:split={split},size=1").items()
    with Run(tmp_path / "run", header(1, split)) as run:
        keep_problems(run.folder, [item.problem])
        run.append(attempt(item.problem.id, ["1"]))
    with pytest.raises(BadRequest, match=message):
        read_pairs(tmp_path / "run", 4, random.Random(0))


def test_all_pairs_come_before_one_comes_again() -> None:
    tokenizer = build_tokenizer()
    pairs = [Pair("calc 1 + 1", f"{number}", "0") for number in range(1, 6)]
    rows = tokenized(pairs, tokenizer, count=12, seed=0)
    chosen = [tokenizer.decode(row["chosen_ids"][:-1]) for row in rows]
    assert sorted(chosen[:5]) == sorted(chosen[5:10]) == ["1", "2", "3", "4", "5"]
    assert chosen[:5] != chosen[5:10]
    assert all(row["chosen_ids"][-1] == row["rejected_ids"][-1] == tokenizer.eos_token_id for row in rows)
    assert tokenizer.decode(rows[0]["prompt_ids"]) == "<bos> calc 1 + 1\n<think>\n"
