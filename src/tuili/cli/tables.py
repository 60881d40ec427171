"""Results as tables on the terminal; no share without its interval and n. Loads what results are computed with."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

from rich.table import Table

from tuili.evaluation.audit import Audit
from tuili.evaluation.behaviours import Behaviours
from tuili.evaluation.regraded import StrategyRegraded
from tuili.evaluation.report.numbers import p_value, points, with_interval
from tuili.evaluation.results import StrategyResult
from tuili.evaluation.summary import Series, Summary
from tuili.evaluation.thinking import Thinking


def results_table(summary: Summary) -> Table:
    """What each strategy returned, and what a problem cost."""
    table = _table("strategy", "accuracy [95 %]", "problems", "ungraded", "tokens", "FLOPs")
    for result in summary.results:
        table.add_row(
            result.strategy,
            with_interval(result.accuracy),
            str(result.accuracy.n),
            f"{result.ungraded.value:.1%}",
            f"{result.tokens:,.0f}",
            f"{result.flops:.3g}" if result.flops else "unknown",
        )
    return table


def turns_table(result: StrategyResult) -> Table:
    """What the turns of self-correction came to, Δ in points."""
    table = _table(result.strategy, "value [95 %]", "n")
    for name, estimate in (result.by_turn or {}).items():
        shown = points(estimate) if name == "Δ" else with_interval(estimate)
        table.add_row(name, shown, str(estimate.n))
    return table


def curves_table(series: Sequence[Series], sizes: Sequence[int]) -> Table:
    """Accuracy by the number of samples, one row a strategy."""
    table = _table("", *(f"N = {size}" for size in sizes))
    for one in series:
        points = {point.k: with_interval(point.accuracy) for point in one.points}
        table.add_row(one.name, *(points.get(size, "") for size in sizes))
    return table


def audit_table(found: Audit, grader: str) -> Table:
    """How often a grader agrees with labels, and in which direction it does not."""
    table = _table(grader, "rate [95 %]", "n")
    for name, rate in (
        ("agreement with the labels", found.agreement),
        ("false accept, of answers labelled wrong", found.false_accept),
        ("false reject, of answers labelled right", found.false_reject),
    ):
        table.add_row(name, with_interval(rate), str(rate.n))
    table.add_row("ungraded, counted as not accepted", "", str(found.ungraded))
    return table


def regraded_table(one: StrategyRegraded) -> Table:
    """Accuracy under both gradings, and which outcomes are others."""
    table = _table(one.strategy, "value [95 %]", "n")
    problems = str(one.before.n)
    table.add_row("accuracy before", with_interval(one.before), problems)
    table.add_row("accuracy after", with_interval(one.after), problems)
    table.add_row("after less before, points", points(one.difference.estimate), p_value(one.difference.p_value))
    table.add_row("attempts", "", str(one.attempts))
    for move, count in one.moves.items():
        table.add_row(f"  {move}", "", str(count))
    table.add_row("  answer extracted as another text", "", str(one.read_anew))
    return table


def thinking_table(one: Thinking) -> Table:
    """Over- and underthinking of one strategy's samples."""
    table = _table(f"{one.run}: {one.strategy}", "value [95 %]", "n")
    for name, estimate in (
        ("accuracy of one sample", one.accuracy),
        ("outcome efficiency ξ_O", one.outcome_efficiency),
        ("underthinking ξ_UT", one.underthinking),
    ):
        table.add_row(name, with_interval(estimate), str(estimate.n))
    table.add_row("samples", "", str(one.samples))
    table.add_row("incorrect, with no right answer known", "", str(one.left_out))
    return table


def behaviours_table(one: Behaviours) -> Table:
    """How often one strategy's samples show each behaviour, and how much more often those are right, in points."""
    table = _table(f"{one.run}: {one.strategy}, counted {one.counted}", "value [95 %]", "n")
    for behaviour, shown in one.shown.items():
        table.add_row(f"{behaviour}, share of samples", with_interval(shown.share), str(shown.share.n))
        table.add_row("  times a sample", f"{shown.times:.2f}", "")
        for name, gap in (
            ("  right: with less without it", shown.difference),
            ("  the same within a problem", shown.difference_within),
        ):
            table.add_row(name, "–" if isnan(gap.value) else points(gap), str(gap.n))
    return table


def _table(first: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column(first, overflow="fold", min_width=20)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table
