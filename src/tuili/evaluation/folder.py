"""Run folders, read for their figures: attempts and grades joined, one attempt at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tuili.errors import BadRequest
from tuili.evaluation.naming import run_names
from tuili.evaluation.recorded import RunColumns
from tuili.evaluation.reduce import GradedAttempt, reduce_attempts
from tuili.evaluation.regraded import regrades_of
from tuili.grading.graded import AttemptGrades
from tuili.grading.outcome import Grade
from tuili.grading.regraded import RegradedAttempt, Regrading
from tuili.runs import GRADES, Key, read_attempts, read_grades, read_header, read_problems, read_regrades


def open_runs(folders: Sequence[Path]) -> dict[Path, RunColumns]:
    """Runs with their headers and problems, named so that they can be told apart; their attempts are not read yet.

    Raises BadRequest when a folder is no run or stands twice.
    """
    headers = {folder: read_header(folder) for folder in folders}
    if len(headers) < len(folders):
        raise BadRequest("the same run folder is given twice")
    names = run_names(headers)
    return {
        folder: RunColumns(names[folder], folder, header, list(read_problems(folder)))
        for folder, header in headers.items()
    }


def read_runs(folders: Sequence[Path]) -> list[RunColumns]:
    """Runs as columns. Raises BadRequest as open_runs and read_into do."""
    return [read_into(run, folder) for folder, run in open_runs(folders).items()]


def read_run(folder: Path) -> RunColumns:
    """One run, called after its folder."""
    return read_runs([folder])[0]


def read_into(run: RunColumns, folder: Path, watch: Callable[[GradedAttempt], None] | None = None) -> RunColumns:
    """Reads the attempts of a run; `watch` sees each as it goes by.

    Raises BadRequest when the folder holds no attempts or was not graded.
    """
    grades = _grades(folder)

    def graded() -> Iterator[GradedAttempt]:
        for attempt in read_attempts(folder):
            item = GradedAttempt(attempt, grades.get(attempt.key, {}))
            if watch is not None:
                watch(item)
            yield item

    reduce_attempts(run, graded())
    if not run.strategies:
        raise BadRequest(f"{folder} holds no attempts yet")
    run.regraded = regrades_of(run.name, folder)
    headers = read_regrades(folder, Regrading)
    for path in sorted(headers, key=lambda path: headers[path].created):
        if limit := headers[path].max_tokens:
            run.cut[limit] = _cut(run, folder, path)
    return run


def _cut(run: RunColumns, folder: Path, regrade: Path) -> RunColumns:
    """The run as a regrade of cut samples has it."""
    lines = {line.key: line for line in read_grades(regrade, RegradedAttempt)}

    def graded() -> Iterator[GradedAttempt]:
        for attempt in read_attempts(folder):
            if line := lines.get(attempt.key):
                nodes = (replace(node, answer=it) for node, it in zip(attempt.nodes, line.answers, strict=True))
                yield GradedAttempt(replace(attempt, answer=line.answer, nodes=tuple(nodes)), line.grades)

    return reduce_attempts(RunColumns(run.name, folder, run.header, run.problems), graded())


def _grades(folder: Path) -> Mapping[Key, Mapping[str, Grade]]:
    if not (folder / GRADES).exists():
        raise BadRequest(f"{folder} was not graded: it has no {GRADES}")
    return {line.key: line.grades for line in read_grades(folder, AttemptGrades)}
