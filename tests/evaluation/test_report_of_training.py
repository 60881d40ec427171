"""A training on the page: its validations against what it had cost, beside runs of the policies that it made."""

import json
import shutil
from pathlib import Path

import pytest
from synthetic import write_run
from typer.testing import CliRunner

from tuili.cli.app import app
from tuili.errors import BadRequest
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.report.training import training_plots
from tuili.training.curves import Curves, Point
from tuili.training.measured import measured
from tuili.training.practised import Practised


def practised(tokens: float, thinking: float | None) -> Practised:
    trainer = {"entropy": tokens / 100}
    return Practised(
        reward=0.5,
        parts={"outcome": 0.5},
        tokens=tokens,
        thinking=thinking,
        skipped=0.25,
        ungraded=0.0,
        truncated=0.0,
        trainer=trainer,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Validated before the first update and after the second and fourth; two turns were measured too."""
    curves = Curves(tmp_path / "long-run", 0)
    for step in range(5):
        accuracy = 0.5 + step / 20
        validation = {name: Estimate(accuracy, accuracy - 0.1, accuracy + 0.1, n) for name, n in GROUPS.items()}
        curves.append(
            Point(
                step=step,
                flops=step * 1e12,
                seconds={},
                practised=practised(10.0 * step, None) if step else None,
                validation=validation if step % 2 == 0 else None,
            )
        )
    curves.close()
    return tmp_path / "long-run"


GROUPS = {"accuracy@t2": 40, "all": 40, "level 1": 30}


def test_what_was_practised_since_the_last_validation_is_averaged(folder: Path) -> None:
    training = measured(folder)
    assert [(one.step, one.flops, one.tokens) for one in training.measured] == [
        (0, 0, None),
        (2, 2e12, 15),
        (4, 4e12, 35),
    ]
    assert [one.entropy for one in training.measured] == [None, pytest.approx(0.15), pytest.approx(0.35)]
    assert {one.thinking for one in training.measured} == {None}
    assert training.groups == ["all", "level 1"]


def test_a_training_that_goes_on_from_a_checkpoint_begins_where_that_one_was(tmp_path: Path, folder: Path) -> None:
    """From the third update of one, and that from the end of another, and so on; what lies elsewhere is not known."""
    (folder / "training.json").write_text(json.dumps({"config": {"base": str(tmp_path / "policy")}}))
    for name, base, before in (("second", "long-run/checkpoint-3", 3e12), ("third", "second", 7e12)):
        shutil.copytree(folder, tmp_path / name)
        (tmp_path / name / "training.json").write_text(json.dumps({"config": {"base": str(tmp_path / base)}}))
        assert [one.flops for one in measured(tmp_path / name).measured] == [before, before + 2e12, before + 4e12]


def test_there_is_a_plot_for_each_group_with_a_line_for_each_training(folder: Path) -> None:
    plots = training_plots([measured(folder), measured(folder)])
    assert [plot.title for plot in plots] == ["All problems, n = 40", "Level 1, n = 30"]
    for plot in plots:
        assert [line.number for line in plot.lines] == [1, 2]
        first, second = plot.lines[0].dots  # what cost nothing has no place on a logarithmic axis
        assert first.x < second.x
        assert first.y > second.y, "accuracy grew"


def test_the_page_shows_it_before_the_runs(tmp_path: Path, folder: Path) -> None:
    out = tmp_path / "report.html"
    arguments = ["report", str(write_run(tmp_path / "run")), "--training", str(folder), "--out", str(out)]
    assert CliRunner().invoke(app, arguments, catch_exceptions=False).exit_code == 0
    page = out.read_text()
    assert page.index('id="training"') < page.index('id="results-1"')
    assert "long-run, all: 60.0\u2009% (50.0–70.0), 2·10¹² FLOPs" in page


def test_a_folder_without_curves_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"curves\.jsonl"):
        measured(tmp_path)
