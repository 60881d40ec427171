"""Going on from a path: step by step, on kept keys and values, with text put in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path as FilePath

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from tuili.engines.base import Sampled
from tuili.engines.local.engine import LocalEngine
from tuili.records import Completion, Path, Problem, Sampling, StopReason, Until

PROBLEM = Problem("p", "make 49 from 25 4 20", "test")
STEP = Sampling(until=Until.STEP, max_tokens=30)


def grown(parent: Path, completion: Completion) -> Path:
    return Path(
        text=parent.text + completion.text,
        token_ids=parent.token_ids + completion.token_ids,
        tokens=parent.tokens + completion.tokens,
        stop=completion.stop,
    )


def ask(engine: LocalEngine, path: Path, seeds: range, sampling: Sampling = STEP) -> Sampled:
    return asyncio.run(engine.sample(PROBLEM, path, seeds=seeds, sampling=sampling))


def some_step(engine: LocalEngine, path: Path) -> Path:
    completions = ask(engine, path, range(40)).completions
    return grown(path, next(completion for completion in completions if completion.stop is StopReason.STEP))


def test_a_step_ends_with_the_line_it_completes(engine: LocalEngine) -> None:
    stops = set()
    for completion in ask(engine, Path(), range(64)).completions:
        stops.add(completion.stop)
        written = completion.text.lstrip("\n")
        if completion.stop is StopReason.STEP:
            assert written.endswith("\n")
            assert "\n" not in written.rstrip("\n")
        else:
            assert "\n" not in written or "</think>" in written
    assert StopReason.STEP in stops


def test_steps_go_on_from_kept_keys_and_values(engine: LocalEngine) -> None:
    path = Path()
    fed = prefilled = 0
    for _ in range(4):
        before = engine.meter.decoded, engine.meter.prefilled
        sampled = ask(engine, path, range(20))
        completions = sampled.completions
        fed, prefilled = engine.meter.decoded - before[0], engine.meter.prefilled - before[1]
        assert sampled.prefilled == prefilled == (0 if path.text else engine.prompt_bound(PROBLEM, Path()))
        # the parent's last token, once for all its children, and all but the last token of each of them
        once = 1 if path.text else 0
        assert fed == once + sum(completion.tokens - 1 for completion in completions)
        path = grown(path, next(completion for completion in completions if completion.stop is StopReason.STEP))


@pytest.mark.parametrize("resumable", [True, False])
def test_what_the_limit_cut_off_is_kept_where_something_may_go_on_from_it(engine: LocalEngine, resumable: bool) -> None:
    short = Sampling(max_tokens=5, resumable=resumable)
    cut = next(c for c in ask(engine, Path(), range(20), short).completions if c.stop is StopReason.LENGTH)
    path = grown(Path(), cut)
    assert ask(engine, path, range(2)).prefilled == (0 if resumable else len(cut.token_ids))


def test_continuing_gives_what_an_engine_without_memory_gives(make_local: Callable[..., LocalEngine]) -> None:
    kept, forgetful = make_local(), make_local(cache_gib=0.0)
    path = some_step(kept, some_step(kept, Path()))
    with_memory, without = ask(kept, path, range(30)), ask(forgetful, path, range(30))
    assert [c.text for c in with_memory.completions] == [c.text for c in without.completions]
    assert with_memory.prefilled == 0
    assert without.prefilled == forgetful.prompt_bound(PROBLEM, path) == forgetful.meter.prefilled


def test_evicted_prefixes_are_prefilled_again_and_charged(make_local: Callable[..., LocalEngine]) -> None:
    engine = make_local(cache_gib=3e-5)  # some 60 tokens of prefixes
    path = some_step(engine, Path())
    others = [Problem(str(i), f"pay {i}", "test") for i in range(10)]
    for other in others:
        asyncio.run(engine.sample(other, Path(), seeds=[0], sampling=STEP))
    before = engine.meter.prefilled
    sampled = ask(engine, path, range(3))
    assert sampled.prefilled == engine.prompt_bound(PROBLEM, path) == engine.meter.prefilled - before


def first_steps(engine: LocalEngine) -> list[Path]:
    completions = [c for c in ask(engine, Path(), range(20)).completions if c.stop is StopReason.STEP]
    paths = [grown(Path(), completion) for completion in completions]
    assert len({path.text for path in paths}) > 3
    return paths


async def together(engine: LocalEngine, paths: list[Path]) -> list[Sampled]:
    return await asyncio.gather(*(engine.sample(PROBLEM, path, seeds=range(4), sampling=STEP) for path in paths))


def test_children_of_several_paths_at_once(engine: LocalEngine) -> None:
    paths = first_steps(engine)
    for path, sampled in zip(paths, asyncio.run(together(engine, paths)), strict=True):
        alone = ask(engine, path, range(4))
        assert [c.text for c in sampled.completions] == [c.text for c in alone.completions]
        assert sampled.prefilled == 0


def test_what_goes_on_from_one_path_at_once_reads_its_last_token_once(engine: LocalEngine) -> None:
    path = some_step(engine, Path())
    goes_on = Path(text=path.text + "wait 3 +", token_ids=path.token_ids)
    before = engine.meter.decoded
    sampled = asyncio.run(together(engine, [path, goes_on, path]))
    completions = [completion for each in sampled for completion in each.completions]
    assert engine.meter.decoded - before == 1 + sum(completion.tokens - 1 for completion in completions)
    for wanted, each in zip((path, goes_on, path), sampled, strict=True):
        assert [c.text for c in each.completions] == [c.text for c in ask(engine, wanted, range(4)).completions]


def test_new_weights_find_nothing_that_the_old_ones_left(
    make_local: Callable[..., LocalEngine], checkpoint: FilePath
) -> None:
    engine, fresh = make_local(), make_local()
    model = AutoModelForCausalLM.from_pretrained(checkpoint)
    broken = deepcopy(model)
    broken.model.layers[0].self_attn.v_proj.weight.data.fill_(float("nan"))
    engine.refresh(broken)
    asyncio.run(together(engine, [Path(text=f"{i}" + " 25" * 40, stop=StopReason.STEP) for i in range(20)]))
    engine.refresh(model)
    paths = first_steps(engine)  # of several lengths: a masked column is still read, and may hold anything but NaN
    for path, sampled in zip(paths, asyncio.run(together(engine, paths)), strict=True):
        alone = ask(fresh, path, range(4))
        assert [c.text for c in sampled.completions] == [c.text for c in alone.completions]


def test_only_text_put_after_a_path_is_prefilled(engine: LocalEngine) -> None:
    path = some_step(engine, Path())
    revised = Path(text=path.text + "wait 3 +", token_ids=path.token_ids)
    sampled = ask(engine, revised, range(2))
    assert sampled.prefilled == 3
    assert ask(engine, revised, range(2)).prefilled == 0


def test_ids_that_do_not_say_the_text_are_not_believed(engine: LocalEngine) -> None:
    path = some_step(engine, Path())
    lying = Path(text="4 + 5 = 9\n", token_ids=path.token_ids)
    honest = Path(text="4 + 5 = 9\n")
    assert [c.text for c in ask(engine, lying, range(9)).completions] == [
        c.text for c in ask(engine, honest, range(9)).completions
    ]


def test_a_text_is_its_parts_together(engine: LocalEngine, checkpoint: object) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    path = Path()
    for _ in range(3):
        path = some_step(engine, path)
        assert path.text == tokenizer.decode([i for i in path.token_ids if i > 2])
    unfinished = Path(text="4 + 5 =")
    for completion in ask(engine, unfinished, range(9)).completions:
        whole = tokenizer.encode("4 + 5 =", add_special_tokens=False) + list(completion.token_ids)
        assert unfinished.text + completion.text == tokenizer.decode(whole, skip_special_tokens=True)


def test_the_answer_is_one_step(engine: LocalEngine) -> None:
    answering = Path(text="4 + 5 = 9\n</think>\n")
    completions = ask(engine, answering, range(40)).completions
    assert any("\n" in completion.text.strip() for completion in completions)
    assert StopReason.STEP not in {completion.stop for completion in completions}
