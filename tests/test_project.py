"""The project's own files keep up with the code."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def readme_tree() -> ModuleType:
    spec = importlib.util.spec_from_file_location("readme_tree", ROOT / "scripts" / "readme_tree.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_readme_shows_the_tree_as_it_is(readme_tree: ModuleType) -> None:
    readme = (ROOT / "README.md").read_text()
    assert readme_tree.tree() in readme, "run scripts/readme_tree.py"


def test_every_file_of_the_tree_says_what_it_is(readme_tree: ModuleType) -> None:
    nameless = [line for line in readme_tree.tree().splitlines() if len(line.split()) == 1 and not line.endswith("/")]
    assert nameless == []


def test_every_direct_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in project["optional-dependencies"].values() for line in extra),
    ]
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line)
    for requirement in map(Requirement, wanted):
        if requirement.name != "tuili":
            assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)])


def test_the_base_install_pulls_no_torch() -> None:
    base = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    heavy = {"torch", "numba", "transformers", "tokenizers", "accelerate", "trl", "peft"}
    assert heavy.isdisjoint(Requirement(line).name for line in base)
