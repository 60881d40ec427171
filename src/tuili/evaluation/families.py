"""Which recorded strategies are one strategy at several sizes, and so one curve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from math import prod

from tuili.spec import Spec
from tuili.strategies import BUDGETS

COUNTS = ("n", "turns")
"""What says by itself how many samples there are."""
BRANCHES = ("width", "subtrees", "expand")
"""What multiplies to the number of paths a search grows at once."""
EARLY = frozenset({"batch", "confidence", "give_up"})
"""What lets a vote end before all n samples are drawn."""


def size(spec: Spec) -> int | None:
    """How many samples or paths a strategy draws; None where its parameters do not say, or it decides as it goes."""
    if decides_as_it_goes(spec):
        return None
    for count in COUNTS:
        if count in spec.parameters:
            return int(spec.parameters[count])
    branches = [int(spec.parameters[key]) for key in BRANCHES if key in spec.parameters]
    return prod(branches) if branches else None


def decides_as_it_goes(spec: Spec) -> bool:
    """Whether how many samples it draws depends on what is in them: its own budget, or a vote that ends early."""
    return not (BUDGETS.keys() | EARLY).isdisjoint(spec.parameters)


def families(strategies: Sequence[str]) -> dict[str, list[str]]:
    """Full specs by the name of their curve: `beam_search`, or `dvts (expand=2)` where that tells curves apart.

    Specs of one name are a curve along the number that takes the most values among them. Parameters that follow from
    that number (expand, where it is always the root of N) vary along the curve; any other sets curves apart.
    """
    by_name: dict[str, list[Spec]] = defaultdict(list)
    for strategy in strategies:
        spec = Spec.parse(strategy)
        by_name[spec.name].append(spec)
    found: dict[str, list[str]] = defaultdict(list)
    for name, specs in by_name.items():
        apart = _set_apart(specs)
        for spec in specs:
            said = ", ".join(f"{key}={spec.parameters.get(key, '-')}" for key in apart)
            found[f"{name} ({said})" if said else name].append(str(spec))
    return found


def _set_apart(specs: Sequence[Spec]) -> list[str]:
    """The parameters that make different curves of specs of one name."""
    keys = dict.fromkeys(key for spec in specs for key in spec.parameters)
    values = {key: {spec.parameters.get(key) for spec in specs} for key in keys}
    varying = [key for key in keys if len(values[key]) > 1]
    numbers = [key for key in varying if all(value is not None and _is_number(value) for value in values[key])]
    if not numbers:
        return varying
    along = max(numbers, key=lambda key: len(values[key]))

    def follows(key: str) -> bool:
        pairs = {(spec.parameters[along], spec.parameters.get(key)) for spec in specs}
        return len(pairs) == len(values[along])

    return [key for key in varying if key != along and not (key in numbers and follows(key))]


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
