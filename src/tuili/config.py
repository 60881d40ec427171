"""Configs: TOML files, read into frozen dataclasses, every key checked, `--set key=value` on top."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from tuili.codec import convert
from tuili.errors import BadRequest

C = TypeVar("C")


class ConfigError(BadRequest):
    """A config that cannot be used, in one sentence."""


def find_config(kind: str, name: str, shipped: Path) -> Path:
    """A config by path, or one of the shipped folder by its name without `.toml`. Raises BadRequest when neither."""
    for path in (Path(name), shipped / f"{name}.toml"):
        if path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in shipped.glob("*.toml")))
    raise BadRequest(f"no {kind} config {name}; shipped ones: {known}")


def load_config(path: Path, kind: type[C], overrides: Sequence[str]) -> C:
    """The config of a file with overrides `key=value` applied; values are written as in TOML, bare words are text."""
    if not path.is_file():
        raise ConfigError(f"no config file {path}")
    try:
        values = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from None
    for override in overrides:
        key, equals, text = override.partition("=")
        if not equals:
            raise ConfigError(f"--set takes key=value, not {override!r}")
        values[key.strip()] = _value(text.strip())
    return build(kind, values)


def build(kind: type[C], values: dict[str, Any]) -> C:
    """A config dataclass from plain values. Raises ConfigError for an unknown, missing or wrongly typed key."""
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    hints = get_type_hints(kind)
    if unknown := sorted(values.keys() - fields.keys()):
        raise ConfigError(f"unknown key {', '.join(unknown)}; known keys: {', '.join(sorted(fields))}")
    required = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    if missing := sorted(required - values.keys()):
        raise ConfigError(f"missing key {', '.join(missing)}")
    checked = {}
    for name, given in values.items():
        try:
            checked[name] = convert(hints[name], given)
        except ValueError:
            raise ConfigError(f"{name} must be {_wanted(hints[name])}, not {given!r}") from None
    return kind(**checked)


def _wanted(hint: Any) -> str:
    if get_origin(hint) is Literal:
        return f"one of {', '.join(map(str, get_args(hint)))}"
    return hint.__name__ if isinstance(hint, type) else str(hint)


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
