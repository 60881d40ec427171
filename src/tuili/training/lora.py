"""Low-rank adapters: a few weights beside frozen ones (LoRA, arXiv 2106.09685), by peft."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from peft import LoraConfig, PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer
from transformers import PreTrainedModel


@dataclass(frozen=True, kw_only=True)
class LoraKeys:
    """The keys of a config that can train adapters."""

    lora_rank: int = 0
    """Rank of the adapters on all linear layers but the head; 0: no adapters, all weights are trained."""
    lora_alpha: int = 32
    """What adapters add is multiplied by lora_alpha / lora_rank."""


def lora(keys: LoraKeys) -> LoraConfig | None:
    if keys.lora_rank == 0:
        return None
    return LoraConfig(r=keys.lora_rank, lora_alpha=keys.lora_alpha, target_modules="all-linear", task_type="CAUSAL_LM")


class Merged:
    """A plain model that has the weights of a trained one, adapters merged into them."""

    def __init__(self, trained: PreTrainedModel | PeftModel) -> None:
        """Without adapters it is the trained model itself; with them, a second one."""
        self._trained = trained
        self.model: PreTrainedModel = trained
        if isinstance(trained, PeftModel):
            self.model = copy.deepcopy(trained).merge_and_unload()
            vars(self.model).pop("forward", None)  # a trainer's own, which would run the trained model

    @torch.no_grad()
    def refresh(self) -> PreTrainedModel:
        """The plain model, with the weights that the trained one has now."""
        if isinstance(self._trained, PeftModel):
            for name, layer in self._trained.get_base_model().named_modules():
                if isinstance(layer, BaseTunerLayer):
                    weight = layer.get_base_layer().weight
                    change = sum(layer.get_delta_weight(adapter) for adapter in layer.active_adapters)
                    self.model.get_submodule(name).weight.copy_(weight + change)
        return self.model
