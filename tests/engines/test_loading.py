"""What is no model says so in one sentence, and nothing is looked for elsewhere."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from transformers import (
    BertConfig,
    BertForMaskedLM,
    LlamaConfig,
    LlamaForTokenClassification,
    MambaConfig,
    MambaForCausalLM,
)

from tuili.conversation import TRY_AGAIN
from tuili.engines import make_engine
from tuili.errors import BadRequest
from tuili.mini.tokenizer import build_tokenizer

TINY = {"vocab_size": 150, "hidden_size": 16, "num_hidden_layers": 1}
HEADS = {"num_attention_heads": 2, "intermediate_size": 16}


def complaint(path: Path) -> str:
    with pytest.raises(BadRequest) as caught:
        make_engine(f"local:path={path}")
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    assert "there is no model at" in complaint(tmp_path / "nothing")


def test_an_empty_folder_and_a_file_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    assert "config.json" in complaint(tmp_path)
    assert "config.json" in complaint(tmp_path / "notes.txt")


def test_a_file_that_only_calls_itself_gguf(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"not really")
    assert "model.gguf" in complaint(tmp_path / "model.gguf")


def test_an_unreadable_config(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{")
    assert str(tmp_path) in complaint(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "no such thing"}))
    assert str(tmp_path) in complaint(tmp_path)


def test_a_classifier_is_not_a_language_model(tmp_path: Path) -> None:
    LlamaForTokenClassification(LlamaConfig(**TINY, **HEADS)).save_pretrained(tmp_path)
    build_tokenizer().save_pretrained(tmp_path)
    assert "LlamaForTokenClassification, not a causal language model" in complaint(tmp_path)


def test_an_encoder_is_not_a_causal_one(tmp_path: Path) -> None:
    BertForMaskedLM(BertConfig(**TINY, **HEADS)).save_pretrained(tmp_path)
    build_tokenizer().save_pretrained(tmp_path)
    assert "BertForMaskedLM, not a causal language model" in complaint(tmp_path)


def test_a_model_without_weights_or_tokenizer(tmp_path: Path, checkpoint: Path) -> None:
    for left_out in ("model.safetensors", "tokenizer.json"):
        folder = tmp_path / left_out
        folder.mkdir()
        for file in checkpoint.iterdir():
            if file.name != left_out:
                (folder / file.name).write_bytes(file.read_bytes())
        assert "cannot be loaded" in complaint(folder)


def test_a_recurrent_state_cannot_be_batched(tmp_path: Path) -> None:
    MambaForCausalLM(MambaConfig(**TINY, eos_token_id=2)).save_pretrained(tmp_path)
    build_tokenizer().save_pretrained(tmp_path)
    assert "mamba" in complaint(tmp_path)


def test_a_wrong_parameter_lists_the_right_ones(checkpoint: Path) -> None:
    with pytest.raises(BadRequest, match="batch, cache_gib, dtype, format, path, threads"):
        make_engine(f"local:path={checkpoint},temperature=1")


def test_a_batch_of_no_rows(checkpoint: Path) -> None:
    with pytest.raises(BadRequest, match="at least 1"):
        make_engine(f"local:path={checkpoint},batch=0")


def test_a_good_model_is_named_in_full(checkpoint: Path) -> None:
    engine = make_engine(f"local:path={checkpoint},format=lines,batch=8")
    assert engine.name == f"local:path={checkpoint},format=lines,batch=8,cache_gib=4.0,dtype=auto,again={TRY_AGAIN}"
    assert engine.parameters > 1000
