"""Texts ↔ token ids: prompts, paths, and what a continuation adds to its path."""

from __future__ import annotations

from functools import lru_cache

from transformers import PreTrainedTokenizerBase

from tuili.backbone.recent import Recent
from tuili.backbone.store import Ids
from tuili.conversation import TRY_AGAIN, encode, prompt_ids
from tuili.records import Path

THINKING_MARKERS = frozenset({"<think>", "</think>"})
"""Kept in a text even where a tokenizer calls them special: they say where the answer begins."""
NEIGHBOURS = 16
"""Tokens before another that its text may depend on."""
REMEMBERED = 4096
"""How many prompts and texts are."""


class Codec:
    def __init__(self, tokenizer: PreTrainedTokenizerBase, again: str = TRY_AGAIN) -> None:
        """again: what the user says after each earlier attempt that the model is shown."""
        self._tokenizer, self._again = tokenizer, again
        self._end = () if tokenizer.eos_token_id is None else (tokenizer.eos_token_id,)
        special = {i: token.content for i, token in tokenizer.added_tokens_decoder.items() if token.special}
        special |= dict(zip(tokenizer.all_special_ids, tokenizer.all_special_tokens, strict=True))
        self._silent = frozenset(i for i, content in special.items() if content not in THINKING_MARKERS)
        self.prompt = lru_cache(REMEMBERED)(self._prompt)
        """(problem's prompt, earlier attempts) → all that the model reads before a new attempt."""
        self._backend = tokenizer.backend_tokenizer if tokenizer.is_fast else None
        self._texts: Recent[Ids, str] = Recent(REMEMBERED)

    def _prompt(self, prompt: str, earlier: tuple[str, ...] = ()) -> Ids:
        return tuple(prompt_ids(self._tokenizer, prompt, earlier, self._again))

    def prompts(self, prompt: str, earlier: tuple[str, ...]) -> list[Ids]:
        """All that the model reads before a new attempt, after those of its beginnings that it may have read before:
        the problem, what the last of the earlier attempts was shown, and that attempt as the model wrote it."""
        whole, beginnings = self.prompt(prompt, earlier), [self.prompt(prompt, ())]
        if earlier:
            shown = self.prompt(prompt, earlier[:-1])
            beginnings += [shown, (*shown, *self._encode(earlier[-1]), *self._end)]
        return [ids for ids in dict.fromkeys([*beginnings, whole]) if whole[: len(ids)] == ids]

    def path(self, path: Path) -> list[Ids]:
        """The path's ids, in parts: what was generated, where it still says the same, and the text put after it."""
        known = self.decode(path.token_ids)
        if not known or not path.text.startswith(known):
            return [self._encode(path.text)] if path.text else []
        rest = path.text[len(known) :]
        return [path.token_ids, self._encode(rest)] if rest else [path.token_ids]

    def decode(self, ids: Ids) -> str:
        """The text of token ids, without special tokens."""
        if (text := self._texts.get(ids)) is None:
            self._texts[ids] = text = self._shown(ids)
        return text

    def added(self, ids: Ids, more: Ids) -> str:
        """What `more` adds to the text of `ids`. Decoded with the last of those: a token's text may depend on them."""
        last = ids[-NEIGHBOURS:]
        before, whole = self.decode(last), self._shown(last + more)
        if not whole.startswith(before):
            return self.decode(more)
        added = whole[len(before) :]
        if (known := self._texts.get(ids)) is not None:  # what goes on from here will ask for it
            self._texts[ids + more] = known + added
        return added

    def pieces(self, vocabulary: int) -> list[str]:
        """What each token is alone; nothing for those that are not shown and those without a text."""
        known = len(self._tokenizer)
        return [self._shown((i,)) if i < known else "" for i in range(vocabulary)]

    def _shown(self, ids: Ids) -> str:
        shown = ids if self._silent.isdisjoint(ids) else [i for i in ids if i not in self._silent]
        if self._backend is not None:  # transformers' wrapper takes longer than the work itself
            return str(self._backend.decode(shown, skip_special_tokens=False))
        return str(self._tokenizer.decode(shown, skip_special_tokens=False, clean_up_tokenization_spaces=False))

    def _encode(self, text: str) -> Ids:
        return tuple(encode(self._tokenizer, text))
