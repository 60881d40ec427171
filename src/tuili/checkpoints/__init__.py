"""The checkpoints that ship inside the package: tuili-mini's policies and their verifiers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tuili.errors import BadRequest

HERE = Path(__file__).parent


def embedded(name: str) -> Path:
    """The folder of an embedded checkpoint, such as policy or process. Raises BadRequest when it is not there."""
    folder = HERE / name
    if not (folder / "config.json").is_file():
        raise BadRequest(f"this installation has no embedded checkpoint {name!r}")
    return folder


def titles() -> Iterator[tuple[str, str]]:
    """(name, title of its model card) of every embedded checkpoint; "" where it has no card."""
    for config in sorted(HERE.glob("*/config.json")):
        card = config.with_name("README.md")
        lines = card.read_text().splitlines() if card.is_file() else []
        yield config.parent.name, next((line.removeprefix("# ") for line in lines if line.startswith("# ")), "")
