"""The losses by name, in TRL's words. What they share: an advantage is a reward less its group's mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LOSSES: Mapping[str, Mapping[str, Any]] = {
    # advantages divided by the group's deviation, tokens averaged within a completion first (arXiv 2402.03300)
    "grpo": {"loss_type": "grpo", "scale_rewards": "group", "importance_sampling_level": "token"},
    # as grpo, but all tokens of the groups that are learnt from count alike (arXiv 2503.14476)
    "dapo": {"loss_type": "dapo", "scale_rewards": "group", "importance_sampling_level": "token"},
    # divided neither by the deviation nor by a completion's own length (arXiv 2503.20783)
    "dr_grpo": {"loss_type": "dr_grpo", "scale_rewards": "none", "importance_sampling_level": "token"},
    # the ratio is the whole completion's, to the power of 1 / its length (arXiv 2507.18071)
    "gspo": {"loss_type": "grpo", "scale_rewards": "group", "importance_sampling_level": "sequence"},
}
