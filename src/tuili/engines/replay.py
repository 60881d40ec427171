"""replay: recorded samples as an engine, so that strategies can be compared on a model's outputs without the model.

The recording is a run folder, or a JSONL file with a line for each problem:
{"problem_id": …, "samples": [{"text": …, "tokens": …}, …], "prompt_tokens": …}. Token counts may be left out; then
words and line breaks are counted (see words), and costs are in those. Of a run, the attempts that sampled whole
solutions from the root are used; one with steps is not, since which of its paths were finished was not left to chance,
and one with revisions is not, since they depend on each other.

Samples are drawn without replacement: a problem's seeds get its samples in the order in which the seeds first come.
The solver's seeds belong to children of the root, asked for in order, so child i is sample i, for every strategy.
With more than one run seed, the later ones go on where the earlier stopped.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from tuili.engines.base import Sampled
from tuili.engines.words import words
from tuili.errors import BadRequest
from tuili.records import Attempt, Completion, Component, Path, Problem, Sampling, StopReason, Until
from tuili.runs import read_attempts
from tuili.steps import StepFormat


@dataclass(frozen=True, slots=True)
class Recorded:
    samples: Sequence[Completion]
    prompt_tokens: int | None = None


class ReplayEngine:
    parameters = 0

    def __init__(self, name: str, path: str, step_format: StepFormat) -> None:
        """Raises BadRequest when path is no recording."""
        self.name, self.step_format = name, step_format
        source = FilePath(path)
        self._recorded = dict(_from_run(source) if source.is_dir() else _from_file(source))
        self._places: defaultdict[str, dict[int, int]] = defaultdict(dict)
        longest = (sample.tokens for recorded in self._recorded.values() for sample in recorded.samples)
        self.context = max(longest, default=0)

    async def sample(
        self, problem: Problem, path: Path, *, seeds: Sequence[int], sampling: Sampling, attempt: object = None
    ) -> Sampled:
        """Raises BadRequest for what was not recorded: another problem, more samples, shorter ones, single steps."""
        if path.text or sampling.until is Until.STEP:
            raise BadRequest("replay has whole samples: a strategy that goes step by step needs a model")
        if path.earlier:
            raise BadRequest("replay has independent samples: a strategy that revises them needs a model")
        if problem.id not in self._recorded:
            raise BadRequest(f"nothing was recorded for problem {problem.id}")
        samples = self._recorded[problem.id].samples
        places = self._places[problem.id]
        drawn = [places.setdefault(seed, len(places)) for seed in seeds]
        if max(drawn, default=0) >= len(samples):
            raise BadRequest(f"problem {problem.id} has {len(samples)} recorded samples, and one more was asked for")
        completions = [samples[place] for place in drawn]
        longest = max((completion.tokens for completion in completions), default=0)
        if longest > sampling.max_tokens:
            raise BadRequest(
                f"a recorded sample of problem {problem.id} has {longest} tokens: "
                f"replay cannot cut it to max_tokens={sampling.max_tokens}"
            )
        # the strategy that gets sample 0 is at its first ask, where an engine would have to read the prompt
        return Sampled(completions, self.prompt_bound(problem, path) if 0 in drawn else 0)

    def prompt_bound(self, problem: Problem, path: Path) -> int:
        recorded = self._recorded.get(problem.id)
        if recorded is None or recorded.prompt_tokens is None:
            return len(words(problem.prompt))
        return recorded.prompt_tokens

    async def close(self) -> None:
        pass


def _from_run(folder: FilePath) -> Iterator[tuple[str, Recorded]]:
    samples: defaultdict[str, dict[tuple[int, int], Completion]] = defaultdict(dict)
    prompts: defaultdict[str, int] = defaultdict(int)
    for attempt in read_attempts(folder):
        if all(node.independent for node in attempt.nodes):
            # at the same seed every strategy got the same samples: each is taken once
            for node in attempt.nodes:
                if node.stop is not StopReason.FAILED:
                    place = attempt.seed, node.id[0]
                    samples[attempt.problem_id][place] = Completion(node.text, node.tokens, stop=node.stop)
            prompts[attempt.problem_id] = max(prompts[attempt.problem_id], _prompt_tokens(attempt))
    if not samples:
        raise BadRequest(f"{folder} holds no attempt that sampled whole solutions")
    for problem_id, placed in samples.items():
        ordered = [placed[place] for place in sorted(placed)]
        yield problem_id, Recorded(ordered, prompts[problem_id])


def _prompt_tokens(attempt: Attempt) -> int:
    return sum(charge.prompt_tokens for charge in attempt.charges if charge.component is Component.GENERATOR)


def _from_file(path: FilePath) -> Iterator[tuple[str, Recorded]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest(f"cannot read the recording {path}: {error}") from error
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            yield row["problem_id"], Recorded([_sample(each) for each in row["samples"]], row.get("prompt_tokens"))
        except (ValueError, KeyError, TypeError) as error:
            raise BadRequest(f"{path}, line {number} is not {{problem_id, samples: [{{text}}]}}: {error!r}") from error


def _sample(row: dict[str, Any]) -> Completion:
    text, tokens = row["text"], row.get("tokens")
    if not isinstance(text, str) or not isinstance(tokens, int | None):
        raise TypeError(f"a sample's text is a string and its tokens a number, not {row}")
    return Completion(text, len(words(text)) + 1 if tokens is None else tokens)
