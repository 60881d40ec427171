"""Grading a run again: its recorded texts, another grader, task or version of either, and no generation.

Answers are extracted again from the recorded texts. What a strategy chose stays chosen: a vote is not held again. The
run's own grades are not touched; the new ones stand in RUN/regrades/NAME, where NAME follows from all that could change
them, so that the same command goes on where it stopped, and after a change of the grader's code begins another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import tuili
from tuili import provenance
from tuili.answers import final_answer
from tuili.codec import encode
from tuili.cutting import Cutter, make_cutter
from tuili.engines import format_of
from tuili.errors import BadRequest
from tuili.grading import GRADERS, Grade, Grader, make_grader
from tuili.grading.outcome import ungraded
from tuili.grading.regraded import RegradedAttempt, Regrading
from tuili.records import Attempt, Problem, RunHeader, StopReason
from tuili.runs import keep_regrade, open_grades, read_attempts, read_grades, read_header, read_problems
from tuili.spec import Spec, bind, full_spec
from tuili.steps import FORMATS, StepFormat
from tuili.tasks import Task, load, make_task

CODE = ("answers", "grading", "mini", "steps.py")
"""What of the package decides on answers and grades."""
GONE = ungraded("the task has this problem no longer")
ANOTHER = ungraded("the task has another prompt for this problem now")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """None: as the run was graded."""

    run: Path
    task: str | None = None
    data: Path | None = None
    grader: str | None = None
    format: str | None = None
    trust_ids: bool = False
    """Grade by a problem's id alone, even where the task's prompt is not the one that was answered."""
    max_tokens: int | None = None
    """Cut samples to so many tokens first."""
    tokenizer: Path | None = None
    """For cuts; None: see cutting."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What an attempt at one problem is graded against."""

    problem: Problem
    """As it was put to the model, but for the kind of its answer, which is the task's."""
    gold: str
    refused: Grade | None = None
    """Why answers to it cannot be graded."""


@dataclass(frozen=True, slots=True)
class Regrade:
    """A request that was checked, with its reference answers loaded."""

    run: Path
    header: Regrading
    references: Mapping[str, Reference]
    grader: Grader
    form: StepFormat
    cutter: Cutter | None

    @property
    def name(self) -> str:
        same = replace(self.header, versions={}, commit=None, created="")
        at = f"-at{self.header.max_tokens}" if self.header.max_tokens else ""
        return f"{Spec.parse(self.header.grader).name}{at}-{_digest(encode(same).encode())}"

    def attempts(self) -> Iterator[RegradedAttempt | None]:
        """Every attempt of the run, graded again; None for those that were already, and those that cannot be cut.

        A line is on the disk before it is yielded. Raises BadRequest when another process grades the same.
        """
        folder = keep_regrade(self.run, self.name, self.header)
        with open_grades(folder) as log:
            known = {line.key for line in read_grades(folder, RegradedAttempt)}
            for attempt in read_attempts(self.run):
                if attempt.key in known or (self.cutter and not all(node.independent for node in attempt.nodes)):
                    yield None
                else:
                    line = self.grade(attempt)
                    log.append(line)
                    yield line

    def grade(self, attempt: Attempt) -> RegradedAttempt:
        reference = self.references[attempt.problem_id]
        texts: dict[tuple[int, ...], str] = {}
        answers, in_proportion = {}, 0
        for node in attempt.nodes:
            text = texts[node.id] = texts.get(node.id[:-1], "") + node.text
            finished = node.stop is StopReason.END
            if self.cutter and self.header.max_tokens and node.tokens > self.header.max_tokens:
                text, at_token = self.cutter.cut(text, node.tokens, self.header.max_tokens)
                finished, in_proportion = False, in_proportion + (not at_token)
            kind = reference.problem.answer_kind
            stepping = node.stop is StopReason.STEP
            answers[node.id] = None if stepping else final_answer(text, kind, self.form, finished=finished)
        answer = attempt.answer if attempt.chosen is None else answers.get(attempt.chosen)
        grades = {each: self._grade(reference, each) for each in (answer, *answers.values()) if each is not None}
        return RegradedAttempt(*attempt.key, answer, tuple(answers.values()), grades, in_proportion)

    def _grade(self, reference: Reference, answer: str) -> Grade:
        return reference.refused or self.grader.grade(reference.problem, reference.gold, answer)


def prepare(request: Request) -> Regrade:
    """Checks a request and loads its reference answers. Raises BadRequest for whatever cannot be done."""
    run = read_header(request.run)
    if request.grader:
        bind("grader", Spec.parse(request.grader), GRADERS)
    form = format_of(run.model, request.format)
    task, data = _task(request, run)
    references = _references(request, task)
    cutter = None
    if request.max_tokens:
        counted = Spec.parse(run.model).name in ("replay", "scripted")
        cutter = make_cutter(request.tokenizer, counted_in_words=counted)
    grader = Spec.parse(request.grader or task.grader or "")
    header = Regrading(
        task=request.task or run.task,
        data=str(data) if data else None,
        grader=full_spec(grader.name, bind("grader", grader, GRADERS)[1]),
        format=form,
        max_tokens=request.max_tokens,
        cut_by=cutter.name if cutter else None,
        golds=_digest(encode({key: asdict(reference) for key, reference in references.items()}).encode()),
        code=_digest(*_code()),
        versions=provenance.versions(),
        commit=provenance.commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return Regrade(request.run, header, references, make_grader(str(grader)), FORMATS[form], cutter)


def _task(request: Request, run: RunHeader) -> tuple[Task, Path | None]:
    """The task of the reference answers, and its file: the run's own where the request names no other."""
    spec = request.task or run.task
    data = request.data
    if data is None and run.data and Spec.parse(spec).name == Spec.parse(run.task).name:
        data = Path(run.data)
    task = make_task(spec, data)
    if not (request.grader or task.grader):
        raise BadRequest(f"{task.name} can be loaded but not graded yet")
    return task, data


def _references(request: Request, task: Task) -> dict[str, Reference]:
    """By problem id, for the problems of the run. Raises BadRequest when the task has none of them."""
    items = {item.problem.id: item for item in load(task)}
    references = {}
    for problem in read_problems(request.run):
        item = items.get(problem.id)
        if item is None:
            references[problem.id] = Reference(problem, "", GONE)
        else:
            other = item.problem.prompt != problem.prompt and not request.trust_ids
            asked = replace(problem, answer_kind=item.problem.answer_kind)
            references[problem.id] = Reference(asked, item.gold, ANOTHER if other else None)
    if all(reference.refused for reference in references.values()):
        reasons = {reference.refused.reason for reference in references.values() if reference.refused}
        raise BadRequest(f"no problem of {request.run} can be graded by {task.name}: {'; '.join(map(str, reasons))}")
    return references


def _code() -> Iterator[bytes]:
    root = Path(tuili.__file__).parent
    for part in CODE:
        files = sorted((root / part).rglob("*.py")) if (root / part).is_dir() else [root / part]
        yield from (file.read_bytes() for file in files)


def _digest(*blocks: bytes) -> str:
    digest = hashlib.sha256()
    for block in blocks:
        digest.update(block)
    return digest.hexdigest()[:8]
