"""A recorded text as far as its first so many tokens: what a run with a smaller max_tokens would have had of it.

A run keeps how many tokens a text has, and not which. With the model's tokenizer the text is tokenized again; where
that gives another number of tokens than was recorded (a model may write what its tokenizer would not), or there is no
tokenizer, the cut is made at the same share of the characters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from tuili.engines.words import words
from tuili.errors import BadRequest

WORDS = "words"
PROPORTION = "share of the characters"
Ends = Callable[[str], Sequence[int]]
"""Where the tokens of a text end, in characters."""


class Cut(NamedTuple):
    text: str
    at_token: bool
    """False: at the same share of the characters."""


class Cutter:
    def __init__(self, name: str, ends: Ends | None) -> None:
        """name: how it finds the places, for the record."""
        self.name, self._ends = name, ends

    def cut(self, text: str, tokens: int, limit: int) -> Cut:
        """The first `limit` of a text's `tokens`, which are more; the last of them may be an end of turn."""
        ends = self._ends(text) if self._ends else ()
        if len(ends) in (tokens, tokens - 1):
            return Cut(text[: ends[limit - 1]] if limit else "", True)
        return Cut(text[: len(text) * limit // tokens], False)


def make_cutter(tokenizer: Path | None, *, counted_in_words: bool) -> Cutter:
    """tokenizer: a tokenizer.json, or the folder of a model that holds one.

    counted_in_words: the recorded numbers of tokens may be numbers of words, as engines without a tokenizer count.
    Raises BadRequest when there is no tokenizer to be read.
    """
    if tokenizer is not None:
        return Cutter(f"tokenizer {tokenizer}", _tokenizer_ends(tokenizer))
    if counted_in_words:
        return Cutter(WORDS, lambda text: list(accumulate(map(len, words(text)))))
    return Cutter(PROPORTION, None)


def _tokenizer_ends(path: Path) -> Ends:
    try:
        from tokenizers import Tokenizer
    except ImportError:
        raise BadRequest("a tokenizer needs the package tokenizers: pip install 'tuili[local]'") from None
    file = path / "tokenizer.json" if path.is_dir() else path
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises Exception itself
        raise BadRequest(f"cannot read the tokenizer {file}: {error}") from error
    return lambda text: [end for _, end in tokenizer.encode(text, add_special_tokens=False).offsets]
