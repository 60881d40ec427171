"""Attempts that are shown earlier ones: what the model reads, and what of it is read again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path as FilePath

import pytest
from transformers import AutoTokenizer

from tuili.conversation import prompt_ids
from tuili.engines.base import Sampled
from tuili.engines.local.engine import LocalEngine
from tuili.engines.local.text import Codec
from tuili.mini.text import before_attempt
from tuili.mini.tokenizer import build_tokenizer
from tuili.records import Path, Problem, Sampling, StopReason, Until

PROBLEM = Problem("p", "make 49 from 25 4 20", "test")
ONE, TWO = "25 + 4 = 29\n</think>\n29", "4 + 20 = 24\n</think>\n24"


def ask(engine: LocalEngine, path: Path, **options: object) -> Sampled:
    sampling = Sampling(**{"max_tokens": 9, **options})  # type: ignore[arg-type]
    return asyncio.run(engine.sample(PROBLEM, path, seeds=range(6), sampling=sampling))


def test_each_attempt_that_is_shown_is_read_once(engine: LocalEngine) -> None:
    """The prompt, then each attempt that comes to it: 10, and 9 + end, line break, opening, line break."""
    read, earlier = [], ()
    for attempt in (ONE, TWO, ONE):
        read.append(ask(engine, Path(earlier=earlier)).prefilled)
        earlier = (*earlier, attempt)
    lengths = [len(engine._codec.prompt(PROBLEM.prompt, shown)) for shown in ((), (ONE,), (ONE, TWO))]
    assert read == [lengths[0], lengths[1] - lengths[0], lengths[2] - lengths[1]]
    assert engine.meter.prefilled == lengths[2] == engine.prompt_bound(PROBLEM, Path(earlier=(ONE, TWO)))
    # one less before the others: only the problem is still the beginning of what is read
    assert ask(engine, Path(earlier=(TWO, ONE))).prefilled == lengths[2] - lengths[0]


def test_what_a_revision_wrote_is_not_read_again(make_local: Callable[..., LocalEngine]) -> None:
    engine, forgetful = make_local(), make_local(cache_gib=0.0)
    revisions = ask(engine, Path(earlier=(ONE,)), max_tokens=40).completions
    ended = next(each.text for each in revisions if each.stop is StopReason.END and each.text)
    before = engine.meter.prefilled
    shown = Path(earlier=(ONE, ended))
    sampled, whole = ask(engine, shown), ask(forgetful, shown)
    again = len(build_tokenizer()(f"\n{PROBLEM.prompt}\n<think>\n")["input_ids"])
    assert sampled.prefilled == engine.meter.prefilled - before == again, "what stands between two attempts"
    assert whole.prefilled == engine.prompt_bound(PROBLEM, shown)
    assert [each.text for each in sampled.completions] == [each.text for each in whole.completions]


def test_an_attempt_goes_on_after_what_it_was_shown(make_local: Callable[..., LocalEngine]) -> None:
    """The same text after another history, or after the same one read by an engine that forgets."""
    kept, forgetful = make_local(), make_local(cache_gib=0.0)
    step = next(
        completion
        for completion in ask(kept, Path(earlier=(ONE,)), until=Until.STEP, max_tokens=30).completions
        if completion.stop is StopReason.STEP
    )
    child = Path((0,), step.text, step.token_ids, step.tokens, stop=step.stop, earlier=(ONE,))
    again = ask(kept, child)
    assert again.prefilled == 0
    whole = ask(forgetful, child)
    assert whole.prefilled == forgetful.prompt_bound(PROBLEM, child)
    assert [each.text for each in again.completions] == [each.text for each in whole.completions]
    assert [each.logprobs for each in again.completions] != [
        each.logprobs for each in ask(kept, Path((0,), step.text, step.token_ids, step.tokens)).completions
    ]


def test_a_history_that_fills_the_context_leaves_no_room(engine: LocalEngine) -> None:
    sampled = ask(engine, Path(earlier=(ONE, TWO) * 4))
    assert [(each.text, each.stop) for each in sampled.completions] == [("", StopReason.LENGTH)] * 6
    assert sampled.prefilled == 0


def test_what_is_read_is_what_training_wrote(checkpoint: FilePath) -> None:
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    written = tokenizer(before_attempt(PROBLEM.prompt, (ONE, TWO)))["input_ids"]
    assert list(Codec(tokenizer).prompt(PROBLEM.prompt, (ONE, TWO))) == written


TURNS = "{% for m in messages %}{{ m['role'][0] + ':' + m['content'] + '\\n' }}{% endfor %}a:"
NO_HISTORY = "u:{{ messages[0]['content'] }}\na:"


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        (TURNS, "u:3 +\na:4\nu:again\na:5\nu:again\na:"),
        (NO_HISTORY, "u:3 +\na:"),
        (None, "3 +4\n\nagain\n\n3 +5\n\nagain\n\n3 +"),
    ],
)
def test_a_conversation_is_as_the_template_has_it(template: str | None, shown: str) -> None:
    class Characters:
        chat_template = template
        is_fast = False

        def __call__(self, text: str, add_special_tokens: bool = True) -> dict[str, list[int]]:
            return {"input_ids": [ord(character) for character in text]}

        def apply_chat_template(self, messages: list[dict[str, str]], **_: object) -> str:
            tokenizer = build_tokenizer()
            tokenizer.chat_template = template
            return str(tokenizer.apply_chat_template(messages, tokenize=False))

    ids = prompt_ids(Characters(), "3 +", ["4", "5"], "again")  # type: ignore[arg-type]
    assert "".join(map(chr, ids)) == shown
