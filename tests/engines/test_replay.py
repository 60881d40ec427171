"""Recorded samples: each once, in the same order for everyone, and nothing that was not recorded."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path as FilePath

import pytest

from tuili.engines import make_engine
from tuili.engines.base import Engine
from tuili.errors import BadRequest
from tuili.records import (
    Attempt,
    Charge,
    Component,
    Ending,
    Node,
    Path,
    Problem,
    Purpose,
    RunHeader,
    Sampling,
    StopReason,
    Until,
)
from tuili.runs import Run

PROBLEM = Problem("p", "what is 3 + 4 ?", "test")
HEADER = RunHeader(
    task="test", data=None, model="m", verifier=None, strategies=("s",), budget=None, seeds=(0,), problems=1,
    limit=None, sampling={}, versions={}, machine={}, commit=None, created="2024-01-01T00:00:00+00:00",
)  # fmt: skip


@pytest.fixture
def recording(tmp_path: FilePath) -> FilePath:
    rows = [
        {
            "problem_id": "p",
            "samples": [{"text": f"it is {i}", "tokens": 10 + i} for i in range(4)],
            "prompt_tokens": 8,
        },
        {"problem_id": "q", "samples": [{"text": "two words"}]},
    ]
    file = tmp_path / "recording.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def draw(engine: Engine, seeds: list[int], problem: Problem = PROBLEM) -> list[str]:
    sampled = asyncio.run(engine.sample(problem, Path(), seeds=seeds, sampling=Sampling()))
    return [completion.text for completion in sampled.completions]


def test_child_i_is_sample_i_for_every_strategy(recording: FilePath) -> None:
    engine = make_engine(f"replay:path={recording}")
    assert draw(engine, [77, 12]) == ["it is 0", "it is 1"]
    assert draw(engine, [77, 12, 5, 31]) == ["it is 0", "it is 1", "it is 2", "it is 3"]
    assert draw(engine, [31]) == ["it is 3"]


def test_no_more_than_was_recorded(recording: FilePath) -> None:
    engine = make_engine(f"replay:path={recording}")
    with pytest.raises(BadRequest, match="problem p has 4 recorded samples"):
        draw(engine, [1, 2, 3, 4, 5])
    with pytest.raises(BadRequest, match="nothing was recorded for problem z"):
        draw(engine, [1], Problem("z", "?", "test"))


def test_costs_are_the_recorded_ones_or_words(recording: FilePath) -> None:
    engine = make_engine(f"replay:path={recording}")

    async def prefilled(seeds: list[int]) -> int:
        return (await engine.sample(PROBLEM, Path(), seeds=seeds, sampling=Sampling())).prefilled

    assert [asyncio.run(prefilled(seeds)) for seeds in ([1, 2], [3], [1, 2, 3])] == [8, 0, 8]
    other = Problem("q", "three little words", "test")
    sampled = asyncio.run(engine.sample(other, Path(), seeds=[0], sampling=Sampling()))
    assert (sampled.completions[0].tokens, sampled.prefilled) == (3, 3)


def test_what_replay_cannot_do(recording: FilePath) -> None:
    engine = make_engine(f"replay:path={recording}")
    for path, sampling, reason in (
        (Path(), Sampling(until=Until.STEP), "step by step"),
        (Path(text="it"), Sampling(), "step by step"),
        (Path(earlier=("it is 3",)), Sampling(), "that revises"),
        (Path(), Sampling(max_tokens=9), "has 10 tokens"),
    ):
        with pytest.raises(BadRequest, match=reason):
            asyncio.run(engine.sample(PROBLEM, path, seeds=[0], sampling=sampling))


@pytest.mark.parametrize("line", ["{", "[]", '{"problem_id": "p"}', '{"problem_id": "p", "samples": [{"text": 3}]}'])
def test_a_bad_line_is_named(tmp_path: FilePath, line: str) -> None:
    file = tmp_path / "recording.jsonl"
    file.write_text('{"problem_id": "o", "samples": []}\n' + line + "\n")
    with pytest.raises(BadRequest, match="line 2"):
        make_engine(f"replay:path={file}")


def test_a_missing_file(tmp_path: FilePath) -> None:
    with pytest.raises(BadRequest, match="cannot read"):
        make_engine(f"replay:path={tmp_path / 'none.jsonl'}")


def attempt(strategy: str, seed: int, texts: list[str]) -> Attempt:
    nodes = [
        Node((i,), text, len(text), -1.0, -0.5, StopReason.END, Purpose.EXPLORE, None) for i, text in enumerate(texts)
    ]
    charges = (
        Charge(Component.GENERATOR, Purpose.EXPLORE, 6, 20, 0.0),
        Charge(Component.VERIFIER, Purpose.EXPLORE, 99, 0, 0.0),
    )
    return Attempt("p", strategy, seed, None, None, tuple(nodes), charges, Ending.DONE)


def record(folder: FilePath, attempts: list[Attempt]) -> Engine:
    with Run(folder, HEADER) as run:
        for each in attempts:
            run.append(each)
    return make_engine(f"replay:path={folder}")


def test_a_run_gives_each_of_its_samples_once(tmp_path: FilePath) -> None:
    attempts = [attempt("b", 1, ["1.0"]), attempt("a", 0, ["0.0", "0.1"]), attempt("b", 0, ["0.0", "0.1", "0.2"])]
    engine = record(tmp_path / "run", attempts)
    assert draw(engine, [8, 9, 10, 11]) == ["0.0", "0.1", "0.2", "1.0"]
    assert engine.prompt_bound(PROBLEM, Path()) == 6


def test_paths_of_steps_are_no_samples(tmp_path: FilePath) -> None:
    stepwise = attempt("beam", 0, ["a\n", "finished at once"])
    stepwise = replace(stepwise, nodes=(replace(stepwise.nodes[0], stop=StopReason.STEP), stepwise.nodes[1]))
    with pytest.raises(BadRequest, match="no attempt that sampled whole solutions"):
        record(tmp_path / "run", [stepwise])


def test_revisions_are_no_independent_samples(tmp_path: FilePath) -> None:
    revised = attempt("sequential_revision", 0, ["first", "second"])
    revised = replace(revised, nodes=(revised.nodes[0], replace(revised.nodes[1], after=((0,),))))
    with pytest.raises(BadRequest, match="no attempt that sampled whole solutions"):
        record(tmp_path / "run", [revised])
