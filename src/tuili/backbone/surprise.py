"""A classifier that also says how likely it found each token: its backbone is still the language model that it was.

What a model finds unlikely is more often wrong, and a head on the last token cannot see how unlikely the tokens were.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from tuili.backbone.llama import LlamaForward


class SurprisedForward(LlamaForward):
    """Its outputs: the logits of the classes; the log-probability of the least likely of the tokens that follow the
    one asked for before, none of which is a pass's first; the log-probabilities of the next token.

    Embeddings are the language model's head (tied). Tokens stand in the same pass as the one asked for before, or
    there is none before.
    """

    def __init__(self, model: PreTrainedModel) -> None:
        super().__init__(model)
        self.outputs += 1 + self._embedding.shape[0]

    def _logits(self, x: Tensor, tokens: Tensor, at: Tensor) -> Tensor:
        x = functional.rms_norm(x, x.shape[-1:], self._norm, self._eps)
        language = functional.linear(x, self._embedding).float().log_softmax(-1)
        classes = functional.linear(x[at], self._head, self._head_bias).float()
        written = torch.zeros(len(x), device=x.device)
        written[1:] = language[:-1].gather(1, tokens.flatten()[1:, None]).squeeze(1)
        written.view_as(tokens)[:, 0] = 0.0
        return torch.cat([classes, _least(written, at, tokens.shape[1])[:, None], language[at]], dim=1)


def _least(written: Tensor, at: Tensor, row: int) -> Tensor:
    """Of the elements of `written` after at[i - 1] up to at[i], in rows of so many: the least of those in its row."""
    places = torch.arange(len(written), device=at.device)
    following = torch.searchsorted(at, places).clamp_(max=len(at) - 1)
    ours = (at[following] >= places) & (at[following] // row == places // row)
    return written.new_zeros(len(at)).scatter_reduce(0, following[ours], written[ours], "amin")
