"""Writes the tree of the README from what every file says of itself, so that it cannot go out of date."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("src/tuili", "benchmarks", "scripts")
SUFFIXES = (".py", ".toml", ".jinja")
START, END = "<!-- tree: scripts/readme_tree.py -->\n```\n", "```\n<!-- end of tree -->"


def summary(path: Path) -> str:
    """The first sentence of a module's docstring, or of the comment that opens any other file."""
    text = path.read_text()
    if path.suffix == ".py":
        paragraph = (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0]
    else:
        paragraph = text.partition("\n")[0].strip("{#} -")
    return " ".join(paragraph.split()).partition(". ")[0].rstrip(".")


def tree() -> str:
    return "".join(f"{line}\n" for folder in FOLDERS for line in _lines(ROOT / folder, 0))


def readme_with(tree_text: str, readme: str) -> str:
    """The README with what stands between the marks replaced."""
    before, _, rest = readme.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}{tree_text}{END}{after}"


def _lines(folder: Path, depth: int) -> Iterator[str]:
    own = folder / "__init__.py"
    name = str(folder.relative_to(ROOT)) if depth == 0 else folder.name
    yield _line(f"{name}/", summary(own) if own.is_file() else "", depth)
    entries = [entry for entry in folder.iterdir() if entry.is_dir() or entry.suffix in SUFFIXES]
    for entry in sorted(entries, key=lambda entry: (entry.is_dir(), entry.name)):
        if entry.is_file() and entry.name != "__init__.py":
            yield _line(entry.name, summary(entry), depth + 1)
        elif entry.is_dir() and any(path.suffix in SUFFIXES for path in entry.rglob("*")):
            yield from _lines(entry, depth + 1)


def _line(name: str, text: str, depth: int) -> str:
    return f"{'  ' * depth + name:<32} {text}".rstrip()


if __name__ == "__main__":
    readme = ROOT / "README.md"
    readme.write_text(readme_with(tree(), readme.read_text()))
    sys.stdout.write(tree())
