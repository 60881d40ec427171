"""A lean forward pass for models built like Llama (Llama, Qwen2, Mistral): the same numbers, fewer operations.

Against transformers' own: queries, keys and values are one product, so are gate and up, and of the norms only the
scaling is left to do (see weights); rotary embedding is one complex product; keys and values are written where they
stay and shared by grouped queries without a copy.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from tuili.backbone.attention import Attention
from tuili.backbone.forward import Held, Layout, sliding
from tuili.backbone.product import linear, padded
from tuili.backbone.weights import fold, rotation

MODEL_TYPES = frozenset({"llama", "qwen2", "mistral"})
STATIC_ROPE = frozenset({"default", "linear", "llama3", "yarn"})
"""Rotary embeddings whose frequencies do not depend on the length of the text."""


def fits(model: PreTrainedModel) -> bool:
    config = model.config
    return (
        config.model_type in MODEL_TYPES
        and sliding(config)[1] == "none"
        and config.hidden_act == "silu"
        and not getattr(config, "mlp_bias", False)
        and config.rope_parameters["rope_type"] in STATIC_ROPE
    )


class LlamaForward:
    splits = True

    def __init__(self, model: PreTrainedModel) -> None:
        """Copies the weights into its own form; the model is not needed afterwards."""
        config = model.config
        self._heads = config.num_attention_heads
        self._kv_heads: int = config.num_key_value_heads
        self._head_dim = getattr(config, "head_dim", None) or config.hidden_size // self._heads
        self._eps = config.rms_norm_eps
        self.read(model)
        weight = self._embedding
        self._rotation = rotation(model.model.rotary_emb, config.max_position_embeddings, weight.device)
        self.outputs = self._head.shape[0]
        self.layout = Layout(2 * len(self._layers), self._kv_heads, self._head_dim, weight.dtype, weight.device)

    def read(self, model: PreTrainedModel) -> None:
        inner = model.model
        self._embedding = inner.embed_tokens.weight.detach()
        self._layers = [fold(layer, self._head_dim) for layer in inner.layers]
        self._norm = inner.norm.weight.detach()
        head = model.lm_head if hasattr(model, "lm_head") else model.score
        self._head, self._head_bias = head.weight.detach(), None if head.bias is None else head.bias.detach()

    def __call__(self, tokens: Tensor, starts: Tensor, held: Sequence[Held], at: Tensor) -> Tensor:
        n, s = tokens.shape
        turn = self._rotation[starts[:, None] + torch.arange(s, device=starts.device)][:, :, None]
        shares = [each.rows for each in held]
        attend = [Attention(each, own, s) for each, own in zip(held, torch.split(starts, shares), strict=True)]
        x = functional.embedding(padded(tokens.flatten(), self._layers[0].out), self._embedding)
        for number, layer in enumerate(self._layers):
            qkv = linear(self._normed(x), layer.qkv, layer.qkv_bias)[: n * s].view(n, s, -1, self._head_dim)
            _rotate(qkv[:, :, : self._heads + self._kv_heads], turn)
            parts = [each(number, own) for each, own in zip(attend, torch.split(qkv, shares), strict=True)]
            attended = torch.cat(parts) if len(parts) > 1 else parts[0]
            x += linear(padded(attended, layer.out), layer.out, layer.out_bias)
            gate, up = linear(self._normed(x), layer.gate_up).chunk(2, dim=-1)
            x += linear(functional.silu(gate) * up, layer.down)
        return self._logits(x[: n * s], tokens, at)

    def _logits(self, x: Tensor, tokens: Tensor, at: Tensor) -> Tensor:
        """[k, outputs], from the last layer's output after each token [n * s, hidden]."""
        x = functional.rms_norm(x[at], x.shape[-1:], self._norm, self._eps)
        return linear(x, self._head, self._head_bias)

    def _normed(self, x: Tensor) -> Tensor:
        return functional.rms_norm(x, x.shape[-1:], None, self._eps)


def _rotate(heads: Tensor, turn: Tensor) -> None:
    """Turns [n, s, heads, head_dim] in place by [n, s, 1, head_dim / 2]."""
    pairs = heads.view(*heads.shape[:-1], -1, 2)
    if heads.dtype is torch.float32:
        torch.view_as_complex(pairs).mul_(turn)
    else:
        pairs.copy_(torch.view_as_real(torch.view_as_complex(pairs.float()) * turn))
