"""The four walls of the design, read off the source: who may import whom, who may charge, what loads torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
BLIND = ("strategies", "verifiers", "solver", "effort", "serving", "engines")
"""Rooms that must not be able to reach a gold answer."""
GOLD = ("tasks", "grading", "mini")
"""Rooms that hold gold answers, or the exact checkers of the mini world."""


@cache
def modules() -> dict[str, ast.Module]:
    """The parsed source of every module of the package, by its full name."""
    found = {}
    for file in sorted(SOURCE.glob("tuili/**/*.py")):
        name = ".".join(file.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        found[name] = ast.parse(file.read_text(), filename=str(file))
    return found


def imports(tree: ast.AST) -> Iterator[str]:
    """Everything of ours that a module imports, at its top or inside a function; not what only type checkers read."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for otherwise in node.orelse:
                yield from imports(otherwise)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute, so that this graph can be read"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in modules() else str(node.module)
        else:
            yield from imports(node)


def packages(name: str) -> set[str]:
    """Those around a module, which are loaded before it."""
    return {name[:dot] for dot in range(len(name)) if name[dot] == "."}


@cache
def graph() -> dict[str, set[str]]:
    """For every module what it loads: what it imports and the packages around that, but for those it is in itself."""
    edges = {}
    for name, tree in modules().items():
        targets = {target for target in imports(tree) if target in modules()}
        edges[name] = targets | set().union(*map(packages, targets)) - packages(name) - {name}
    return edges


def room(name: str) -> str:
    return name.split(".")[1] if "." in name else ""


def loaded_by(name: str) -> set[str]:
    """Everything that importing a module can come to load."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += graph()[module] | packages(module)
    return seen


def test_the_graph_is_there() -> None:
    """The walls below would stand in an empty field too."""
    assert {"tuili.solver.driver", "tuili.strategies.best_of_n"} <= graph().keys()
    assert "tuili.ledger" in graph()["tuili.solver.driver"]
    assert "tuili.mini.puzzle" in loaded_by("tuili.mini.families")


@pytest.mark.parametrize("blind", BLIND)
def test_no_gold_answer_can_be_reached_from(blind: str) -> None:
    for name in graph():
        if room(name) == blind:
            seen = sorted(module for module in loaded_by(name) if room(module) in GOLD)
            assert not seen, f"{name} comes to load {seen}"


@pytest.mark.parametrize("blind", BLIND)
def test_nothing_is_imported_behind_the_graphs_back_in(blind: str) -> None:
    for name, tree in modules().items():
        if room(name) == blind:
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            assert not (names | attributes) & {"__import__", "import_module", "exec", "spec_from_file_location"}, name


@pytest.mark.parametrize("blind", BLIND)
def test_no_problems_can_be_made_again_in(blind: str) -> None:
    """What generates problems knows their answers."""
    for name, tree in modules().items():
        if room(name) == blind:
            assert "reasoning_gym" not in ast.unparse(tree), name


def test_only_the_solver_charges() -> None:
    for name, tree in modules().items():
        if room(name) in ("solver", "ledger"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                assert called not in ("Charge", "Ledger", "settle"), f"{name}, line {node.lineno}"


def test_the_import_graph_has_no_circle() -> None:
    """Imports inside functions count: a circle that is only put off until a call is still a circle.

    That a module's own packages are loaded before it does not, or no package could name its members.
    """
    try:
        TopologicalSorter(graph()).prepare()
    except CycleError as circle:
        pytest.fail(" → ".join(circle.args[1]))


HELP = "import sys; sys.argv = ['tuili', '--help']; from tuili.cli import main; main()"


@pytest.mark.parametrize(
    "code", ["import tuili", HELP, "import tuili.solver, tuili.runs, tuili.verifiers, tuili.engines.base"]
)
def test_no_heavy_library_is_loaded_by(code: str) -> None:
    """atexit runs after typer has ended the process in its own way."""
    report = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); " + code
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert "tuili" in loaded
    heavy = {"torch", "numba", "transformers", "datasets", "trl", "accelerate", "matplotlib", "scipy", "sklearn"}
    assert not loaded & heavy
