"""Verifiers by name. Their modules load on use, so that listing them loads no torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from tuili.checkpoints import embedded
from tuili.spec import Spec, bind, full_spec
from tuili.verifiers.aggregate import Aggregate
from tuili.verifiers.base import Verifier


def process(
    name: str,
    *,
    path: str = "mini",
    aggregate: Aggregate = "product",
    neutral: Literal["good", "bad"] = "good",
    history: bool = False,
    batch_tokens: int = 8192,
    cache_gib: float = 1.0,
) -> Verifier:
    """A process reward model: one score a step. path: a checkpoint folder, or `mini` for the embedded one.

    history: show it the earlier attempts that a revision was shown, as a verifier trained on such should be.
    """
    from tuili.verifiers.process import ProcessVerifier

    where = _where(path, "process")
    return ProcessVerifier(
        name,
        path=where,
        aggregate=aggregate,
        neutral=neutral,
        history=history,
        batch_tokens=batch_tokens,
        cache_gib=cache_gib,
    )


def outcome(
    name: str, *, path: str = "mini", history: bool = False, batch_tokens: int = 8192, cache_gib: float = 1.0
) -> Verifier:
    """An outcome reward model: one score a solution. path: a checkpoint folder, or `mini` for the embedded one.

    history: as for a process verifier.
    """
    from tuili.verifiers.outcome import OutcomeVerifier

    where = _where(path, "outcome")
    return OutcomeVerifier(name, path=where, history=history, batch_tokens=batch_tokens, cache_gib=cache_gib)


def confidence(name: str, *, measure: Literal["lowest", "mean"] = "lowest") -> Verifier:
    """The generator's own token probabilities: free, and only as honest as the generator."""
    from tuili.verifiers.confidence import ConfidenceVerifier

    return ConfidenceVerifier(name, measure=measure)


VERIFIERS: Mapping[str, Callable[..., Verifier]] = {
    "process": process,
    "outcome": outcome,
    "confidence": confidence,
}


def make_verifier(text: str) -> Verifier:
    """The verifier that a spec names. Raises BadRequest for an unknown name, parameter or checkpoint."""
    spec = Spec.parse(text)
    factory, arguments = bind("verifier", spec, VERIFIERS)
    verifier: Verifier = factory(full_spec(spec.name, arguments), **arguments)
    return verifier


def _where(path: str, kind: str) -> str:
    return str(embedded(kind)) if path == "mini" else path
