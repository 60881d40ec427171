"""Low-rank adapters: a few weights beside frozen ones (LoRA, arXiv 2106.09685), by peft."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from transformers import PreTrainedModel

if TYPE_CHECKING:
    from peft import LoraConfig, PeftModel


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
    from peft import LoraConfig

    return LoraConfig(r=keys.lora_rank, lora_alpha=keys.lora_alpha, target_modules="all-linear", task_type="CAUSAL_LM")


def adapted(model: PreTrainedModel, keys: LoraKeys) -> PreTrainedModel | PeftModel:
    """The model with adapters, where there are to be any."""
    config = lora(keys)
    if config is None:
        return model
    from peft import get_peft_model

    return get_peft_model(model, config)


class Merged:
    """A plain model that has the weights of a trained one, adapters merged into them."""

    def __init__(self, trained: PreTrainedModel | PeftModel) -> None:
        """Without adapters it is the trained model itself; with them, a second one."""
        self._trained, self._adapted = trained, hasattr(trained, "merge_and_unload")
        self.model: PreTrainedModel = trained
        if self._adapted:
            self.model = copy.deepcopy(trained).merge_and_unload()
            vars(self.model).pop("forward", None)  # a trainer's own, which would run the trained model

    @torch.no_grad()
    def refresh(self) -> PreTrainedModel:
        """The plain model, with the weights that the trained one has now."""
        if self._adapted:
            from peft.tuners.tuners_utils import BaseTunerLayer

            for name, layer in self._trained.get_base_model().named_modules():
                if isinstance(layer, BaseTunerLayer):
                    weight = layer.get_base_layer().weight
                    change = sum(layer.get_delta_weight(adapter) for adapter in layer.active_adapters)
                    self.model.get_submodule(name).weight.copy_(weight + change)
        return self.model
