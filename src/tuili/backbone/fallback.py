"""The forward pass of any other causal model: transformers' own, over keys and values that its caller owns.

An architecture that keeps anything but keys and values from token to token (Mamba and its hybrids) cannot run so, nor
can one that reads positions off a padding mask (Bloom). Each model therefore shows on loading that it gives the same
numbers as without a cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from typing import Any

import torch
from torch import Tensor
from transformers import Cache, DynamicCache, PreTrainedModel
from transformers.cache_utils import CacheLayerMixin

from tuili.backbone.forward import Held, Layout, sliding, visible
from tuili.errors import BadRequest


class ModelForward:
    splits = False  # transformers would read the weights once for each part

    def __init__(self, model: PreTrainedModel) -> None:
        """Raises BadRequest when the model cannot run over keys and values alone."""
        self._model = model
        self._window, self._windowed = sliding(model.config)
        self._chooses = "logits_to_keep" in signature(model.forward).parameters
        refusal = BadRequest(
            f"a model of type {model.config.model_type} cannot be batched here: keys and values are not all it keeps"
        )
        try:
            self._measure()
            same = self._same_as_without_cache()
        except (
            AttributeError,
            IndexError,
            KeyError,
            NotImplementedError,
            RuntimeError,
            TypeError,
            ValueError,
        ) as error:
            raise refusal from error
        if not same:
            raise refusal

    def __call__(self, tokens: Tensor, starts: Tensor, held: Sequence[Held], at: Tensor) -> Tensor:
        ((kept, n),), s = held, tokens.shape[1]
        length = int(starts.max()) + s
        positions = starts[:, None] + torch.arange(s, device=starts.device)
        layers = []
        for number, (key_heads, key_dim, value_heads, value_dim) in enumerate(self._shapes):
            keys, values = kept[2 * number, :n, :key_heads], kept[2 * number + 1, :n, :value_heads]
            layers.append(_Kept(keys[..., :key_dim], values[..., :value_dim], positions, length))
        columns, index = torch.unique(at % s, return_inverse=True)
        only = {"logits_to_keep": columns} if self._chooses else {}
        logits: Tensor = self._model(
            input_ids=tokens,
            attention_mask=self._mask(starts, s, length),
            position_ids=positions,
            past_key_values=Cache(layers=layers),
            use_cache=True,
            **only,
        ).logits
        return logits[at // s, index if self._chooses else at % s]

    def read(self, model: PreTrainedModel) -> None:
        self._model = model

    def _mask(self, starts: Tensor, tokens: int, length: int) -> Tensor | dict[str, Tensor]:
        full = visible(starts, tokens, length)
        if self._windowed == "none":
            return full.to(self._model.dtype)
        positions = starts[:, None] + torch.arange(tokens, device=starts.device)
        columns = torch.arange(length, device=starts.device)
        outside = columns <= (positions - self._window)[:, None, :, None]
        sliding = full.masked_fill(outside, float("-inf")).to(self._model.dtype)
        if self._windowed == "all":
            return sliding
        return {"full_attention": full.to(self._model.dtype), "sliding_attention": sliding}

    def _measure(self) -> None:
        """Finds the shapes of each layer's keys and values by one token."""
        cache = DynamicCache()
        token = torch.zeros(1, 1, dtype=torch.long, device=self._model.device)
        with torch.inference_mode():
            self.outputs = self._model(input_ids=token, past_key_values=cache, use_cache=True).logits.shape[-1]
        # heads and head_dim of the keys, then of the values
        self._shapes = [
            (layer.keys.shape[1], layer.keys.shape[3], layer.values.shape[1], layer.values.shape[3])
            for layer in cache.layers
        ]
        self.layout = Layout(
            planes=2 * len(self._shapes),
            heads=max(max(shape[0], shape[2]) for shape in self._shapes),
            head_dim=max(max(shape[1], shape[3]) for shape in self._shapes),
            dtype=cache.layers[0].keys.dtype,
            device=cache.layers[0].keys.device,
        )

    @torch.inference_mode()
    def _same_as_without_cache(self) -> bool:
        """Two rows of unequal length, their last tokens fed one by one, against one pass over each whole row."""
        vocabulary = self._model.get_input_embeddings().weight.shape[0]
        tokens = (torch.arange(8, device=self._model.device).view(2, 4) + 1) % vocabulary
        lengths = torch.tensor([4, 3], device=self._model.device)
        whole = self._model(input_ids=tokens, use_cache=False).logits[torch.arange(2), lengths - 1]
        held = [Held(self.layout.zeros(2, 4), 2)]
        self(tokens[:, :3], torch.zeros_like(lengths), held, lengths[:0])
        stepped = self(
            tokens[torch.arange(2), lengths - 1][:, None], lengths - 1, held, torch.arange(2, device=tokens.device)
        )
        tolerance = 1e-3 if self.layout.dtype is torch.float32 else 0.1
        return bool((whole - stepped).float().norm() <= tolerance * whole.float().norm())


class _Kept(CacheLayerMixin):
    """One layer's part of the kept keys and values [n, heads, columns, head_dim], as transformers asks for it."""

    def __init__(self, keys: Tensor, values: Tensor, positions: Tensor, length: int) -> None:
        super().__init__()
        self.keys, self.values = keys, values
        self._rows = torch.arange(len(positions), device=positions.device)[:, None]
        self._positions, self._length = positions, length

    def update(self, key_states: Tensor, value_states: Tensor, *_: Any, **__: Any) -> tuple[Tensor, Tensor]:
        self.keys[self._rows, :, self._positions] = key_states.transpose(1, 2)
        self.values[self._rows, :, self._positions] = value_states.transpose(1, 2)
        return self.keys[:, :, : self._length], self.values[:, :, : self._length]

    def get_seq_length(self) -> int:
        return self._length - self._positions.shape[1]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        return self._length, 0

    def get_max_length(self) -> int:
        return -1

    def lazy_initialization(self, key_states: Tensor, value_states: Tensor) -> None:
        """Nothing to do: the tensors are the engine's."""
