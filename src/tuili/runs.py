"""A run folder: header.json says what was run and problems.jsonl on what, attempts.jsonl holds what came of it,
grades.jsonl what it was worth, regrades/ what it was worth to other graders.

Only this module reads and writes them. The same command goes on where a run stopped: opening a run again with the
same header tells which attempts are there.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import fields
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from tuili.codec import decode, encode
from tuili.errors import BadRequest, TuiliError
from tuili.jsonl import Log, read_log, replace_log, write_whole
from tuili.records import SCHEMA_VERSION, Attempt, Problem, RunHeader

HEADER, PROBLEMS, ATTEMPTS, GRADES = "header.json", "problems.jsonl", "attempts.jsonl", "grades.jsonl"
Key = tuple[str, str, int]
"""problem_id, strategy, seed: Attempt.key."""
MAY_DIFFER = frozenset({"created"})
DIFFER_WITH_A_WARNING = frozenset({"versions", "machine", "commit"})
REGRADES = "regrades"
"""The folder in a run folder with a folder for each time it was graded again: HEADER and GRADES."""
T = TypeVar("T")


class Run:
    """A run folder open for writing attempts, by one process at a time."""

    def __init__(self, folder: Path, header: RunHeader) -> None:
        """Begins a run, or continues the one in the folder.

        Warns where versions, machine or commit are not those it began with. Raises BadRequest where anything else in
        the header differs (naming it), the folder cannot be written, or another process is writing it.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadRequest(f"cannot make the folder {folder}: {error.strerror}") from error
        self.folder = folder
        self._log: Log[Attempt] = Log(folder / ATTEMPTS)
        try:
            self.header = _begin_or_continue(folder, header)
            self._done = {attempt.key for attempt in read_attempts(folder)}
        except TuiliError:
            self.close()
            raise

    def done_keys(self) -> Set[Key]:
        """Which attempts are there, and need not be made again."""
        return self._done

    def append(self, attempt: Attempt) -> None:
        """On the disk when this returns. Raises TuiliError when the disk refuses; the attempts before stay whole."""
        if attempt.key in self._done:
            raise ValueError(f"{attempt.key} is already in {self.folder}")
        self._log.append(attempt)
        self._done.add(attempt.key)

    def close(self) -> None:
        self._log.close()

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_header(folder: Path) -> RunHeader:
    """Raises BadRequest when the folder holds no run, or one of another schema version."""
    path = folder / HEADER
    try:
        text = path.read_bytes()
    except OSError as error:
        raise BadRequest(f"{folder} is no run folder: cannot read {HEADER} ({error.strerror})") from error
    try:
        schema = json.loads(text).get("schema")
        if schema != SCHEMA_VERSION:
            raise BadRequest(f"{folder} was written with schema {schema}; this version of tuili reads {SCHEMA_VERSION}")
        return decode(RunHeader, text)
    except (ValueError, AttributeError) as error:
        raise BadRequest(f"{path} is not a run's header: {error}") from error


def read_attempts(folder: Path) -> Iterator[Attempt]:
    """In the order in which they ended, one at a time. Raises BadRequest as read_header and read_log do."""
    read_header(folder)
    return read_log(folder / ATTEMPTS, Attempt)


def keep_problems(folder: Path, problems: Sequence[Problem]) -> None:
    """Writes problems.jsonl, once. Raises BadRequest when the run was begun with other problems."""
    if not (folder / PROBLEMS).exists():
        replace_log(folder / PROBLEMS, problems)
    elif list(read_problems(folder)) != [decode(Problem, encode(problem)) for problem in problems]:
        raise BadRequest(f"{folder} was begun with other problems than the task gives now")


def read_problems(folder: Path) -> Iterator[Problem]:
    """In the task's order. Raises BadRequest as read_log does."""
    return read_log(folder / PROBLEMS, Problem)


def open_grades(folder: Path) -> Log[Any]:
    """grades.jsonl, for appending records of the grading room's own type."""
    return Log(folder / GRADES)


def read_grades(folder: Path, kind: type[T]) -> Iterator[T]:
    return read_log(folder / GRADES, kind)


def replace_grades(folder: Path, grades: Iterable[Any]) -> None:
    """All grades at once: readers see the old ones or the new ones, never a mixture."""
    replace_log(folder / GRADES, grades)


def keep_regrade(run: Path, name: str, header: Any) -> Path:
    """The folder of a regrade, with its header, which is written once. Raises BadRequest when it cannot be made."""
    folder = run / REGRADES / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadRequest(f"cannot make the folder {folder}: {error.strerror}") from error
    if not (folder / HEADER).exists():
        write_whole(folder / HEADER, [encode(header, indent=1).encode()])
    return folder


def read_regrades(run: Path, kind: type[T]) -> dict[Path, T]:
    """The headers of a run's regrades, by folder. Raises BadRequest when one cannot be read."""
    headers = {}
    for path in sorted((run / REGRADES).glob(f"*/{HEADER}")):
        try:
            headers[path.parent] = decode(kind, path.read_bytes())
        except (OSError, ValueError) as error:
            raise BadRequest(f"{path} is not a regrade's header: {error}") from error
    return headers


def _begin_or_continue(folder: Path, header: RunHeader) -> RunHeader:
    if not (folder / HEADER).exists():
        if (folder / ATTEMPTS).stat().st_size:
            raise BadRequest(f"{folder} holds attempts but no {HEADER}: it cannot be continued")
        write_whole(folder / HEADER, [encode(header, indent=1).encode()])
        return header
    begun = read_header(folder)
    wanted = decode(RunHeader, encode(header))
    differing = [name for field in fields(RunHeader) if getattr(begun, name := field.name) != getattr(wanted, name)]
    if refused := [name for name in differing if name not in MAY_DIFFER | DIFFER_WITH_A_WARNING]:
        said = "; ".join(
            f"{name} is {getattr(begun, name)!r} there, {getattr(wanted, name)!r} here" for name in refused
        )
        raise BadRequest(f"{folder} holds another run: {said}")
    for name in sorted(DIFFER_WITH_A_WARNING.intersection(differing)):
        warnings.warn(f"{name} is not what {folder} was begun with; its header keeps the first", stacklevel=3)
    return begun
