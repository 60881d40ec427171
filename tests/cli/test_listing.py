"""What `tuili list` says is what specs accept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import tuili


@pytest.mark.parametrize("what", ["tasks", "models", "strategies", "verifiers", "engines", "graders"])
def test_every_entry_says_what_it_is(tmp_path: Path, what: str) -> None:
    process = tuili(tmp_path, "list", what, "--json")
    assert process.returncode == 0
    rows = json.loads(process.stdout)[what]
    assert rows
    assert all(row["name"] and row["summary"] for row in rows)


def test_parameters_come_with_type_and_default(tmp_path: Path) -> None:
    rows = {
        row["name"]: row for row in json.loads(tuili(tmp_path, "list", "strategies", "--json").stdout)["strategies"]
    }
    assert rows["best_of_n"]["parameters"] == [
        {"name": "n", "type": "int", "required": False, "default": 16},
        {"name": "weighted", "type": "bool", "required": False, "default": True},
        {"name": "verdicts", "type": "needed", "required": False, "default": None},
    ]
    table = tuili(tmp_path, "list", "strategies").stdout
    assert "n=16 (int)" in table
    assert "weighted=true (bool)" in table
