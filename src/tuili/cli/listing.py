"""tuili list: what can be named in a spec, read from the factories themselves, so that it is never out of date."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from types import NoneType
from typing import Annotated, Any, get_args, get_type_hints

import typer
from rich.table import Table

from tuili.cli.output import print_json, say, stdout


class Listed(StrEnum):
    TASKS = "tasks"
    MODELS = "models"
    STRATEGIES = "strategies"
    VERIFIERS = "verifiers"
    ENGINES = "engines"
    GRADERS = "graders"


def list_(
    what: Annotated[Listed, typer.Argument(help="What to list.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """List tasks, models, strategies, verifiers, engines or graders with their parameters."""
    rows = list(_embedded() if what is Listed.MODELS else describe(_factories(what)))
    if as_json:
        print_json({what.value: rows})
    else:
        _show(what.value, rows)
        if what is Listed.STRATEGIES:
            say("tuili: each may also have a budget of its own: budget_tokens=2000, budget_flops=1e9")


def _embedded() -> Iterator[dict[str, Any]]:
    """The models that ship with the package, named as the options that use them name them."""
    from tuili.checkpoints import titles

    named = {"policy": "mini", "sft": "mini:checkpoint=sft", "revision": "mini:checkpoint=revision"}
    for name, title in titles():
        yield {"name": named.get(name, name), "summary": title, "parameters": []}


def describe(factories: Mapping[str, Callable[..., Any]]) -> Iterator[dict[str, Any]]:
    """For each factory its name, the first line of its docstring, and its keyword-only arguments."""
    for name, factory in sorted(factories.items()):
        hints = get_type_hints(factory)
        parameters = [
            {
                "name": parameter.name,
                "type": _type_name(hints.get(parameter.name, str)),
                "required": parameter.default is inspect.Parameter.empty,
                "default": None if parameter.default is inspect.Parameter.empty else parameter.default,
            }
            for parameter in inspect.signature(factory).parameters.values()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        ]
        yield {"name": name, "summary": (inspect.getdoc(factory) or "").partition("\n")[0], "parameters": parameters}


def _factories(what: Listed) -> Mapping[str, Callable[..., Any]]:
    if what is Listed.TASKS:
        from tuili.tasks import TASKS

        return TASKS
    if what is Listed.STRATEGIES:
        from tuili.strategies import STRATEGIES

        return STRATEGIES
    if what is Listed.VERIFIERS:
        from tuili.verifiers import VERIFIERS

        return VERIFIERS
    if what is Listed.GRADERS:
        from tuili.grading import GRADERS

        return GRADERS
    from tuili.engines import ENGINES

    return ENGINES


def _type_name(hint: Any) -> str:
    """`int`, or `product | min | last`; that a parameter may be left out, its default says."""
    choices = [choice for choice in get_args(hint) if choice is not NoneType]
    if not choices:
        return getattr(hint, "__name__", str(hint))
    return " | ".join(choice if isinstance(choice, str) else _type_name(choice) for choice in choices)


def _show(title: str, rows: list[dict[str, Any]]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    table.add_column(title, no_wrap=True, style="bold")
    table.add_column("parameters", overflow="fold")
    table.add_column("what it is", overflow="fold")
    for row in rows:
        table.add_row(row["name"], "\n".join(map(_parameter, row["parameters"])), row["summary"])
    stdout.print(table, markup=False)


def _parameter(parameter: dict[str, Any]) -> str:
    """As a spec would set it to what it is by default, and its type."""
    default = parameter["default"]
    written = str(default).lower() if isinstance(default, bool) else default
    setting = "" if default is None else f"={written}"
    needed = ", required" if parameter["required"] else ", optional" if default is None else ""
    return f"{parameter['name']}{setting} ({parameter['type']}{needed})"
