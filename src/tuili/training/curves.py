"""curves.jsonl beside the checkpoints: one line a rollout, for drawing; a continued run goes on from its checkpoint."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tuili.evaluation.metrics.estimate import Estimate
from tuili.jsonl import Log, read_log, replace_log
from tuili.training.practised import Practised

CURVES = "curves.jsonl"
RECORD = "training.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    step: int
    """Updates so far."""
    flops: float
    """Of training so far: 2 x parameters x tokens for what is sampled and judged, 6 x for what is learnt from."""
    seconds: Mapping[str, float]
    """Of this rollout and its updates, by phase, in the first process."""
    practised: Practised | None = None
    """None for the point before the first update."""
    validation: Mapping[str, Estimate] | None = None
    """pass@1 on validation problems: of `all`, and by level. Of two turns it is the first's, and what
    metrics/self_correction.py says of both stands beside it."""


class Curves:
    def __init__(self, folder: Path, step: int) -> None:
        """Of a run that goes on after so many updates: later points, of a session that was killed, are dropped.

        Raises BadRequest when another process is writing them.
        """
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / CURVES
        Log(path).close()  # refused where another has it open: replacing the file would take it away from that one
        kept = [point for point in read_curves(folder) if point.step <= step]
        replace_log(path, kept)
        self.flops = kept[-1].flops if kept else 0.0
        self._log: Log[Point] = Log(path)

    def append(self, point: Point) -> None:
        self._log.append(point)

    def close(self) -> None:
        self._log.close()


def read_curves(folder: Path) -> Iterator[Point]:
    """The points of a training run. Raises BadRequest as read_log does."""
    return read_log(folder / CURVES, Point)


def in_a_line(point: Point) -> str:
    """For people who watch."""
    words = [f"step {point.step}"]
    if (made := point.practised) is not None:
        words += [
            f"right {made.parts.get('outcome', 0):.3f}",
            f"skipped {made.skipped:.0%}",
            f"tokens {made.tokens:.0f}",
        ]
        words += [f"{name} {estimate.value:.3f}" for name, estimate in (made.corrected or {}).items()]
    for name, of in (point.validation or {}).items():
        if not name.startswith("level"):
            named = "pass@1" if name == "all" else name
            words.append(f"{named} {of.value:.3f} [{of.low:.3f}, {of.high:.3f}] n={of.n}")
    seconds = ", ".join(f"{name} {value:.1f}" for name, value in point.seconds.items())
    return "  ".join([*words, f"seconds: {seconds}"])


class Phases:
    """Seconds by phase since the last call of `take`; what belongs to no phase is `update`."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._seconds: dict[str, float] = defaultdict(float)
        self._begun = clock()

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        begun = self._clock()
        try:
            yield
        finally:
            self._seconds[name] += self._clock() - begun

    def take(self) -> dict[str, float]:
        now = self._clock()
        taken = dict(self._seconds)
        taken["update"] = now - self._begun - sum(taken.values())
        self._seconds.clear()
        self._begun = now
        return {name: round(seconds, 3) for name, seconds in taken.items()}
