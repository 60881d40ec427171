"""Whatever else runs beside it, a row's text is its own; and what went through the model is what was charged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
import torch

from tuili.engines.base import Sampled
from tuili.engines.local.engine import LocalEngine
from tuili.errors import EngineError
from tuili.records import Path, Problem, Sampling, StopReason

PROBLEMS = [Problem(str(i), f"make {40 + i} from 25 4 {i}", "test") for i in range(8)]
FORTY = Sampling(max_tokens=40)


async def sample_all(engine: LocalEngine, seeds: Sequence[int], sampling: Sampling = FORTY) -> list[Sampled]:
    return await asyncio.gather(
        *(engine.sample(problem, Path(), seeds=seeds, sampling=sampling) for problem in PROBLEMS)
    )


def texts(sampled: Sequence[Sampled]) -> list[str]:
    return [completion.text for each in sampled for completion in each.completions]


def test_a_seed_gives_the_same_text_alone_and_in_a_crowd(make_local: Callable[..., LocalEngine]) -> None:
    together = texts(asyncio.run(sample_all(make_local(batch=256), range(12))))
    alone = texts(asyncio.run(sample_all(make_local(batch=1), range(12))))
    assert together == alone
    assert len(set(together)) > len(together) / 2, "seeds that differ give different texts"


def test_a_text_is_the_same_whichever_rows_it_runs_with(
    make_local: Callable[..., LocalEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = texts(asyncio.run(sample_all(make_local(), range(12))))
    monkeypatch.setattr("tuili.engines.local.engine.LENGTHS", (12, 16, 30))
    moving = make_local(batch=40)
    assert texts(asyncio.run(sample_all(moving, range(12)))) == whole
    lengths = [moving.prompt_bound(problem, Path()) for problem in PROBLEMS]
    assert min(lengths) < 12 < max(lengths) + 40, "rows that begin in one place and end in another"


def test_work_joins_a_running_batch_and_leaves_it_when_done(engine: LocalEngine) -> None:
    async def both() -> None:
        long = asyncio.create_task(engine.sample(PROBLEMS[0], Path(), seeds=range(64), sampling=FORTY))
        while engine.meter.decoded == 0:
            await asyncio.sleep(0)
        await engine.sample(PROBLEMS[1], Path(), seeds=[1], sampling=Sampling(max_tokens=2))
        assert not long.done(), "the short one waited for the long ones"
        await long

    asyncio.run(both())


def test_the_prompt_is_prefilled_once_and_every_token_fed_once(engine: LocalEngine) -> None:
    first = asyncio.run(sample_all(engine, range(16)))
    prompts = [engine.prompt_bound(problem, Path()) for problem in PROBLEMS]
    assert [sampled.prefilled for sampled in first] == prompts
    assert engine.meter.prefilled == sum(prompts)
    completions = [completion for sampled in first for completion in sampled.completions]
    # the last token of a finished row has nothing to be fed for
    assert engine.meter.decoded == sum(completion.tokens for completion in completions) - len(completions)

    again = asyncio.run(sample_all(engine, range(16, 32)))
    assert [sampled.prefilled for sampled in again] == [0] * len(PROBLEMS)
    assert engine.meter.prefilled == sum(prompts)


def beginnings(sampled: Sequence[Sampled]) -> int:
    """How many there are of all texts, in tokens, for each problem; the last token of a text is not read."""
    return sum(len({c.token_ids[:end] for c in each.completions for end in range(1, c.tokens)}) for each in sampled)


def test_what_samples_have_in_common_goes_through_the_model_once(engine: LocalEngine) -> None:
    sampled = asyncio.run(sample_all(engine, range(24)))
    before = engine.meter.computed
    sampled = asyncio.run(sample_all(engine, range(24, 64)))
    tokens = sum(completion.tokens - 1 for each in sampled for completion in each.completions)
    assert engine.meter.computed - before == beginnings(sampled) < tokens


def test_samples_at_temperature_0_are_one_row(engine: LocalEngine) -> None:
    asyncio.run(sample_all(engine, [0]))
    before, greedy = engine.meter.computed, Sampling(max_tokens=20, temperature=0.0)
    sampled = asyncio.run(sample_all(engine, range(16), greedy))
    assert engine.meter.computed - before == sum(each.completions[0].tokens - 1 for each in sampled)


def test_who_is_cancelled_leaves_those_who_share_its_rows(engine: LocalEngine) -> None:
    async def cancel_one(after: int) -> list[str]:
        doomed, kept = (
            asyncio.create_task(engine.sample(PROBLEMS[0], Path(), seeds=seeds, sampling=FORTY))
            for seeds in (range(30), range(4, 12))
        )
        for _ in range(after):
            await asyncio.sleep(0)
        doomed.cancel()
        return texts([await kept])

    alone = texts([asyncio.run(engine.sample(PROBLEMS[0], Path(), seeds=range(4, 12), sampling=FORTY))])
    for after in (3, 5, 9, 20):
        assert asyncio.run(cancel_one(after)) == alone


def test_the_same_prompt_asked_for_twice_at_once_is_charged_once(engine: LocalEngine) -> None:
    async def twice() -> list[Sampled]:
        call = [engine.sample(PROBLEMS[0], Path(), seeds=[seed], sampling=FORTY) for seed in range(2)]
        return await asyncio.gather(*call)

    sampled = asyncio.run(twice())
    assert sorted(each.prefilled for each in sampled) == [0, engine.prompt_bound(PROBLEMS[0], Path())]


def test_more_rows_than_the_batch_has_places(make_local: Callable[..., LocalEngine]) -> None:
    engine = make_local(batch=3)
    sampled = asyncio.run(engine.sample(PROBLEMS[0], Path(), seeds=range(20), sampling=FORTY))
    assert texts([sampled]) == texts(
        [asyncio.run(make_local().sample(PROBLEMS[0], Path(), seeds=range(20), sampling=FORTY))]
    )


def test_little_memory_means_fewer_rows_at_once_not_a_failure(make_local: Callable[..., LocalEngine]) -> None:
    tight = make_local(cache_gib=2e-5)
    assert texts(asyncio.run(sample_all(tight, range(4)))) == texts(asyncio.run(sample_all(make_local(), range(4))))


def test_every_reason_to_stop(engine: LocalEngine) -> None:
    completions = [c for each in asyncio.run(sample_all(engine, range(16))) for c in each.completions]
    assert {completion.stop for completion in completions} == {StopReason.END, StopReason.LENGTH}
    for completion in completions:
        assert completion.tokens == len(completion.token_ids) == len(completion.logprobs)
        assert (completion.stop is StopReason.LENGTH) == (completion.tokens == 40 and completion.token_ids[-1] != 2)
        assert "<eos>" not in completion.text


def test_the_context_is_a_limit_too(engine: LocalEngine) -> None:
    sampled = asyncio.run(engine.sample(PROBLEMS[0], Path(), seeds=range(8), sampling=Sampling(max_tokens=10_000)))
    room = engine.context - engine.prompt_bound(PROBLEMS[0], Path())
    assert max(completion.tokens for completion in sampled.completions) <= room
    full = Path(text=" ".join(["1"] * room), stop=StopReason.STEP)
    sampled = asyncio.run(engine.sample(PROBLEMS[0], full, seeds=[0], sampling=FORTY))
    assert [(c.text, c.tokens, c.stop) for c in sampled.completions] == [("", 0, StopReason.LENGTH)]


def test_a_prompt_longer_than_the_context_is_the_problems_failure(engine: LocalEngine) -> None:
    long = Problem("long", " ".join(["1"] * 200), "test")
    with pytest.raises(EngineError, match="context"):
        asyncio.run(engine.sample(long, Path(), seeds=[0], sampling=FORTY))


def test_a_call_that_is_cancelled_leaves_the_others_alone(engine: LocalEngine) -> None:
    async def cancel_one() -> list[str]:
        doomed = asyncio.create_task(engine.sample(PROBLEMS[0], Path(), seeds=range(30), sampling=FORTY))
        kept = asyncio.create_task(engine.sample(PROBLEMS[1], Path(), seeds=range(8), sampling=FORTY))
        for _ in range(5):
            await asyncio.sleep(0)
        doomed.cancel()
        return texts([await kept])

    assert asyncio.run(cancel_one()) == texts(
        [asyncio.run(engine.sample(PROBLEMS[1], Path(), seeds=range(8), sampling=FORTY))]
    )


def test_closing_fails_what_still_waits(engine: LocalEngine) -> None:
    async def close_early() -> None:
        waiting = asyncio.create_task(engine.sample(PROBLEMS[0], Path(), seeds=range(8), sampling=FORTY))
        await asyncio.sleep(0)
        await engine.close()
        await waiting

    with pytest.raises(EngineError, match="closed"):
        asyncio.run(close_early())


def test_a_failing_model_fails_the_calls_and_not_the_engine(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> torch.Tensor:
        raise RuntimeError("out of memory")

    with monkeypatch.context() as patch:
        patch.setattr(engine.meter, "_forward", broken)
        with pytest.raises(EngineError, match="out of memory"):
            asyncio.run(sample_all(engine, range(4)))
    assert len(texts(asyncio.run(sample_all(engine, range(4))))) == 32
