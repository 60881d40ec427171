"""The local engine against transformers: the same tokens, the same log-probabilities, the same logits."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DeepseekV3Config,
    Gemma3TextConfig,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    PretrainedConfig,
    Qwen2Config,
)

from tuili.backbone import llama
from tuili.backbone.attention import FEW
from tuili.backbone.fallback import ModelForward
from tuili.backbone.forward import Forward, Held
from tuili.engines.local.engine import LocalEngine
from tuili.records import Path as Attempted
from tuili.records import Problem, Sampling

PROMPTS = ("calc 3 + 4", "make 49 from 25 4 20", "pay 7")
SIZES = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 64,
    "initializer_range": 0.3,
    "pad_token_id": 0,
}
LEAN = [
    LlamaConfig(**SIZES),
    LlamaConfig(
        **SIZES, attention_bias=True, rope_parameters={"rope_type": "linear", "rope_theta": 1e4, "factor": 2.0}
    ),
    Qwen2Config(**SIZES),
    MistralConfig(**SIZES, sliding_window=None),
]
MLA = {"kv_lora_rank": 16, "q_lora_rank": 16, "qk_rope_head_dim": 8, "qk_nope_head_dim": 8, "v_head_dim": 12}
MOE = {"n_routed_experts": 4, "num_experts_per_tok": 2, "n_group": 1, "topk_group": 1, "moe_intermediate_size": 16}
OTHERS = [
    GPT2Config(vocab_size=64, n_embd=32, n_layer=2, n_head=4, n_positions=64, initializer_range=0.3),
    Gemma3TextConfig(**SIZES, sliding_window=5, layer_types=["sliding_attention", "full_attention"]),
    MistralConfig(**SIZES, sliding_window=5),
    DeepseekV3Config(**{**SIZES, "num_key_value_heads": 4}, **MLA, **MOE, first_k_dense_replace=1),
]


def model_type(config: PretrainedConfig) -> str:
    return str(config.model_type)


@pytest.mark.parametrize("config", LEAN, ids=model_type)
def test_the_lean_forward_pass_gives_transformers_logits(config: PretrainedConfig) -> None:
    model = random_model(config)
    assert llama.fits(model)
    assert_same_logits(model, llama.LlamaForward(model))


@pytest.mark.parametrize("config", OTHERS, ids=model_type)
def test_any_other_architecture_gives_transformers_logits(config: PretrainedConfig) -> None:
    model = random_model(config)
    assert not llama.fits(model)
    assert_same_logits(model, ModelForward(model))


def random_model(config: PretrainedConfig) -> torch.nn.Module:
    torch.manual_seed(1)
    model = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():  # biases and norms are all alike at first
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.2 * torch.randn_like(parameter))
    return model


@torch.inference_mode()
def assert_same_logits(model: torch.nn.Module, forward: Forward) -> None:
    """Three rows of different lengths, prefilled together and then fed a token each, eight times. Few tokens of a row
    are attended to in another way than many."""
    for few_or_many in (14, FEW + 14):
        _assert_same_logits(model, forward, few_or_many)


def _assert_same_logits(model: torch.nn.Module, forward: Forward, longest: int) -> None:
    ids = torch.randint(1, 64, (3, longest + 10), generator=torch.Generator().manual_seed(2))
    whole = model(input_ids=ids, use_cache=False).logits
    rows, lengths, zeros = torch.arange(3), torch.tensor([longest, 9, 3]), torch.zeros(3, dtype=torch.long)
    parts = [(2, longest + 10), (1, longest + 16)] if forward.splits else [(3, longest + 10)]
    held = [Held(forward.layout.zeros(count + 1, columns), count) for count, columns in parts]
    logits = forward(ids[:, :longest], zeros, held, rows * longest + lengths - 1)
    torch.testing.assert_close(logits, whole[rows, lengths - 1], atol=1e-4, rtol=1e-4)
    for positions in (lengths + step for step in range(8)):
        logits = forward(ids[rows, positions][:, None], positions, held, rows)
        torch.testing.assert_close(logits, whole[rows, positions], atol=1e-4, rtol=1e-4)


def test_greedy_is_transformers_greedy(engine: LocalEngine, checkpoint: Path) -> None:
    async def all_of_them() -> list[tuple[int, ...]]:
        sampling = Sampling(max_tokens=40, temperature=0.0)
        calls = [engine.sample(problem(prompt), Attempted(), seeds=[0], sampling=sampling) for prompt in PROMPTS]
        return [sampled.completions[0].token_ids for sampled in await asyncio.gather(*calls)]

    ours = asyncio.run(all_of_them())
    model, tokenizer = AutoModelForCausalLM.from_pretrained(checkpoint), AutoTokenizer.from_pretrained(checkpoint)
    for prompt, ids in zip(PROMPTS, ours, strict=True):
        given = prompt_ids(tokenizer, prompt)
        theirs = model.generate(given, do_sample=False, max_new_tokens=40)[0, given.shape[1] :]
        assert list(ids) == theirs.tolist()


def test_logprobs_are_those_of_the_model_at_temperature_1(engine: LocalEngine, checkpoint: Path) -> None:
    sampling = Sampling(max_tokens=30, temperature=0.7)
    call = engine.sample(problem(PROMPTS[0]), Attempted(), seeds=range(5), sampling=sampling)
    sampled = asyncio.run(call)
    model, tokenizer = AutoModelForCausalLM.from_pretrained(checkpoint), AutoTokenizer.from_pretrained(checkpoint)
    given = prompt_ids(tokenizer, PROMPTS[0])
    for completion in sampled.completions:
        ids = torch.tensor([completion.token_ids])
        with torch.inference_mode():
            logits = model(torch.cat([given, ids], dim=1)).logits[0, given.shape[1] - 1 : -1]
        theirs = logits.log_softmax(-1).gather(1, ids[0][:, None])[:, 0]
        torch.testing.assert_close(torch.tensor(completion.logprobs), theirs, atol=1e-4, rtol=1e-4)


def problem(prompt: str) -> Problem:
    return Problem(prompt, prompt, "test")


def prompt_ids(tokenizer: object, prompt: str) -> torch.Tensor:
    messages = [{"role": "user", "content": prompt}]
    encoded = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_tensors="pt")  # type: ignore[attr-defined]
    return torch.as_tensor(encoded["input_ids"])
