"""Whether test problems stand in the training data: normalised exact matches and shared 13-grams of words.

13-grams are GPT-3's contamination measure (arXiv 2005.14165, appendix C). A problem shorter than 13 words can only
match exactly. The words with which all texts begin or end are the task's instruction, and no evidence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, takewhile

from tuili.tasks.base import Item, Task

N = 13
SHOWN = 5
"""Ids in a sentence."""


@dataclass(frozen=True, slots=True)
class Overlap:
    tested: int
    exact: tuple[str, ...]
    """Ids of test problems whose words are those of a training text."""
    ngram: tuple[str, ...]
    """Ids of the others that share N words in a row with one."""

    @property
    def found(self) -> int:
        return len(self.exact) + len(self.ngram)

    def __str__(self) -> str:
        """One sentence, with the first of the ids."""
        found = f"{len(self.exact)} are in it word for word and {len(self.ngram)} share {N} words in a row with it"
        ids = [*self.exact, *self.ngram]
        shown = f" ({', '.join(ids[:SHOWN])}{', …' if len(ids) > SHOWN else ''})" if ids else ""
        return f"of {self.tested} problems {found}{shown}"


def task_overlap(train: Task, test: Sequence[Item]) -> Overlap:
    """Of the prompts of two data sets of one task; reads the training data once, as a stream. Raises BadRequest."""
    prompts = {item.problem.id: item.problem.prompt for item in test}
    return overlap((item.problem.prompt for item in train.items()), prompts)


def overlap(train: Iterable[str], test: Mapping[str, str]) -> Overlap:
    """Compares training texts with test problems (id → text); reads `train` once, as a stream."""
    texts = map(_words, train)
    first = list(next(texts, []))
    words = {problem: _words(text) for problem, text in test.items()}
    begin, end = _instruction([first, *words.values()])
    whole = _index((" ".join(own), problem) for problem, own in words.items())
    parts = _index((gram, problem) for problem, own in words.items() for gram in _ngrams(own[begin : len(own) - end]))
    exact: set[str] = set()
    shared: set[str] = set()
    for own in chain([first], texts):
        exact.update(whole.get(" ".join(own), ()))
        for gram in _ngrams(own):
            shared.update(parts.get(gram, ()))
    return Overlap(len(test), tuple(sorted(exact)), tuple(sorted(shared - exact)))


def _instruction(texts: Sequence[Sequence[str]]) -> tuple[int, int]:
    """How many words all texts begin with, and how many they end with."""
    begin = len(list(takewhile(_same, zip(*texts, strict=False))))
    end = len(list(takewhile(_same, zip(*map(reversed, texts), strict=False))))
    return begin, end


def _same(words: Sequence[str]) -> bool:
    return len(set(words)) == 1


def _words(text: str) -> list[str]:
    """Lower case, no punctuation."""
    return re.findall(r"\w+", text.lower())


def _ngrams(words: Sequence[str]) -> Iterator[str]:
    return (" ".join(words[i : i + N]) for i in range(len(words) - N + 1))


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    index: dict[str, set[str]] = {}
    for key, problem in pairs:
        index.setdefault(key, set()).add(problem)
    return index
