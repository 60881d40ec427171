"""The nouns, frozen: what flows between rooms and what is written to disk. Nothing here knows a gold answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

SCHEMA_VERSION = 1


class AnswerKind(StrEnum):
    """How an answer is written, so that it can be found in a text and votes can be counted without the gold."""

    EXACT = "exact"
    """Everything after the thinking, white space folded."""
    MATH = "math"
    """A number or an expression: \\boxed{}, "answer is", the last number."""
    CHOICE = "choice"
    """One capital letter."""
    TAGGED = "tagged"
    """What stands between <answer> and </answer>, its lines kept."""


class StopReason(StrEnum):
    """Why a generation stopped. After every token they are checked in this order."""

    END = "end"
    """The model ended its turn."""
    STEP = "step"
    """A step was completed and the request asked to stop there."""
    LENGTH = "length"
    """max_tokens were generated, or the context is full."""
    FAILED = "failed"
    """The engine failed; the text is what had arrived."""


class Until(StrEnum):
    STEP = "step"
    END = "end"


class Purpose(StrEnum):
    """What an ask spends for."""

    EXPLORE = "explore"
    LOOKAHEAD = "lookahead"
    REVISE = "revise"
    PROBE = "probe"
    JUDGE = "judge"
    TESTS = "tests"


class Component(StrEnum):
    GENERATOR = "generator"
    VERIFIER = "verifier"


@dataclass(frozen=True, slots=True)
class Problem:
    """What a strategy, an engine and a verifier may know: everything but the gold answer."""

    id: str
    prompt: str
    task: str
    answer_kind: AnswerKind = AnswerKind.MATH
    level: int | None = None
    """Difficulty, 1 (easy) to 5, where the task has one."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Subject, category, family: what reports group by."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How one generation is sampled. temperature 0 takes the likeliest token."""

    until: Until = Until.END
    max_tokens: int = 512
    temperature: float = 1.0
    resumable: bool = True
    """Whether something may go on from what max_tokens cuts off: an engine then keeps what it has read of it."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One continuation as an engine returned it."""

    text: str
    """Decoded without special tokens; a stop at a step boundary includes the separator."""
    tokens: int
    """Tokens generated, the end-of-turn token included: what is charged."""
    token_ids: tuple[int, ...] = ()
    """() where the engine cannot say (a server); only a hint for key/value reuse, never written to disk."""
    logprobs: tuple[float, ...] = ()
    """Of each generated token under the sampling distribution at temperature 1; () where the engine cannot say."""
    stop: StopReason = StopReason.END


class Step(NamedTuple):
    """One step of a path: a line or paragraph of thinking, or the whole answer."""

    text: str
    is_answer: bool = False
    takes_back: bool = False
    """Whether it says that what was thought before it is wrong: from here on none of that counts."""


@dataclass(frozen=True, slots=True)
class Path:
    """A partial or finished attempt at a problem: a node of the tree with everything from the root to it."""

    id: tuple[int, ...] = ()
    """Child indices from the root, which is (): the same plan gives the same ids, whatever ran first."""
    text: str = ""
    """Everything generated from the root on."""
    token_ids: tuple[int, ...] = ()
    tokens: int = 0
    """All from the root on: those generated, and those that a strategy put among them."""
    logprob: float = 0.0
    """Sum over all generated tokens."""
    min_logprob: float = 0.0
    """The least likely generated token's."""
    stop: StopReason | None = None
    """None for the root; END when finished."""
    steps: tuple[Step, ...] = ()
    answer: str | None = None
    """The final answer found in the text; None while unfinished, or when there is none to be found."""
    earlier: tuple[str, ...] = ()
    """Texts of the earlier attempts that the model was shown before this one, oldest first."""

    @property
    def finished(self) -> bool:
        return self.stop in (StopReason.END, StopReason.LENGTH, StopReason.FAILED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verifier says of a path, with no knowledge of the gold. Scores are probabilities, 0 to 1."""

    score: float
    step_scores: tuple[float, ...] = ()
    """One a step (and one for the answer), for a process verifier; () for an outcome verifier."""


@dataclass(frozen=True, slots=True)
class Scored:
    path: Path
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Charge:
    """What one ask spent. Tokens are those that went through the model; cached ones are not counted."""

    component: Component
    purpose: Purpose
    prompt_tokens: int
    generated_tokens: int
    flops: float
    """2 x parameters x tokens, of this component (Snell et al., arXiv 2408.03314, section 7)."""
    seconds: float = 0.0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.generated_tokens


@dataclass(frozen=True, slots=True)
class Node:
    """One generation in the recorded tree, kept whether the strategy chose or discarded it."""

    id: tuple[int, ...]
    """Its parent is id[:-1]."""
    text: str
    """Only what this generation added."""
    tokens: int
    logprob: float
    min_logprob: float
    stop: StopReason
    purpose: Purpose
    answer: str | None
    verdict: Verdict | None = None
    written: int = 0
    """How many of the text's characters, its first, the strategy put there: the model read them."""
    after: tuple[tuple[int, ...], ...] = ()
    """The ids of the earlier attempts that the model was shown before it began this one, oldest first."""

    @property
    def independent(self) -> bool:
        """Whether it is a whole sample from the problem alone."""
        whole = len(self.id) == 1 and self.stop is not StopReason.STEP and not (self.written or self.after)
        return whole and self.purpose is Purpose.EXPLORE


class Ending(StrEnum):
    DONE = "done"
    BUDGET = "budget"
    """The budget refused an ask and the strategy returned its best so far."""
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One problem put to one strategy with one seed: the line of attempts.jsonl."""

    problem_id: str
    strategy: str
    """The strategy's full spec, every parameter included."""
    seed: int
    answer: str | None
    chosen: tuple[int, ...] | None
    """The id of the path that gave the answer."""
    nodes: tuple[Node, ...]
    charges: tuple[Charge, ...]
    ending: Ending
    error: str | None = None

    @property
    def key(self) -> tuple[str, str, int]:
        return self.problem_id, self.strategy, self.seed

    def lineage(self, path_id: tuple[int, ...]) -> list[Node]:
        """The generations that make up a path, from the root on."""
        nodes = {node.id: node for node in self.nodes}
        return [nodes[path_id[:depth]] for depth in range(1, len(path_id) + 1)]


@dataclass(frozen=True, slots=True)
class RunHeader:
    """Everything that made a run what it is: the first file of a run folder."""

    task: str
    data: str | None
    """The file the problems came from, None for the task's own."""
    model: str
    verifier: str | None
    strategies: tuple[str, ...]
    """Full specs: every parameter, defaults included."""
    budget: str | None
    seeds: tuple[int, ...]
    problems: int
    limit: int | None
    sampling: Mapping[str, Any]
    versions: Mapping[str, str]
    machine: Mapping[str, str]
    commit: str | None
    created: str
    """ISO 8601, UTC."""
    parameters: Mapping[str, int] = field(default_factory=dict)
    """Parameter counts by component, which FLOPs are computed from."""
    overlap: Mapping[str, Any] = field(default_factory=dict)
    """The training data the problems were compared with, and how many stand in it, word for word or by 13-grams."""
    schema: int = SCHEMA_VERSION
