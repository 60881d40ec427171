"""What is learnt from a file of traces, alone and among other examples."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tuili.errors import BadRequest
from tuili.mini.tokenizer import build_tokenizer
from tuili.training.packing import IGNORED, Example
from tuili.training.traced import Among, traced


def test_all_of_a_thought_is_learnt_and_nothing_of_its_prompt(traces: Path) -> None:
    tokenizer = build_tokenizer()
    make, rng = traced(tokenizer, traces, 256, mistakes=True), random.Random(0)
    drawn = [make(rng, 0.0) for _ in range(30)]
    assert {tokenizer.decode([target for target in one.targets if target != IGNORED]) for one in drawn} == {
        "3 + 1 = 3\nno 3 + 1 = 3\n3 + 1 = 4\n</think>\n4 <eos>",
        "4 + 1 = 4\nno 4 + 1 = 4\n4 + 1 = 5\n</think>\n5 <eos>",
    }
    read = list(drawn[0].ids)[: list(drawn[0].targets).count(IGNORED)]
    assert tokenizer.decode(read).endswith(" + 1\n<think>\n")


def test_wrong_branches_can_be_read_only(traces: Path) -> None:
    tokenizer = build_tokenizer()
    example = traced(tokenizer, traces, 256, mistakes=False)(random.Random(0), 0.0)
    learnt = tokenizer.decode([target for target in example.targets if target != IGNORED])
    n = tokenizer.decode(example.ids).split("calc ")[1].split()[0]
    assert learnt == f"\nno {n} + 1 = {n}\n{n} + 1 = {int(n) + 1}\n</think>\n{int(n) + 1} <eos>"


def test_what_fits_no_row_is_refused(traces: Path) -> None:
    with pytest.raises(BadRequest, match="fits 8 tokens"):
        traced(build_tokenizer(), traces, 8, mistakes=True)(random.Random(0), 0.0)


def test_an_unfinished_folder_is_refused(tmp_path: Path, traces: Path) -> None:
    (tmp_path / "journeys.jsonl").write_bytes(traces.read_bytes())
    with pytest.raises(BadRequest, match="no finished file"):
        traced(build_tokenizer(), tmp_path / "journeys.jsonl", 256, mistakes=True)


def test_a_share_of_examples_is_traces() -> None:
    one, other = Example([1], [1]), Example([2], [2])
    make = Among(lambda *_: one, 0.7, lambda *_: other)
    rng = random.Random(0)
    assert sum(make(rng, 0.5) is one for _ in range(1000)) == pytest.approx(700, abs=50)
