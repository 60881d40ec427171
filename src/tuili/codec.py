"""Records ↔ JSON, by their type hints: frozen dataclasses, enums, tuples, mappings, and what JSON has itself."""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Decoder = Callable[[Any], Any]


def encode(record: Any, indent: int | None = None) -> str:
    """JSON, on one line unless indented; in ASCII, since a lone surrogate, which servers can send, is no UTF-8."""
    return json.dumps(record, default=_as_mapping, indent=indent, separators=None if indent else (",", ":"))


def decode(kind: type[T], text: str | bytes) -> T:
    """The record that was encoded. Raises ValueError when text is no JSON or does not fit the type."""
    record: T = _decoder(kind)(json.loads(text))
    return record


def convert(hint: Any, value: Any) -> Any:
    """Parsed JSON or TOML as a value of a type. Raises ValueError where it does not fit."""
    return _decoder(hint)(value)


def _build(hint: Any) -> Decoder:
    """What turns parsed JSON into a value of this type. Strict: a field that is unknown is refused, not dropped."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return lambda value: value
    if origin in (Union, types.UnionType):
        return _optional(_decoder(next(part for part in arguments if part is not types.NoneType)))
    if origin is tuple:
        return _sequence(_decoder(arguments[0])) if arguments[1:] == (...,) else _fixed(list(map(_decoder, arguments)))
    if origin is Literal:
        return _one_of(arguments)
    if origin is Mapping:
        return _mapping(_decoder(arguments[1]))
    return _record(hint) if is_dataclass(hint) else hint if issubclass(hint, StrEnum) else _plain(hint)


_decoder: Callable[[Any], Decoder] = cache(_build)


def _as_mapping(record: Any) -> dict[str, Any]:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _plain(kind: type) -> Decoder:
    def convert(value: Any) -> Any:
        if value.__class__ is kind:
            return value
        if kind is float and value.__class__ is int:
            return float(value)
        raise ValueError(f"{value!r} is not {kind.__name__}")

    return convert


def _one_of(words: tuple[Any, ...]) -> Decoder:
    def convert(value: Any) -> Any:
        if value in words:
            return value
        raise ValueError(f"{value!r} is none of {', '.join(map(str, words))}")

    return convert


def _optional(inner: Decoder) -> Decoder:
    return lambda value: None if value is None else inner(value)


def _sequence(inner: Decoder) -> Decoder:
    return lambda value: tuple(map(inner, _expect(list, value)))


def _fixed(inner: list[Decoder]) -> Decoder:
    return lambda value: tuple(convert(item) for convert, item in zip(inner, _expect(list, value), strict=True))


def _mapping(inner: Decoder) -> Decoder:
    return lambda value: {key: inner(item) for key, item in _expect(dict, value).items()}


def _record(kind: Any) -> Decoder:
    hints = get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(kind)}

    def convert(value: Any) -> Any:
        try:
            return kind(**{name: decoders[name](item) for name, item in _expect(dict, value).items()})
        except KeyError as unknown:
            raise ValueError(f"{kind.__name__} has no field {unknown}") from None
        except TypeError as missing:
            raise ValueError(str(missing).partition("() ")[2] or str(missing)) from None

    return convert


def _expect(kind: type[T], value: Any) -> T:
    if value.__class__ is kind:
        return value
    raise ValueError(f"{value!r} is not {kind.__name__}")
