"""A training run as a report shows it, from its curves: apart from them, since training needs no report."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from tuili.errors import BadRequest
from tuili.evaluation.report.training import Measured, Training
from tuili.training.curves import CURVES, RECORD, read_curves
from tuili.training.practised import Practised


def measured(folder: Path) -> Training:
    """A training run as a report shows it: its validations, after all that trainings before it had cost.

    Raises BadRequest where the folder holds none.
    """
    points: list[Measured] = []
    before = flops_before(folder)
    since: list[Practised] = []
    for point in read_curves(folder):
        since += [point.practised] if point.practised else []
        if point.validation is None:
            continue
        accuracy = {name: of for name, of in point.validation.items() if name == "all" or name.startswith("level")}
        points.append(
            Measured(
                step=point.step,
                flops=before + point.flops,
                accuracy=accuracy,
                tokens=_mean(one.tokens for one in since),
                thinking=_mean(one.thinking for one in since),
                skipped=_mean(one.skipped for one in since),
                entropy=_mean(one.trainer.get("entropy") for one in since),
            )
        )
        since = []
    if not points:
        raise BadRequest(f"{folder} holds no measurements of a training: it has no {CURVES} with a validation")
    return Training(folder.name, points)


def flops_before(folder: Path) -> float:
    """Of the trainings with curves that this one went on from, one after another, as far as they lie where it said."""
    record = folder / RECORD
    if not record.exists():
        return 0.0
    base = Path(json.loads(record.read_text())["config"]["base"])
    kind, _, step = base.name.partition("-")
    earlier, last = (base.parent, int(step)) if kind == "checkpoint" else (base, sys.maxsize)
    if not (earlier / CURVES).exists():
        return 0.0
    return max(point.flops for point in read_curves(earlier) if point.step <= last) + flops_before(earlier)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fmean(known) if known else None
