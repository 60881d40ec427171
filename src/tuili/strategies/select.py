"""From many paths to one answer. Pure: no model, no gold answer.

A path without an answer has no vote; where none has an answer, nothing is chosen. A tie goes to the answer (or path)
that was sampled first, so a selection depends on nothing but its input.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from tuili.answers import vote_key
from tuili.records import AnswerKind, Path, Scored
from tuili.strategies.asks import Choice

NOTHING = Choice(None, None)


def majority_vote(paths: Sequence[Path], kind: AnswerKind) -> Choice:
    """The answer that most paths gave (self-consistency, arXiv 2203.11171), by its first path."""
    groups = _same_answers(paths, kind)
    return _chosen(max(groups, key=len)[0]) if groups else NOTHING


def count_votes(paths: Sequence[Path], kind: AnswerKind) -> list[int]:
    """How many paths gave each answer, in the order in which the answers first came."""
    return [len(group) for group in _same_answers(paths, kind)]


def weighted_vote(scored: Sequence[Scored], kind: AnswerKind) -> Choice:
    """The answer whose paths' scores sum to the most (arXiv 2206.02336, 2408.03314), by its best-scored path."""
    return best(_winning_group(scored, kind))


def weighted_vote_of_chains(chains: Sequence[Sequence[Scored]], kind: AnswerKind) -> Choice:
    """A weighted vote within each chain, then one among the winners (Snell et al., arXiv 2408.03314, section 6).

    A chain's winner has the score of its answer's best-scored path.
    """
    groups = (_winning_group(chain, kind) for chain in chains)
    return weighted_vote([max(group, key=_score) for group in groups if group], kind)


def best(scored: Sequence[Scored]) -> Choice:
    """The answer of the path with the highest score."""
    answered = [item for item in scored if item.path.answer is not None]
    return _chosen(max(answered, key=_score).path) if answered else NOTHING


def latest(paths: Sequence[Path]) -> Choice:
    """The last answer that was given."""
    answered = [path for path in paths if path.answer is not None]
    return _chosen(answered[-1]) if answered else NOTHING


def _winning_group(scored: Sequence[Scored], kind: AnswerKind) -> list[Scored]:
    """All of the answer whose scores sum to the most; none where there is no answer."""
    groups: dict[str, list[Scored]] = {}
    for item in scored:
        if item.path.answer is not None:
            groups.setdefault(vote_key(item.path.answer, kind), []).append(item)
    # fsum is exact: which path came first must not decide between sums that differ by rounding alone
    return max(groups.values(), key=lambda group: fsum(map(_score, group)), default=[])


def _score(item: Scored) -> float:
    return item.verdict.score


def _same_answers(paths: Sequence[Path], kind: AnswerKind) -> list[list[Path]]:
    groups: dict[str, list[Path]] = {}
    for path in paths:
        if path.answer is not None:
            groups.setdefault(vote_key(path.answer, kind), []).append(path)
    return list(groups.values())


def _chosen(path: Path) -> Choice:
    return Choice(path.answer, path)
