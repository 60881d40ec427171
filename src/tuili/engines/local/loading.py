"""A causal language model and its tokenizer from a folder or a GGUF file on this machine; nothing is downloaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase
from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
from transformers.utils import logging

from tuili.errors import BadRequest

Dtype = Literal["auto", "float32", "bfloat16", "float16"]


def load(path: Path, dtype: Dtype) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """On CUDA where there is one. Raises BadRequest for anything but a causal language model with its tokenizer."""
    logging.disable_progress_bar()
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if dtype == "auto":
        dtype = "bfloat16" if device == "cuda" else "float32"
    source = _source(path)
    try:
        config = AutoConfig.from_pretrained(**source)
    except (OSError, ValueError, KeyError) as error:
        raise BadRequest(f"{path} is no model that transformers can read: {_first_line(error)}") from error
    _check_causal(path, config)
    try:
        tokenizer = AutoTokenizer.from_pretrained(**source)
        model, report = AutoModelForCausalLM.from_pretrained(
            **source, dtype=getattr(torch, dtype), output_loading_info=True
        )
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise BadRequest(f"the model in {path} cannot be loaded: {_first_line(error)}") from error
    if report["missing_keys"]:
        raise BadRequest(f"the model in {path} lacks weights: {', '.join(sorted(report['missing_keys'])[:3])}")
    if "gguf_file" in source and getattr(model, "hf_quantizer", None) is not None:
        # its weights were unpacked on loading: it is a model like any other, and may be trained
        model.hf_quantizer.remove_quantization_config(model)
    return model.to(device).eval(), tokenizer


def _source(path: Path) -> dict[str, Any]:
    if path.is_file() and path.suffix == ".gguf":
        return {"pretrained_model_name_or_path": str(path.parent), "gguf_file": path.name}
    if (path / "config.json").is_file():
        return {"pretrained_model_name_or_path": str(path)}
    if not path.exists():
        raise BadRequest(f"there is no model at {path}")
    raise BadRequest(f"{path} is neither a folder with a config.json nor a .gguf file")


def _check_causal(path: Path, config: Any) -> None:
    known = MODEL_FOR_CAUSAL_LM_MAPPING_NAMES.get(config.model_type, ())
    names = config.architectures  # a GGUF file names none: it is one when its weights are all there
    if names and not set(names) & set([known] if isinstance(known, str) else known):
        raise BadRequest(f"{path} holds {', '.join(names)}, not a causal language model")


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
