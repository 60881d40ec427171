"""What runs differ in, in words: `max_tokens 2048 against 16384`."""

from __future__ import annotations

from collections.abc import Sequence

from tuili.evaluation.differences import Differing
from tuili.evaluation.naming import SPECS
from tuili.spec import Spec

CIRCUMSTANCES = frozenset({"versions", "machine", "commit"})
"""Groups of fields that nobody chose; all others are conditions of the experiment."""
NAMES = {
    "sampling": "{}",
    "versions": "version of {}",
    "machine": "machine's {}",
    "parameters": "parameters of the {}",
    "overlap": "overlap with training data, {}",
}


def in_words(row: Differing) -> str:
    """The field and every value that it has, in the order of the runs."""
    group, _, key = row.field.partition(".")
    name = NAMES.get(group, "{}").format(key or group)
    values = list(dict.fromkeys("none" if value == "-" else value for value in row.values.values()))
    if row.field in SPECS:
        name, values = _specs(name, values)
    return f"{name} {' against '.join(values)}"


def is_condition(row: Differing) -> bool:
    return row.field.partition(".")[0] not in CIRCUMSTANCES


def _specs(name: str, values: Sequence[str]) -> tuple[str, list[str]]:
    """Of specs of one name only the parameters that vary."""
    specs = [Spec.parse(value) for value in values]
    if len({spec.name for spec in specs}) > 1:
        return name, list(values)
    keys = dict.fromkeys(key for spec in specs for key in spec.parameters)
    varying = [key for key in keys if len({spec.parameters.get(key) for spec in specs}) > 1]
    said = [", ".join(f"{key}={spec.parameters.get(key, 'none')}" for key in varying) for spec in specs]
    return f"{name} {specs[0].name}:", said
