"""Attention of some rows of a forward pass over the keys and values that they have together."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from tuili.backbone.forward import Held, visible

FEW = 16
"""Tokens of a row up to which their scores are a small product; of more, they would be large to keep too."""


class Attention:
    def __init__(self, held: Held, starts: Tensor, tokens: int) -> None:
        """starts [n]: each row's position of the first of its tokens."""
        self._kept, self._rows = held
        _, rows, heads, length, self._head_dim = self._kept.shape
        self._longest = int(starts.max()) + tokens
        self._mask = visible(starts, tokens, self._longest).to(self._kept.dtype)
        # where keys and values [n, tokens, 2 x heads] land in a layer's two planes seen as one list of vectors
        device = starts.device
        row = torch.arange(self._rows, device=device)[:, None, None, None]
        plane = torch.arange(2, device=device)[:, None]
        positions = (starts[:, None] + torch.arange(tokens, device=device))[:, :, None, None]
        self._columns = (
            ((plane * rows + row) * heads + torch.arange(heads, device=device)) * length + positions
        ).flatten()

    def __call__(self, layer: int, qkv: Tensor) -> Tensor:
        """[n * tokens, heads * head_dim], from queries, keys and values [n, tokens, heads + 2 x kv_heads, head_dim];
        the keys and values are kept."""
        n, tokens = qkv.shape[:2]
        planes = self._kept[2 * layer : 2 * layer + 2]
        heads = planes.shape[2]
        queries, new = qkv[:, :, : -2 * heads], qkv[:, :, -2 * heads :]
        planes.view(-1, self._head_dim).index_copy_(0, self._columns, new.flatten(0, 2))
        keys, values = planes[:, :n, :, : self._longest]
        if tokens > FEW:
            attended = functional.scaled_dot_product_attention(
                queries.transpose(1, 2), keys, values, attn_mask=self._mask, scale=1.0, enable_gqa=True
            )
        else:
            # the queries of a group are rows of one small product: several times faster here than a kernel for many
            grouped = queries.reshape(n, tokens, heads, -1, self._head_dim).transpose(1, 2)
            scores = torch.matmul(grouped.flatten(2, 3), keys.transpose(2, 3)).view(*grouped.shape[:4], -1)
            weights = torch.softmax(scores.add_(self._mask[:, :, :, None]), -1, dtype=torch.float32).to(values.dtype)
            attended = torch.matmul(weights.flatten(2, 3), values).view(grouped.shape)
        return attended.transpose(1, 2).reshape(n * tokens, -1)
