"""From graded runs to a folder of traces: journeys, and beside them short solutions of the same problems."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tuili import provenance
from tuili.answers import final_answer
from tuili.engines import format_of
from tuili.errors import BadRequest
from tuili.records import Problem, RunHeader
from tuili.runs import read_header, read_problems
from tuili.spec import Spec
from tuili.steps import FORMATS, StepFormat
from tuili.traces.checks import is_sound, separate
from tuili.traces.files import Source, Trace, TracesHeader, run_digest, write_traces
from tuili.traces.journey import Journey, walk
from tuili.traces.sampled import sampled_paths
from tuili.traces.tree import SampledPath, TreeNode, grow, leaves
from tuili.traces.wording import Span, Worded, in_mini, in_prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """How traces are made; all of it stands in their header."""

    format: str | None = None
    """How the texts mark thinking; None: as the run's model does."""
    per_problem: int = 4
    """The most journeys of a problem, each to another right leaf, and the most short solutions."""
    most: int = 2
    """The most wrong branches of a journey."""
    enter: float = 0.5
    """The probability with which a wrong branch beside the way is entered."""
    doubtful: float = 0.5
    """Below this score the verifier holds a step, or a path that a search gave up, to be wrong."""
    seed: int = 0


@dataclass(slots=True)
class Traces:
    """What becomes of a run, problem by problem."""

    parameters: Parameters
    form: StepFormat
    word: Callable[[Journey], Worded]
    sound: Callable[[Problem, str], bool]
    journeys: list[Trace] = field(default_factory=list)
    shortcuts: list[Trace] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, problem: Problem, paths: Sequence[SampledPath]) -> None:
        """Short solutions are kept of problems with a journey only: the two can be compared."""
        rng = random.Random(f"{self.parameters.seed}:{problem.id}")
        root = grow(paths)
        ways = [way for way in leaves(root) if way[-1].right]
        self.counts["problems"] += 1
        self.counts["problems with a right path"] += bool(ways)
        rng.shuffle(ways)
        made = dict(self._journeys(problem, root, ways, rng))
        if made:
            short = dict.fromkeys("".join(step.text for step in way) for way in ways)
            self.journeys += self._kept(problem, made)
            self.shortcuts += self._kept(problem, {text: () for text in short if self.sound(problem, text)})

    def _journeys(
        self, problem: Problem, root: TreeNode, ways: Sequence[tuple[TreeNode, ...]], rng: random.Random
    ) -> Iterator[tuple[str, tuple[Span, ...]]]:
        how = self.parameters
        for way in ways:
            journey = walk(root, way, rng, most=how.most, enter=how.enter, doubtful=how.doubtful)
            worded = self.word(journey)
            if not journey.wrong_branches:
                self.counts["left out: no wrong branch entered"] += 1
            elif not self.sound(problem, worded.text):
                self.counts["left out: says something false"] += 1
            else:
                yield worded.text, worded.mistakes

    def _kept(self, problem: Problem, made: dict[str, tuple[Span, ...]]) -> Iterator[Trace]:
        for text, mistakes in list(made.items())[: self.parameters.per_problem]:
            answer = final_answer(text, problem.answer_kind, self.form)
            assert answer is not None, "the run's grades call it right"
            yield Trace(problem.id, problem.prompt, text, answer, mistakes)


def collect(runs: Sequence[Path], out: Path, parameters: Parameters, held_out: Sequence[Path] = ()) -> TracesHeader:
    """Makes the folder `out` of graded runs on training problems of one task, and returns its header.

    What several runs sampled of the same problem is one tree. Raises BadRequest for whatever separate and sampled_paths
    refuse, for runs of several tasks or formats, and for runs that make no journey.
    """
    headers = {run: read_header(run) for run in runs}
    task, form = _common(headers.values(), parameters.format)
    problems: dict[str, Problem] = {}
    paths: dict[str, list[SampledPath]] = defaultdict(list)
    sources = []
    for run, header in headers.items():
        separated = separate(header, list(read_problems(run)), held_out)
        sources.append(Source(str(run), run_digest(run), header, separated.compared))
        problems |= {problem.id: problem for problem in separated.problems}
        for problem_id, sampled in sampled_paths(run, form, parameters.doubtful).items():
            paths[problem_id] += sampled
    traces = Traces(
        parameters,
        form,
        in_mini if task == "mini" else lambda journey: in_prose(journey, form),
        is_sound if task == "mini" else lambda _problem, _text: True,
    )
    for problem in problems.values():
        traces.add(problem, paths[problem.id])
    if not traces.journeys:
        raise BadRequest(
            f"{', '.join(map(str, runs))}: no journey; no problem has a right path and a wrong branch beside it"
        )
    made = _header(tuple(sources), parameters, traces)
    write_traces(out, made, traces.journeys, traces.shortcuts)
    return made


def _common(headers: Iterable[RunHeader], form: str | None) -> tuple[str, StepFormat]:
    """The name of the runs' task, and how their texts are written."""
    found = {(Spec.parse(header.task).name, format_of(header.model, form)) for header in headers}
    if len(found) > 1:
        said = ", ".join(f"{task} in the format {name}" for task, name in sorted(found))
        raise BadRequest(f"traces are made of runs of one task and one format, not of {said}")
    ((task, name),) = found
    return task, FORMATS[name]


def _header(sources: tuple[Source, ...], parameters: Parameters, traces: Traces) -> TracesHeader:
    counts = {
        **traces.counts,
        "journeys": len(traces.journeys),
        "shortcuts": len(traces.shortcuts),
        "problems with a journey": len({trace.problem_id for trace in traces.journeys}),
        **{f"journeys with {n} wrong branches": k for n, k in _by_turns(traces.journeys)},
    }
    return TracesHeader(
        sources=sources,
        parameters=asdict(parameters),
        counts=counts,
        versions=provenance.versions(),
        commit=provenance.commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _by_turns(journeys: Sequence[Trace]) -> list[tuple[int, int]]:
    return sorted(Counter(len(trace.mistakes) for trace in journeys).items())
