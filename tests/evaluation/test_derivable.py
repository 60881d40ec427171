"""What needs no run of its own: only what the curves of what is run have points for."""

import pytest
from synthetic import write_run

from tuili.evaluation.curves import curves
from tuili.evaluation.derivable import derivable
from tuili.evaluation.folder import read_run
from tuili.evaluation.pooled import BEST, MAJORITY, WEIGHTED

SCORED, PLAIN = "best_of_n:n=16,weighted=true", "self_consistency:n=16"


@pytest.mark.parametrize(
    ("strategies", "derived"),
    [
        ([SCORED, "best_of_n:n=16,weighted=false", PLAIN, "chain_of_thought"], [1, 2, 3]),
        ([SCORED, "best_of_n:n=4,weighted=true", "self_consistency:n=4"], [2]),  # what do four verdicts cost?
        ([PLAIN, "best_of_n:n=4,weighted=true"], []),  # nothing scored the sixteen
        (["self_consistency:n=64", SCORED, PLAIN], [2]),
        ([SCORED, "best_of_n:n=5,weighted=true"], []),  # curves have no point at 5
        ([SCORED, "best_of_n:n=4,weighted=true,budget_tokens=90"], []),  # a budget depends on what was drawn
        ([PLAIN, "self_consistency:n=8,batch=2"], []),  # so does a vote that stops early
        (["chain_of_thought", "best_of_n:n=1,weighted=true"], []),
        (["dvts:subtrees=4,expand=4,rounds=40", "chain_of_thought"], []),
    ],
)
def test_what_is_derived(strategies, derived):
    assert list(derivable(strategies)) == [strategies[index] for index in derived]
    assert set(derivable(strategies).values()) <= set(strategies) - set(derivable(strategies))


def test_curves_have_a_point_for_everything_that_was_derived(tmp_path):
    asked = [SCORED, "best_of_n:n=16,weighted=false", "self_consistency:n=2", PLAIN, "chain_of_thought"]
    assert len(derivable(asked)) == len(asked) - 1
    found = {
        curve.name: curve for curve in curves(read_run(write_run(tmp_path / "run", strategies={SCORED: (16, True)})))
    }
    assert 16 in found[WEIGHTED].ks
    assert 16 in found[BEST].ks
    assert {1, 2, 16} <= set(found[MAJORITY].ks)
