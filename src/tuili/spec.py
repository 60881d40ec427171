"""The one syntax that names strategies, verifiers, engines and tasks: `name:key=value,key=value`.

The first parameter that a name cannot do without may be given by its value alone: `replay:runs/a` is
`replay:path=runs/a`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from tuili.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Spec:
    name: str
    parameters: Mapping[str, str]
    """A first one without its key stands under ""."""

    @classmethod
    def parse(cls, text: str) -> Spec:
        """Raises BadRequest when a parameter is not key=value or stands twice."""
        name, _, rest = text.strip().partition(":")
        parameters: dict[str, str] = {}
        for place, part in enumerate(filter(None, (part.strip() for part in rest.split(",")))):
            key, equals, value = (word.strip() for word in part.partition("="))
            if not equals and place == 0:
                key, value = "", part
            elif not equals or not key:
                raise BadRequest(f"in {text!r}, {part!r} is not key=value")
            if key in parameters:
                raise BadRequest(f"in {text!r}, {key} is given twice")
            parameters[key] = value
        return cls(name, parameters)

    def __str__(self) -> str:
        parameters = ",".join(f"{key}={value}" if key else value for key, value in self.parameters.items())
        return f"{self.name}:{parameters}" if parameters else self.name


def bind(
    kind: str, spec: Spec, factories: Mapping[str, Callable[..., Any]]
) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The factory a spec names and its keyword arguments, defaults filled in, converted by the type hints.

    A parameter of a factory is one of its keyword-only arguments. Raises BadRequest for an unknown name or
    parameter (listing the known ones), a missing parameter, or a value of the wrong type.
    """
    if spec.name not in factories:
        raise BadRequest(f"unknown {kind} {spec.name!r}; known: {', '.join(sorted(factories))}")
    factory = factories[spec.name]
    known = {
        name: parameter
        for name, parameter in inspect.signature(factory).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
    given = _named(spec, [name for name, one in known.items() if one.default is inspect.Parameter.empty])
    if unknown := [key for key in given if key not in known]:
        listed = ", ".join(sorted(known)) or "none"
        raise BadRequest(f"{kind} {spec.name} has no parameter {', '.join(unknown)}; its parameters: {listed}")
    hints = get_type_hints(factory.__init__ if inspect.isclass(factory) else factory)
    arguments: dict[str, Any] = {}
    for name, parameter in known.items():
        if name in given:
            arguments[name] = _convert(kind, spec.name, name, given[name], hints.get(name, str))
        elif parameter.default is inspect.Parameter.empty:
            raise BadRequest(f"{kind} {spec.name} needs the parameter {name}")
        else:
            arguments[name] = parameter.default
    return factory, arguments


def full_spec(name: str, arguments: Mapping[str, Any]) -> str:
    """The spec with every parameter written out, as run records keep it."""
    written = {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in arguments.items()}
    return str(Spec(name, {key: value for key, value in written.items() if arguments[key] is not None}))


def _named(spec: Spec, required: Sequence[str]) -> Mapping[str, str]:
    """The parameters by name, the first required one's too where it came without."""
    if "" not in spec.parameters:
        return spec.parameters
    if not required or required[0] in spec.parameters:
        raise BadRequest(f"in {str(spec)!r}, {spec.parameters['']!r} is not key=value")
    return {key or required[0]: value for key, value in spec.parameters.items()}


def _convert(kind: str, name: str, key: str, text: str, hint: Any) -> Any:
    optional = isinstance(hint, UnionType) or get_origin(hint) is Union  # such as int | None
    wanted = next(part for part in get_args(hint) if part is not type(None)) if optional else hint
    if get_origin(wanted) is Literal:
        if text not in (choices := get_args(wanted)):
            raise BadRequest(f"{key} of {kind} {name} must be one of {', '.join(choices)}, not {text!r}")
        return text
    try:
        if wanted is bool:
            return {"true": True, "false": False}[text.lower()]
        return wanted(text)
    except (ValueError, KeyError, TypeError):
        raise BadRequest(
            f"{key} of {kind} {name} must be {getattr(wanted, '__name__', wanted)}, not {text!r}"
        ) from None
