"""A Llama-like model's weights in the form that its lean forward pass takes, equal in what they compute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Layer:
    """The norms' weights are folded into the matrices after them, the attention's scale into the queries."""

    qkv: Tensor
    """[(heads + 2 x kv_heads) x head_dim, hidden]; in queries and keys, the two dimensions that rotary embedding turns
    together stand side by side, as the parts of a complex number."""
    qkv_bias: Tensor | None
    out: Tensor
    out_bias: Tensor | None
    gate_up: Tensor
    down: Tensor


def fold(layer: Any, head_dim: int) -> Layer:
    """layer: a transformers LlamaDecoderLayer or one with the same modules."""
    attention, mlp = layer.self_attn, layer.mlp
    pairs = torch.arange(head_dim).view(2, -1).t().flatten()
    parts = [
        _heads(attention.q_proj, pairs, head_dim**-0.5),
        _heads(attention.k_proj, pairs),
        _heads(attention.v_proj, torch.arange(head_dim)),
    ]
    biases = [bias for _, bias in parts if bias is not None]
    gate_up = torch.cat([mlp.gate_proj.weight.detach(), mlp.up_proj.weight.detach()])
    return Layer(
        qkv=torch.cat([weight for weight, _ in parts]) * layer.input_layernorm.weight.detach(),
        qkv_bias=torch.cat(biases) if biases else None,
        out=attention.o_proj.weight.detach(),
        out_bias=None if attention.o_proj.bias is None else attention.o_proj.bias.detach(),
        gate_up=gate_up * layer.post_attention_layernorm.weight.detach(),
        down=mlp.down_proj.weight.detach(),
    )


def rotation(rotary: Any, positions: int, device: torch.device) -> Tensor:
    """The rotary embedding of a transformers model as complex numbers [positions, head_dim / 2]."""
    cos, sin = rotary(torch.zeros(1, device=device), torch.arange(positions, device=device)[None])
    half = cos.shape[-1] // 2
    return torch.complex(cos[0, :, :half].float(), sin[0, :, :half].float())


def _heads(linear: nn.Linear, order: Tensor, factor: float = 1.0) -> tuple[Tensor, Tensor | None]:
    """A projection's weight and bias, the dimensions of each head reordered."""
    weight = linear.weight.detach() * factor
    ordered = weight.view(-1, len(order), weight.shape[1])[:, order].flatten(0, 1)
    if linear.bias is None:
        return ordered, None
    bias = linear.bias.detach() * factor
    return ordered, bias.view(-1, len(order))[:, order].flatten()
