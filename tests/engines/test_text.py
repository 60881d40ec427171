"""Texts and token ids, for tokenizers with habits of their own."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from tuili.engines.local.text import Codec
from tuili.mini.tokenizer import build_tokenizer
from tuili.records import Path

CORPUS = ["Let me think.\n\nIt is 3 + 4 = 7, naïve 推理 works.\n\n</think>\n\nThe answer is 7."] * 3


def byte_level(special: list[str]) -> PreTrainedTokenizerFast:
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=["<eos>", *special], initial_alphabet=alphabet)
    backend.train_from_iterator(CORPUS, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<eos>")


def metaspace() -> PreTrainedTokenizerFast:
    """As sentencepiece does it: the space before a word is part of it, and the first one is dropped."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    backend.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=200, special_tokens=["<eos>"]))
    return PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<eos>")


@pytest.mark.parametrize("tokenizer", [byte_level([]), metaspace(), build_tokenizer()], ids=["bytes", "pieces", "mini"])
def test_what_is_added_joins_the_text_without_a_seam(tokenizer: PreTrainedTokenizerFast) -> None:
    codec = Codec(tokenizer)
    ids = tuple(tokenizer.encode("3 + 4 = 7\n3 + 7\n4 + 3 = 7", add_special_tokens=False))
    whole = codec.decode(ids)
    for cut in range(1, len(ids)):
        before = codec.decode(ids[:cut])
        if whole.startswith(before):
            assert before + codec.added(ids[:cut], ids[cut:]) == whole


def test_a_special_end_of_thinking_stays_in_the_text() -> None:
    tokenizer = byte_level(["<think>", "</think>", "<|im_end|>"])
    ids = tuple(tokenizer.encode("so 7.</think>7<|im_end|><eos>"))
    assert Codec(tokenizer).decode(ids) == "so 7.</think>7"


def test_pieces_are_what_tokens_add() -> None:
    tokenizer = byte_level(["</think>"])
    pieces = Codec(tokenizer).pieces(len(tokenizer) + 5)
    ids = tokenizer.encode("a.\n\n</think>b")
    assert "".join(pieces[i] for i in ids) == "a.\n\n</think>b"
    assert pieces[tokenizer.eos_token_id] == ""
    assert pieces[-5:] == [""] * 5, "logits may be longer than the vocabulary"


def test_a_path_is_taken_apart_where_its_ids_end() -> None:
    tokenizer = build_tokenizer()
    codec = Codec(tokenizer)
    ids = tuple(tokenizer.encode("3 + 4 = 7\n"))
    more = tuple(tokenizer.encode("wait"))
    assert codec.path(Path()) == []
    assert codec.path(Path(text="3 + 4 = 7\n", token_ids=ids)) == [ids]
    assert codec.path(Path(text="3 + 4 = 7\nwait", token_ids=ids)) == [ids, more]
    assert codec.path(Path(text="3 + 4 = 8\n", token_ids=ids)) == [tuple(tokenizer.encode("3 + 4 = 8\n"))]


def test_prompts_are_chat_turns_where_the_model_chats() -> None:
    tokenizer = byte_level([])
    assert tokenizer.decode(Codec(tokenizer).prompt("hello")) == "hello"
    tokenizer.chat_template = "U:{{ messages[0]['content'] }}{% if add_generation_prompt %}A:{% endif %}"
    assert tokenizer.decode(Codec(tokenizer).prompt("hello")) == "U:helloA:"
