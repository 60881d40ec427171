"""What to call the runs of one page: by what tells them apart, else by their folders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from tuili.errors import BadRequest
from tuili.evaluation.differences import header_differences
from tuili.records import RunHeader
from tuili.spec import Spec

CIRCUMSTANCES = ("versions", "machine", "commit", "parameters", "strategies", "problems", "limit", "overlap")
"""Fields that may differ without being what the runs are compared for."""
SPECS = ("model", "verifier")


def run_names(headers: Mapping[Path, RunHeader]) -> dict[Path, str]:
    """A name for every run folder, all of a task different: "process" and "outcome" where only the verifier differs.

    The only run of a task, or runs that their headers do not tell apart, are called after their folders. Raises
    BadRequest when two paths are one folder.
    """
    if len({folder.resolve() for folder in headers}) < len(headers):
        raise BadRequest("the same run folder is given twice")
    tasks: dict[str, dict[Path, RunHeader]] = defaultdict(dict)
    for folder, header in headers.items():
        tasks[header.task][folder] = header
    return {folder: name for members in tasks.values() for folder, name in _names(members).items()}


def _names(headers: Mapping[Path, RunHeader]) -> dict[Path, str]:
    rows = header_differences({str(folder): header for folder, header in headers.items()})
    parts = [
        _short(row.field, list(row.values.values())) for row in rows if row.field.partition(".")[0] not in CIRCUMSTANCES
    ]
    told = [", ".join(words) for words in zip(*parts, strict=True)]
    return dict(zip(headers, told if len(set(told)) == len(headers) > 1 else _folder_names(headers), strict=True))


def _folder_names(headers: Mapping[Path, RunHeader]) -> list[str]:
    folders = [folder.resolve() for folder in headers]
    own = [folder.name for folder in folders]
    return [
        name if own.count(name) == 1 else str(Path(*folder.parts[-2:]))
        for name, folder in zip(own, folders, strict=True)
    ]


def _short(field: str, values: Sequence[str]) -> list[str]:
    """Of specs only what differs: the name, or else the parameters."""
    if field not in SPECS:
        name = field.rpartition(".")[2]
        return [f"{name} {value}" for value in values]
    specs = [Spec.parse(value) for value in values]
    if len({spec.name for spec in specs}) == len(set(values)):
        return [f"no {field}" if spec.name == "-" else spec.name for spec in specs]
    keys = dict.fromkeys(key for spec in specs for key in spec.parameters)
    varying = [key for key in keys if len({spec.parameters.get(key) for spec in specs}) > 1]
    return [" ".join([spec.name, *(spec.parameters.get(key, "-") for key in varying)]) for spec in specs]
