"""A folder of traces: header.json says what they were made from and how, then two files of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuili.codec import encode
from tuili.errors import BadRequest
from tuili.jsonl import read_log, replace_log, write_whole
from tuili.records import RunHeader
from tuili.runs import ATTEMPTS, GRADES, HEADER

JOURNEYS, SHORTCUTS = "journeys.jsonl", "shortcuts.jsonl"
SCHEMA = 2


@dataclass(frozen=True, slots=True)
class Trace:
    """One text to learn, with the problem that it is about."""

    problem_id: str
    prompt: str
    text: str
    """All that the model is to write after the prompt: thinking and answer."""
    answer: str
    """As found in the text, and graded correct."""
    mistakes: tuple[tuple[int, int], ...]
    """Where in the text its wrong branches stand, from and to which character; none: a short solution as sampled."""


@dataclass(frozen=True, slots=True)
class Source:
    """A run that traces were made from."""

    run: str
    """Its folder."""
    digest: str
    """SHA-256 of its header, attempts and grades."""
    header: RunHeader
    held_out: Mapping[str, Any]
    """What its problems were compared with, and what was found."""


@dataclass(frozen=True, slots=True)
class TracesHeader:
    sources: tuple[Source, ...]
    parameters: Mapping[str, Any]
    counts: Mapping[str, int]
    versions: Mapping[str, str]
    commit: str | None
    created: str
    """ISO 8601, UTC."""
    schema: int = SCHEMA


def write_traces(folder: Path, header: TracesHeader, journeys: Sequence[Trace], shortcuts: Sequence[Trace]) -> None:
    """The header comes last: a folder without one is unfinished. Raises BadRequest where it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / HEADER).unlink(missing_ok=True)
    except OSError as error:
        raise BadRequest(f"cannot make the folder {folder}: {error.strerror}") from error
    replace_log(folder / JOURNEYS, journeys)
    replace_log(folder / SHORTCUTS, shortcuts)
    write_whole(folder / HEADER, [encode(header, indent=1).encode()])


def read_traces(file: Path) -> list[Trace]:
    """Raises BadRequest where it is no file of a finished folder of traces."""
    if not (file.parent / HEADER).exists():
        raise BadRequest(f"{file} stands beside no {HEADER}: it is no finished file of `tuili collect traces`")
    return list(read_log(file, Trace))


def run_digest(run: Path) -> str:
    digest = hashlib.sha256()
    for name in (HEADER, ATTEMPTS, GRADES):
        with (run / name).open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()
