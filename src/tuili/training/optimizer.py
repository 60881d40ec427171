"""Muon for the matrices, AdamW for everything else, as one optimizer for a Trainer, its scheduler and checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn


def make_optimizer(model: nn.Module, *, muon_lr: float, adamw_lr: float, weight_decay: float) -> torch.optim.Optimizer:
    """Muon with AdamW; AdamW alone where Muon's learning rate is 0, its weight decay then on matrices only."""
    if muon_lr:
        return MuonAdamW(model, muon_lr=muon_lr, adamw_lr=adamw_lr, weight_decay=weight_decay)
    matrices, rest = split_parameters(model)
    groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": rest, "weight_decay": 0.0}]
    return torch.optim.AdamW([group for group in groups if group["params"]], lr=adamw_lr, betas=(0.9, 0.95))


class MuonAdamW(torch.optim.Optimizer):
    """torch.optim.Muon on hidden matrices and AdamW on embeddings, norms and heads.

    Muon is for hidden layers only (Jordan et al. 2024): embeddings and heads are matrices too, but go to AdamW.
    """

    def __init__(self, model: nn.Module, *, muon_lr: float, adamw_lr: float, weight_decay: float) -> None:
        hidden, rest = split_parameters(model)
        self.muon = torch.optim.Muon(hidden, lr=muon_lr, momentum=0.95, weight_decay=weight_decay)
        self.adamw = torch.optim.AdamW(rest, lr=adamw_lr, betas=(0.9, 0.95), weight_decay=0.0)
        super().__init__([*hidden, *rest], {})
        # the very same dicts, so that a scheduler that writes lr here writes it there
        self.param_groups = [*self.muon.param_groups, *self.adamw.param_groups]

    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override]
        if closure is not None:
            raise ValueError("MuonAdamW takes no closure: neither of its parts re-evaluates the loss")
        self.muon.step()  # type: ignore[no-untyped-call]
        self.adamw.step()

    def state_dict(self) -> dict[str, Any]:
        return {"muon": self.muon.state_dict(), "adamw": self.adamw.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.muon.load_state_dict(state_dict["muon"])
        self.adamw.load_state_dict(state_dict["adamw"])
        self.param_groups = [*self.muon.param_groups, *self.adamw.param_groups]


def split_parameters(model: nn.Module) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """(matrices inside the decoder layers, everything else), trainable parameters only, each once."""
    hidden: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            (hidden if parameter.ndim == 2 and ".layers." in name else rest).append(parameter)
    return hidden, rest
