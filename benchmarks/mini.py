"""What tuili-mini and its verifiers are worth, from recorded runs: the tables of its model cards.

    tuili eval mini --limit 1000 --verifier process --strategy best_of_n:n=64 --out runs/mini-process
    tuili eval mini --limit 1000 --verifier outcome --strategy best_of_n:n=64 --out runs/mini-outcome
    tuili eval mini:split=validation --limit 200 --verifier process --strategy best_of_n:n=16 --out runs/mini-threshold
    (each with --model mini:checkpoint=sft for the other policy)
    python benchmarks/mini.py runs/mini-process runs/mini-outcome runs/mini-threshold

Both test runs draw the same samples, so every comparison is paired. The threshold at which a step is called wrong is
chosen on validation problems.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from tuili.evaluation.folder import read_run
from tuili.evaluation.metrics.best_of_n import best_of_n_at_k
from tuili.evaluation.metrics.intervals import clustered
from tuili.evaluation.metrics.majority import majority_at_k
from tuili.evaluation.metrics.paired import paired_difference
from tuili.evaluation.metrics.pass_at_k import pass_at_k
from tuili.evaluation.metrics.processbench import NO_ERROR, best_threshold, first_below, processbench
from tuili.evaluation.metrics.weighted import weighted_at_k
from tuili.evaluation.recorded import Mark, Pools, RunColumns
from tuili.evaluation.verifier import verifier_result
from tuili.mini.puzzle import Label
from tuili.mini.text import END_OF_THINKING, judge, parse_prompt
from tuili.runs import read_attempts, read_problems

SIZES = (1, 2, 4, 8, 16, 32, 64)


def main(process: Path, outcome: Path, threshold_run: Path) -> None:
    by_process, by_outcome = read_run(process), read_run(outcome)
    policy_table(by_process)
    selection_table(by_process, by_outcome)
    for run in (by_process, by_outcome):
        result = verifier_result(run)
        assert result is not None
        within = result.auroc_within
        print(f"\n{result.verifier}: AUROC within problems {shown(within)}, pooled {result.auroc:.3f}")
    for wrong in ({Label.BAD}, {Label.BAD, Label.NEUTRAL}):
        first_wrong_step(process, threshold_run, wrong)


def pools(run: RunColumns) -> Pools:
    (recorded,) = run.strategies.values()
    assert recorded.pools is not None
    order = np.argsort(recorded.problem)
    return Pools._make(column[order] for column in recorded.pools)


def policy_table(run: RunColumns) -> None:
    correct = pools(run).outcomes == Mark.CORRECT
    n = correct.shape[1]
    at = pass_at_k(correct.sum(axis=1), n, (1, n))
    print(f"| | problems | pass@1 | pass@{n} |\n|---|---|---|---|")
    levels = np.array([problem.level for problem in run.problems])
    families = np.array([problem.tags["family"] for problem in run.problems])
    groups = {f"level {level}": levels == level for level in np.unique(levels)}
    groups |= {family: families == family for family in np.unique(families)}
    for name, chosen in {"all": np.ones(len(levels), dtype=bool), **groups}.items():
        print(f"| {name} | {chosen.sum()} | {shown(clustered(at[chosen, 0]))} | {shown(clustered(at[chosen, 1]))} |")


def selection_table(process: RunColumns, outcome: RunColumns) -> None:
    p, o = pools(process), pools(outcome)
    credit = (p.outcomes == Mark.CORRECT).astype(float)
    if not np.array_equal(p.classes, o.classes):
        sys.exit("the two runs did not draw the same samples")
    sizes = [size for size in SIZES if size <= credit.shape[1]]
    rows = {
        "pass@1": np.repeat(credit.mean(axis=1, keepdims=True), len(sizes), axis=1),
        "majority": majority_at_k(p.classes, credit, sizes),
        "ORM best-of-N": best_of_n_at_k(o.classes, credit, o.scores, sizes),
        "ORM weighted": weighted_at_k(o.classes, credit, o.scores, sizes),
        "PRM best-of-N": best_of_n_at_k(p.classes, credit, p.scores, sizes),
        "PRM weighted": weighted_at_k(p.classes, credit, p.scores, sizes),
        "oracle (pass@N)": pass_at_k(credit.sum(axis=1).astype(int), credit.shape[1], sizes),
    }
    print(f"\n| {len(credit)} problems, N = | {' | '.join(map(str, sizes))} |\n|{'---|' * (len(sizes) + 1)}")
    for name, table in rows.items():
        print(f"| {name} | {' | '.join(f'{value:.3f}' for value in table.mean(axis=0))} |")
    print(f"\n| at N = {sizes[-1]} | difference | p |\n|---|---|---|")
    for better, worse in (
        ("PRM weighted", "majority"),
        ("PRM weighted", "ORM weighted"),
        ("ORM weighted", "majority"),
        ("majority", "pass@1"),
    ):
        gap = paired_difference(rows[better][:, -1], rows[worse][:, -1])
        print(f"| {better} − {worse} | {shown(gap.estimate, sign=True)} | {gap.p_value:.4f} |")


def first_wrong_step(test: Path, validation: Path, wrong: set[Label]) -> None:
    threshold = best_threshold(*steps(validation, wrong))
    scores, first_wrong = steps(test, wrong)
    found = processbench(first_below(scores, threshold), first_wrong)
    print(
        f"\nFirst wrong step ({' or '.join(sorted(wrong))} is wrong; threshold {threshold:.3f} from validation): "
        f"F1 {100 * found.f1:.1f}, erroneous {shown(found.erroneous)}, correct {shown(found.correct)}"
    )


def steps(run: Path, wrong: set[Label]) -> tuple[list[tuple[float, ...]], list[int]]:
    """Step scores and the true first wrong step of up to four samples a problem."""
    prompts = {problem.id: problem.prompt for problem in read_problems(run)}
    scores, first_wrong = [], []
    for attempt in read_attempts(run):
        puzzle = parse_prompt(prompts[attempt.problem_id])
        assert puzzle is not None
        for node in attempt.nodes[:4]:
            thinking, marker, answer = node.text.partition(END_OF_THINKING)
            assert node.verdict is not None
            labels = judge(puzzle, thinking.splitlines(), answer if marker else None)
            scores.append(node.verdict.step_scores)
            first_wrong.append(next((i for i, label in enumerate(labels) if label in wrong), NO_ERROR))
    return scores, first_wrong


def shown(estimate: object, sign: bool = False) -> str:
    value, low, high, n = (getattr(estimate, name) for name in ("value", "low", "high", "n"))
    form = "+.3f" if sign else ".3f"
    return f"{value:{form}} [{low:{form}}, {high:{form}}] (n = {n})"


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
