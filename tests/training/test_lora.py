"""Adapters, and what samples from the model that has them."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("peft")

from transformers import LlamaForCausalLM  # noqa: E402

from tuili.backbone.forward import Held  # noqa: E402
from tuili.backbone.llama import LlamaForward  # noqa: E402
from tuili.training.lora import LoraKeys, Merged, adapted  # noqa: E402


def test_what_samples_has_the_adapters_as_they_are_now(small_policy: Path) -> None:
    model = adapted(LlamaForCausalLM.from_pretrained(small_policy), LoraKeys(lora_rank=2))
    merged = Merged(model)
    forward = LlamaForward(merged.model)
    tokens = torch.arange(3, 13)[None]
    whole = torch.arange(tokens.shape[1])
    for _ in range(2):
        with torch.no_grad():
            before = model(input_ids=tokens).logits[0]
            for name, weight in model.named_parameters():
                if "lora_B" in name:
                    weight.add_(torch.randn_like(weight))
            expected = model(input_ids=tokens).logits[0]
            forward.read(merged.refresh())
            found = forward(
                tokens, torch.zeros(1, dtype=torch.long), [Held(forward.layout.zeros(1, len(whole)), 1)], whole
            )
        assert (expected - before).abs().max() > 0.01
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)


def test_without_adapters_it_is_the_trained_model_itself(small_policy: Path) -> None:
    model = LlamaForCausalLM.from_pretrained(small_policy)
    assert adapted(model, LoraKeys()) is model
    assert Merged(model).refresh() is model
