from dataclasses import dataclass
from pathlib import Path

import pytest

from tuili.config import ConfigError, load_config


@dataclass(frozen=True, kw_only=True)
class Example:
    output: str
    steps: int
    rate: float = 0.1


def load(tmp_path: Path, text: str, *overrides: str) -> Example:
    (tmp_path / "config.toml").write_text(text)
    return load_config(tmp_path / "config.toml", Example, list(overrides))


def test_overrides_win_over_the_file(tmp_path):
    config = load(tmp_path, 'output = "a"\nsteps = 3', "steps=5", "output=b", "rate=1")
    assert config == Example(output="b", steps=5, rate=1.0)


@pytest.mark.parametrize(
    ("text", "overrides", "message"),
    [
        ('output = "a"\nsteps = 3', ["stepz=4"], "unknown key stepz; known keys: output, rate, steps"),
        ('output = "a"', [], "missing key steps"),
        ('output = "a"\nsteps = "three"', [], "steps must be int, not 'three'"),
        ('output = "a"\nsteps = 3', ["steps"], "--set takes key=value, not 'steps'"),
        ("output = ", [], "not valid TOML"),
    ],
)
def test_a_config_that_cannot_be_used_is_refused_in_a_sentence(tmp_path, text, overrides, message):
    with pytest.raises(ConfigError, match=message):
        load(tmp_path, text, *overrides)
