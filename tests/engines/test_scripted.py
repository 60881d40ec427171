"""The fake keeps an engine's promises, so that what passes with it means something."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuili.engines.scripted import END_OF_ATTEMPT, ScriptedEngine
from tuili.engines.words import words
from tuili.errors import EngineError
from tuili.records import Path, Problem, Sampling, StopReason, Until

PROBLEM = Problem("p", "what is 3 + 4 ?", "test")
SOLUTION = "3 + 4 = 7\nso 7\n</think>\nthe answer\nis 7"


def sample(
    engine: ScriptedEngine, path: Path, seeds: list[int], **options: object
) -> list[tuple[str, int, StopReason]]:
    sampled = asyncio.run(engine.sample(PROBLEM, path, seeds=seeds, sampling=Sampling(**options)))  # type: ignore[arg-type]
    return [(completion.text, completion.tokens, completion.stop) for completion in sampled.completions]


@given(st.text(alphabet="ab \n\t"))
def test_words_are_the_text_again(text: str) -> None:
    assert "".join(words(text)) == text
    assert all(words(text))


def test_a_whole_text_and_its_end() -> None:
    assert words(SOLUTION) == [
        *("3", " +", " 4", " =", " 7", "\n", "so", " 7", "\n", "</think>", "\n", "the", " answer", "\n", "is", " 7")
    ]
    assert sample(ScriptedEngine({"p": SOLUTION}), Path(), [0]) == [(SOLUTION, 17, StopReason.END)]


def test_step_by_step_it_says_the_same_and_the_answer_is_one_step() -> None:
    engine = ScriptedEngine({"p": SOLUTION})
    text, parts = "", []
    while not parts or parts[-1][2] is StopReason.STEP:
        parts += sample(engine, Path(text=text), [0], until=Until.STEP)
        text += parts[-1][0]
    assert [part[0] for part in parts] == ["3 + 4 = 7\n", "so 7\n", "</think>\nthe answer\nis 7"]
    assert sum(part[1] for part in parts) == 17


@pytest.mark.parametrize(
    ("limit", "text", "stop"), [(0, "", "length"), (3, "3 + 4", "length"), (16, SOLUTION, "length")]
)
def test_max_tokens(limit: int, text: str, stop: str) -> None:
    assert sample(ScriptedEngine({"p": SOLUTION}), Path(), [0], max_tokens=limit) == [(text, limit, StopReason(stop))]


def test_seeds_choose_and_are_passed_on() -> None:
    engine = ScriptedEngine({"p": ["a", "b", "c"]})
    assert [text for text, _, _ in sample(engine, Path(), [0, 1, 2, 4])] == ["a", "b", "c", "b"]
    echo = ScriptedEngine(lambda problem, text, seed: f"{problem.id}{len(text)}{seed}")
    assert sample(echo, Path(text="xy"), [5]) == [("p25", 2, StopReason.END)]


def test_it_counts_what_it_should_be_charged_for() -> None:
    engine = ScriptedEngine({"p": SOLUTION})

    async def twice() -> list[int]:
        first = await engine.sample(PROBLEM, Path(), seeds=[0, 1], sampling=Sampling(until=Until.STEP))
        child = Path(text=first.completions[0].text)
        second = await engine.sample(PROBLEM, child, seeds=[0], sampling=Sampling())
        foreign = await engine.sample(PROBLEM, Path(text="so 7\n"), seeds=[], sampling=Sampling())
        return [first.prefilled, second.prefilled, foreign.prefilled]

    assert asyncio.run(twice()) == [6, 0, 9]
    assert (engine.prompt_tokens, engine.generated_tokens) == (15, 6 + 6 + 11)
    assert [call.seeds for call in engine.calls] == [(0, 1), (0,), ()]


def test_a_script_that_has_nothing_to_say_is_an_engine_error() -> None:
    with pytest.raises(EngineError, match="nothing for problem p after 'x'"):
        sample(ScriptedEngine({"p": "y"}), Path(text="x"), [0])


def test_earlier_attempts_are_read_before_the_path() -> None:
    shown = f"3 + 4 = 8{END_OF_ATTEMPT}so 7{END_OF_ATTEMPT}"
    engine = ScriptedEngine(lambda problem, text, seed: {shown: "wait\n", f"{shown}wait\n": "7"}[text])
    path = Path(earlier=("3 + 4 = 8", "so 7"))
    assert engine.prompt_bound(PROBLEM, path) == 6 + 5 + 3 + 2 + 3
    assert sample(engine, path, [0], until=Until.STEP) == [("wait\n", 2, StopReason.STEP)]
    assert sample(engine, replace(path, text="wait\n"), [0]) == [("7", 2, StopReason.END)]
    assert engine.prompt_tokens == 19, "what it has written after them is cached"
    assert sample(ScriptedEngine({"p": ["again 7"]}), path, [0]) == [("again 7", 3, StopReason.END)]
