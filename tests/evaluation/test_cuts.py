"""Accuracy at smaller max_tokens: from lengths, from samples cut and graded again, and from real runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from synthetic import header, write_run

from tuili.errors import BadRequest
from tuili.evaluation.cuts import cut_curves
from tuili.evaluation.folder import read_run, read_runs
from tuili.evaluation.metrics.cut import accuracy_at_cuts
from tuili.evaluation.report import write_report
from tuili.grading.outcome import CORRECT
from tuili.grading.regraded import RegradedAttempt, Regrading
from tuili.jsonl import replace_log
from tuili.records import StopReason
from tuili.runs import ATTEMPTS, keep_regrade, read_attempts, replace_grades

STRATEGY = "self_consistency:n=4"


def long_run(folder: Path) -> Path:
    return write_run(
        folder, strategies={STRATEGY: (4, False)}, verifier=None, sampling={"max_tokens": 512, "temperature": 1.0}
    )


def real_run(folder: Path, long: Path, limit: int) -> Path:
    """What a model that is the same to the token would have done under the limit."""
    run = write_run(
        folder, strategies={STRATEGY: (4, False)}, verifier=None, sampling={"max_tokens": limit, "temperature": 1.0}
    )
    attempts = []
    for attempt in read_attempts(long):
        nodes = [
            node if node.tokens <= limit else replace(node, tokens=limit, stop=StopReason.LENGTH, answer=None)
            for node in attempt.nodes
        ]
        attempts.append(replace(attempt, nodes=tuple(nodes)))
    replace_log(run / ATTEMPTS, attempts)
    (run / "grades.jsonl").write_bytes((long / "grades.jsonl").read_bytes())
    return run


def regrade(run: Path, limit: int, correct: set[str]) -> None:
    """A regrade at this limit that found "right" in the cut samples of these problems, and nothing in others."""
    made = Regrading("mini", None, "mini", "lines", limit, "words", "", "", {"tuili": "0"}, None, "2030-01-01")
    folder = keep_regrade(run, f"mini-at{limit}", made)
    replace_grades(
        folder,
        [
            RegradedAttempt(
                *attempt.key,
                "right",
                tuple("right" if attempt.problem_id in correct else None for _ in attempt.nodes),
                {"right": CORRECT},
            )
            for attempt in read_attempts(run)
        ],
    )


def test_by_hand() -> None:
    correct, tokens = [[1, 1, 0, 1], [0, 0, 0, 1]], [[10, 30, 5, 20], [1, 1, 1, 31]]
    assert accuracy_at_cuts(correct, tokens, [9, 10, 20, 31]).tolist() == [
        [0, 0.25, 0.5, 0.75],
        [0, 0, 0, 0.25],
    ]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 50)), min_size=1, max_size=10))
def test_more_tokens_never_hurt_and_enough_give_the_whole_accuracy(samples: list[tuple[bool, int]]) -> None:
    correct, tokens = np.array(samples, dtype=int).T[:, None]
    found = accuracy_at_cuts(correct, tokens, range(1, 51))[0]
    assert (np.diff(found) >= 0).all()
    assert found[-1] == pytest.approx(np.mean(correct))


def test_wrong_requests_are_refused() -> None:
    with pytest.raises(BadRequest, match="at least one token"):
        accuracy_at_cuts([[1]], [[1]], [0])
    with pytest.raises(BadRequest, match="one shape"):
        accuracy_at_cuts([[1, 0]], [[1]], [1])


def test_a_run_alone_has_no_cuts(tmp_path: Path) -> None:
    assert list(cut_curves([read_run(long_run(tmp_path / "long"))])) == []


def test_a_model_that_ends_with_its_answer_is_cut_exactly(tmp_path: Path) -> None:
    """Lengths alone then say what the real run is."""
    long = long_run(tmp_path / "long")
    real = real_run(tmp_path / "short", long, 40)
    (curve,) = cut_curves(read_runs([long, real]))
    (cut,) = curve.cuts
    assert (curve.max_tokens, curve.samples, cut.max_tokens) == (512, 4, 40)
    assert cut.real is not None
    assert cut.real == cut.ended
    assert cut.difference is not None
    assert cut.difference.estimate.value == 0
    assert cut.ended.accuracy.value < curve.whole.accuracy.value
    assert cut.ended.ungraded.value > curve.whole.ungraded.value
    assert cut.regraded is None


def test_a_regrade_stands_beside_and_real_runs_are_compared_with_it(tmp_path: Path) -> None:
    long = long_run(tmp_path / "long")
    real = real_run(tmp_path / "short", long, 40)
    regrade(long, 40, correct={f"p{i}" for i in range(10)})
    regrade(long, 30, correct=set())
    (curve,) = cut_curves(read_runs([long, real]))
    at30, at40 = curve.cuts
    assert at30.real is None
    assert at30.regraded is not None
    assert at30.regraded.ungraded.value == 1
    assert at40.regraded is not None
    assert at40.real is not None
    assert at40.regraded.accuracy.value == at40.regraded.majority.value == 0.25
    assert at40.difference is not None
    assert at40.difference.estimate.value == pytest.approx(at40.real.accuracy.value - 0.25)


def test_only_runs_that_differ_in_nothing_else_are_compared(tmp_path: Path) -> None:
    long = long_run(tmp_path / "long")
    other = write_run(
        tmp_path / "other",
        strategies={STRATEGY: (4, False)},
        verifier=None,
        sampling={"max_tokens": 40, "temperature": 0.5},
    )
    assert list(cut_curves(read_runs([long, other]))) == []
    assert header((STRATEGY,), 1).sampling["max_tokens"] == 512


def test_the_page_shows_them(tmp_path: Path) -> None:
    long = long_run(tmp_path / "long")
    real = real_run(tmp_path / "short", long, 40)
    regrade(long, 40, correct={"p1"})
    write_report([long, real], tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    for said in ("With fewer tokens", "ended in time", "cut and graded again", "real run, max_tokens 40"):
        assert said in text
