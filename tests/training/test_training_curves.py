"""The curves of a run that was stopped and goes on, and what a rollout was like on the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from tuili.errors import BadRequest
from tuili.evaluation.metrics.estimate import Estimate
from tuili.training.curves import Curves, Phases, Point, read_curves
from tuili.training.practised import Completed, practised
from tuili.training.rewards import Reward


def point(step: int) -> Point:
    return Point(
        step=step, flops=100.0 * step, seconds={"rollout": 0.5}, validation={"all": Estimate(0.5, 0.4, 0.6, 10)}
    )


def test_a_continued_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    first = Curves(tmp_path, 0)
    for step in range(5):
        first.append(point(step))
    first.close()
    again = Curves(tmp_path, 2)
    assert again.flops == 200
    again.append(point(3))
    again.close()
    assert list(read_curves(tmp_path)) == [point(step) for step in range(4)]


def test_two_processes_do_not_write_the_same_curves(tmp_path: Path) -> None:
    first = Curves(tmp_path, 0)
    with pytest.raises(BadRequest, match="another process"):
        Curves(tmp_path, 0)
    first.close()


def test_what_belongs_to_no_phase_is_update() -> None:
    phases = Phases(iter([0.0, 1.0, 3.0, 10.0, 12.0]).__next__)
    with phases("rollout"):
        pass
    assert phases.take() == {"rollout": 2.0, "update": 8.0}
    assert phases.take() == {"update": 2.0}


def completed(total: float | None, outcome: float | None, learnt: bool, tokens: int = 10) -> Completed:
    return Completed(Reward(total, outcome, 1.0, 0.0, -0.5), tokens, tokens > 10, tokens - 2, learnt)


def test_means_are_over_what_they_are_of() -> None:
    mixed = [completed(1.0, 1.0, True), completed(0.0, 0.0, True, tokens=20), completed(None, None, False)]
    alike = [completed(0.5, 1.0, False)] * 3
    found = practised([*mixed, *alike], 3, {"loss": 0.1, "entropy": 0.2, "clip_ratio/region_mean": 0.3, "epoch": 1.0})
    assert found.reward == pytest.approx((1.0 + 0.0 + 3 * 0.5) / 5)
    assert found.parts == {"outcome": pytest.approx(0.8), "format": 1.0, "process": 0.0, "length": -0.5}
    assert found.tokens == pytest.approx(70 / 6)
    assert found.thinking == pytest.approx(58 / 6)
    assert found.skipped == 0.5
    assert found.ungraded == found.truncated == pytest.approx(1 / 6)
    assert found.trainer == {"loss": 0.1, "entropy": 0.2, "clipped": 0.3}
