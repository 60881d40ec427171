"""Listings and the help of a command answer at once, as `tuili --help` does: nothing heavy is loaded."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROBE = """
import sys
sys.argv = ["tuili", *{arguments!r}]
from tuili.cli import main
try:
    main()
except SystemExit as end:
    assert end.code in (0, None), end.code
heavy = {{"torch", "numba", "transformers", "sympy", "matplotlib", "datasets", "pyarrow"}} & set(sys.modules)
assert not heavy, heavy
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["eval", "--help"],
        ["claims"],
        *(["list", what] for what in ("tasks", "models", "strategies", "verifiers", "engines")),
    ],
)
def test_nothing_heavy_is_loaded(arguments: list[str]) -> None:
    subprocess.run([sys.executable, "-c", PROBE.format(arguments=arguments)], check=True, stdout=subprocess.DEVNULL)
