"""From run folders to one HTML file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tuili.errors import BadRequest
from tuili.evaluation.claims import words
from tuili.evaluation.claims.published import Cited, of_task
from tuili.evaluation.folder import open_runs, read_into
from tuili.evaluation.in_words import in_words, is_condition
from tuili.evaluation.recorded import RunColumns
from tuili.evaluation.report import numbers
from tuili.evaluation.report.card import Card, cards
from tuili.evaluation.report.explorer import Explorer, exhibits
from tuili.evaluation.report.plot import FLOPS, SAMPLES, SECONDS, TOKENS, Axis, Plot, hue, plot
from tuili.evaluation.report.reliability import reliability_plot
from tuili.evaluation.report.training import Training, training_plots
from tuili.evaluation.summary import Series, Summary, summarise


@dataclass(frozen=True, slots=True)
class Section:
    """One task on the page."""

    summary: Summary
    numbers: Mapping[str, int]
    """The number of each series: its colour and its mark."""
    overall: Sequence[Plot]
    by_level: Mapping[str, Sequence[Plot]]
    """By what lies along x."""
    reliability: Sequence[Plot]
    cards: Sequence[Card]
    differing: Sequence[tuple[str, bool]]
    """In words what the runs differ in, and whether it is a condition of the experiment."""
    claims: Sequence[Cited] | None
    """Published results on the task's problems; None where they are not asked for."""


def write_report(
    folders: Sequence[Path],
    out: Path,
    *,
    at_cost: Sequence[float] | None = None,
    baseline: str | None = None,
    claims: bool = False,
    trainings: Sequence[Training] = (),
) -> list[Summary]:
    """Writes the page and returns its numbers, one summary a task.

    at_cost, baseline: as for `summarise`. claims: beside the runs also what others report of their systems. trainings:
    how policies came to be what they are, shown first. Raises BadRequest where a folder is no graded run, or the file
    cannot be written.
    """
    explorers = []
    tasks: dict[str, list[RunColumns]] = {}
    for folder, run in open_runs(folders).items():
        explorers.append(Explorer(run.name, run.problems))
        tasks.setdefault(run.header.task, []).append(read_into(run, folder, explorers[-1].watch))
    summaries = [summarise(members, at_cost=at_cost, baseline=baseline) for members in tasks.values()]
    try:
        out.write_text(render(summaries, exhibits(explorers), claims=claims, trainings=trainings), encoding="utf-8")
    except OSError as error:
        raise BadRequest(f"cannot write {out}: {error.strerror}") from error
    return summaries


def render(
    summaries: Sequence[Summary],
    shown: Sequence[Mapping[str, Any]],
    *,
    claims: bool = False,
    trainings: Sequence[Training] = (),
) -> str:
    """The page as text. shown: the explorer's attempts. claims, trainings: as for `write_report`."""
    environment = Environment(
        loader=PackageLoader("tuili.evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"n": numbers, "hue": hue, "words": words, "raw": _raw, "embedded": _embedded}
    page = environment.get_template("page.html.jinja")
    return page.render(
        sections=[_section(summary, of_task(summary.task) if claims else None) for summary in summaries],
        trainings=trainings,
        training_plots=training_plots(trainings),
        exhibits=shown,
        steps_scored=any(score is not None for one in shown for path in one["paths"] for _, score in path["steps"]),
    )


def _section(summary: Summary, claims: Sequence[Cited] | None) -> Section:
    axes = _axes(summary.series)
    whole = [(number, series, series.points) for number, series in enumerate(summary.series)]
    by_level = {axis.title: _level_plots(summary.series, axis) for axis in axes}
    return Section(
        summary=summary,
        numbers={series.name: number for number, series in enumerate(summary.series)},
        overall=[one for axis in axes if (one := plot("", axis, whole)) is not None],
        by_level={title: plots for title, plots in by_level.items() if plots},
        reliability=[reliability_plot(result) for result in summary.verifiers],
        cards=cards(summary),
        differing=sorted(
            ((in_words(row), is_condition(row)) for row in summary.differences), key=lambda row: not row[1]
        ),
        claims=claims,
    )


def _level_plots(series: Sequence[Series], axis: Axis) -> list[Plot]:
    plots = []
    for level in sorted({level for one in series for level in one.by_level}):
        drawn = [(number, one, one.by_level[level]) for number, one in enumerate(series) if level in one.by_level]
        problems = max(points[0].accuracy.n for _, _, points in drawn)
        plots.append(plot(f"Level {level}, n = {problems}", axis, drawn, small=True))
    return [one for one in plots if one is not None]


def _axes(series: Sequence[Series]) -> tuple[Axis, ...]:
    """No FLOPs where an engine could not say how large its model is."""
    known = all(point.flops for one in series for point in one.points)
    return (*((FLOPS,) if known else ()), TOKENS, SECONDS, SAMPLES)


def _raw(name: str) -> Markup:
    """A style sheet or script, as it is."""
    return Markup(resources.files(__package__).joinpath("templates", name).read_text(encoding="utf-8"))


def _embedded(value: Any) -> Markup:
    """JSON inside a script element, where nothing may look like a tag."""
    return Markup(json.dumps(value, separators=(",", ":")).replace("<", "\\u003c"))
