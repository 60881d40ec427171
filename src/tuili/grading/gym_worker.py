"""reasoning-gym in a process of its own: `python -m tuili.grading.gym_worker` makes problems and scores answers.

Some of its data sets depend on the order of sets, which the worker's hash seed fixes; some print; some search for long;
and some scorers give an answer to sympy's parser, which evaluates it as Python. Only time and memory are limited here:
an answer that means harm to the files of this user could do it.

An entry is a data set's problem with everything that its scorer needs, as a Python literal: JSON has no tuples, and
some scorers compare with them.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import random
import sys
from functools import cache
from typing import Any

from tuili.grading.isolated import serve

# what it prints while it loads must not get among the replies
with contextlib.redirect_stdout(sys.stderr):
    from reasoning_gym.factory import DATASETS, create_dataset

MIXTURE = "composite"
"""Mixes other data sets as its configuration says, and has none by itself."""
LITERALS = (str, int, float, bool, type(None))


class Replies:
    """One method for each kind of request, [method, *arguments]."""

    def close_names(self, name: str) -> list[str]:
        """Data sets called like this, best first: only the name itself when there is one; all when nothing is close."""
        names = sorted(DATASETS.keys() - {MIXTURE})
        return [name] if name in names else difflib.get_close_matches(name, names, n=5) or names

    def open(self, name: str, size: int, seed: int) -> str | None:
        """Begins a data set; the reason when it refuses."""
        random.seed(seed)  # which one data set draws from, beside its own
        try:
            self._entries = iter(create_dataset(name, size=size, seed=seed))
        except (AssertionError, ValueError) as error:
            return str(error) or type(error).__name__
        return None

    def next(self) -> dict[str, str]:
        """The next problem. In order only: some data sets draw all their problems from one stream of random numbers."""
        entry = _plain(next(self._entries))
        return {"question": entry["question"], "entry": repr(entry)}

    def score(self, name: str, entry: str, answer: str) -> dict[str, Any]:
        """{"score": 0 to 1}, or {"failed": why}."""
        try:
            return {"score": float(_scorer(name).score_answer(answer, ast.literal_eval(entry)))}
        except Exception as error:  # of a scorer that stumbles over an answer
            return {"failed": f"{type(error).__name__}: {error}"}


@cache
def _scorer(name: str) -> Any:
    return create_dataset(name)


def _plain(value: Any) -> Any:
    """As Python's own types: numpy's scalars, frozen sets; of what is none of them, its text."""
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            return (set if kind is frozenset else kind)(map(_plain, value))
    if type(value) in LITERALS:
        return value
    return value.item() if hasattr(value, "item") else str(value)


if __name__ == "__main__":
    replies = Replies()
    serve(lambda request: getattr(replies, request[0])(*request[1:]))
