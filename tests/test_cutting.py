"""Cuts are made at tokens where the recorded number of tokens is found in the text, else by characters, and say so."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuili.checkpoints import embedded
from tuili.cutting import Cut, make_cutter
from tuili.engines.words import words
from tuili.errors import BadRequest

TEXT = "3 + 5 = 8\n8 * 2 = 16</think>16"


def test_a_tokenizer_finds_the_tokens() -> None:
    tokenizers = pytest.importorskip("tokenizers")
    folder = Path(embedded("policy"))
    cutter = make_cutter(folder, counted_in_words=False)
    pieces = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json")).encode(TEXT, add_special_tokens=False)
    n = len(pieces.ids)
    for tokens in (n, n + 1):  # with and without an end of turn
        cut = cutter.cut(TEXT, tokens, 7)
        assert cut.at_token
        assert cut.text == TEXT[: pieces.offsets[6][1]]
    assert cutter.cut(TEXT, n + 5, n) == Cut(TEXT[: len(TEXT) * n // (n + 5)], False)


@given(st.lists(st.sampled_from(["a", "bb", "\n"]), min_size=2, max_size=20), st.data())
def test_words_are_cut_at_words(parts: list[str], data: st.DataObject) -> None:
    text = " ".join(parts)
    n = len(words(text))
    limit = data.draw(st.integers(1, n))
    cut = make_cutter(None, counted_in_words=True).cut(text, n + 1, limit)
    assert cut == Cut("".join(words(text)[:limit]), True)


def test_without_a_tokenizer_the_cut_is_proportional() -> None:
    cutter = make_cutter(None, counted_in_words=False)
    assert cutter.cut("0123456789", 20, 5) == Cut("01", False)
    assert cutter.name == "share of the characters"


def test_what_is_no_tokenizer_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(BadRequest, match="cannot read the tokenizer"):
        make_cutter(tmp_path, counted_in_words=False)
