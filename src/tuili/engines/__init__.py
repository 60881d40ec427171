"""Engines by name. Their modules load on use, so that listing them loads no torch.

`tuili.engines.scripted` is for tests and examples: its script is Python, so no spec can name it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from tuili.checkpoints import embedded
from tuili.conversation import TRY_AGAIN
from tuili.engines.base import Engine
from tuili.errors import BadRequest
from tuili.spec import Spec, bind, full_spec
from tuili.steps import FORMATS


def local(
    name: str,
    *,
    path: str,
    format: Literal["lines", "paragraphs", "plain"] = "plain",
    batch: int = 512,
    cache_gib: float = 4.0,
    threads: int | None = None,
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto",
    again: str = TRY_AGAIN,
) -> Engine:
    """Any causal language model of transformers, from a folder or a GGUF file.

    again: what it is told after each earlier attempt that it is shown, when a strategy revises.
    """
    from tuili.engines.local.engine import LocalEngine

    return LocalEngine(
        name, path, FORMATS[format], batch=batch, cache_gib=cache_gib, threads=threads, dtype=dtype, again=again
    )


def mini(
    name: str,
    *,
    checkpoint: Literal["policy", "sft", "revision"] = "policy",
    batch: int = 512,
    cache_gib: float = 2.0,
    threads: int | None = None,
) -> Engine:
    """tuili-mini, the embedded model.

    checkpoint: sft is a policy that learnt from solutions alone, policy went on to reinforcement learning, and revision
    learnt to correct an earlier attempt that it is shown.
    """
    from tuili.engines.local.engine import LocalEngine

    return LocalEngine(
        name, embedded(checkpoint), FORMATS["lines"], batch=batch, cache_gib=cache_gib, threads=threads, dtype="float32"
    )


def replay(name: str, *, path: str, format: Literal["lines", "paragraphs", "plain"] = "plain") -> Engine:
    """Recorded samples: a run folder's or a JSONL file's."""
    from tuili.engines.replay import ReplayEngine

    return ReplayEngine(name, path, FORMATS[format])


ENGINES: Mapping[str, Callable[..., Engine]] = {"local": local, "mini": mini, "replay": replay}


def format_of(model: str, said: str | None = None) -> str:
    """How a recorded model marks its thinking, a name of steps.FORMATS: as was said, else as its engine's spec says.

    Raises BadRequest for another name, and where neither says it.
    """
    if said is None:
        spec = Spec.parse(model)
        if spec.name not in ENGINES:
            raise BadRequest(
                f"how {model} marks its thinking is not known: say --format with one of {', '.join(FORMATS)}"
            )
        # mini, which has no such parameter, thinks in lines
        return str(bind("engine", spec, ENGINES)[1].get("format", "lines"))
    if said not in FORMATS:
        raise BadRequest(f"unknown format {said!r}; known: {', '.join(FORMATS)}")
    return said


def make_engine(text: str) -> Engine:
    """The engine that a spec names. Raises BadRequest for an unknown name, parameter or model."""
    spec = Spec.parse(text)
    factory, arguments = bind("engine", spec, ENGINES)
    engine: Engine = factory(full_spec(spec.name, arguments), **arguments)
    return engine
