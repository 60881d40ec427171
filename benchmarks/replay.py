"""Recorded solutions of real models evaluated, voted, compared and reported with no model, for results/replay.md.

    python benchmarks/replay.py FOLDER --gsm8k test.jsonl example_model_solutions.jsonl
    python benchmarks/replay.py FOLDER --mmlu_pro computer_science.jsonl cs_outputs.jsonl

For every model FOLDER gets a recording that `replay` reads and the run folder that `tuili eval` makes of it; then one
of all models' outputs as one model's samples, for voting; then report.html over all of these. GSM8K's file of example
solutions has a row for each problem of the test file, {SYSTEM: {solution, is_correct}}; that of MMLU-Pro's outputs has
model, question_id, model_output, pred and gold.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from tuili.evaluation.folder import read_run
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.paired import paired_difference
from tuili.evaluation.recorded import Mark, RunColumns
from tuili.evaluation.results import strategy_results
from tuili.grading.graded import AttemptGrades
from tuili.runs import read_attempts, read_grades
from tuili.tasks.rows import Row, file_rows

TUILI = Path(sys.executable).with_name("tuili")
LONGEST = 100_000
"""max_tokens: nothing that was recorded is cut."""
POOL = "all"


@dataclass(frozen=True, slots=True)
class Output:
    """What one model wrote, and what its data set says of that."""

    model: str
    problem_id: str
    text: str
    right: bool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    for task in SOURCES:
        parser.add_argument(f"--{task}", nargs=2, type=Path, metavar=("PROBLEMS", "OUTPUTS"))
    arguments = parser.parse_args()
    for task, read in SOURCES.items():
        if files := getattr(arguments, task):
            data, outputs = files
            replay(task, data.resolve(), list(read(file_rows(outputs, "see --help"))), arguments.folder / task)


def gsm8k(rows: Iterable[Row]) -> Iterator[Output]:
    """The rows are those of the test file, in its order."""
    for row in rows:
        for model, one in row.values.items():
            if isinstance(one, dict):
                yield Output(model, f"gsm8k/{row.number}", one["solution"], one["is_correct"])


def mmlu_pro(rows: Iterable[Row]) -> Iterator[Output]:
    for row in rows:
        right = row.optional("pred") == row.text("gold")
        yield Output(row.text("model"), f"mmlu_pro/{row.text('question_id')}", row.text("model_output"), right)


SOURCES = {"gsm8k": gsm8k, "mmlu_pro": mmlu_pro}


def replay(task: str, data: Path, outputs: Sequence[Output], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    models = list(dict.fromkeys(output.model for output in outputs))
    for model in models:
        record(folder, model, [output for output in outputs if output.model == model])
    record(folder, POOL, outputs)
    started = perf_counter()
    for name in [*models, POOL]:
        evaluate(task, data, folder, name, votes=len(models) if name == POOL else 1)
    evaluated = perf_counter()
    tuili("report", *(folder / name for name in [*models, POOL]), "--out", folder / "report.html")
    print(
        f"\n## {task}, {len(models)} models\n\n{2 * len(outputs)} gradings in {evaluated - started:.0f} s, "
        f"report in {perf_counter() - evaluated:.0f} s.\n"
    )
    runs = {name: read_run(folder / name) for name in [*models, POOL]}
    accuracies(runs, outputs, len(models))
    paired({model: correct(runs[model]) for model in models})
    disagreements(folder, outputs)


def record(folder: Path, name: str, outputs: Iterable[Output]) -> None:
    samples: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for output in outputs:
        samples[output.problem_id].append({"text": output.text})
    lines = (json.dumps({"problem_id": problem, "samples": texts}) + "\n" for problem, texts in samples.items())
    (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")


def evaluate(task: str, data: Path, folder: Path, name: str, *, votes: int) -> None:
    strategy = "chain_of_thought" if votes == 1 else f"self_consistency:n={votes}"
    model = f"replay:{folder / name}.jsonl"
    options = ("--strategy", strategy, "--max-tokens", str(LONGEST), "--out", folder / name)
    tuili("eval", task, "--data", data, "--model", model, *options)


def tuili(*arguments: str | Path) -> None:
    subprocess.run([TUILI, *arguments], check=True, stdout=subprocess.DEVNULL)


def accuracies(runs: Mapping[str, RunColumns], outputs: Sequence[Output], votes: int) -> None:
    right = Counter(output.model for output in outputs if output.right)
    print("| outputs of | accuracy | n | ungraded | the file's own labels |\n|---|---|---|---|---|")
    for name, run in runs.items():
        (result,) = strategy_results(run)
        what = f"majority@{votes} of all" if name == POOL else name
        n = result.accuracy.n
        label = "" if name == POOL else f"{100 * right[name] / n:.1f} %"
        print(f"| {what} | {shown(result.accuracy)} | {n} | {shown(result.ungraded)} | {label} |")


def correct(run: RunColumns) -> NDArray[np.float64]:
    """[P], in the order of the task's problems."""
    (recorded,) = run.strategies.values()
    values = np.zeros(len(run.problems))
    values[recorded.problem] = recorded.outcome == Mark.CORRECT
    return values


def paired(by_model: Mapping[str, NDArray[np.float64]]) -> None:
    """All pairs of a few models; of many, each with the next best."""
    ranked = sorted(by_model, key=lambda model: -by_model[model].mean())
    pairs = combinations(ranked, 2) if len(ranked) < 6 else pairwise(ranked)
    print("\n| paired by problem | difference | p |\n|---|---|---|")
    for better, worse in pairs:
        gap = paired_difference(by_model[better], by_model[worse])
        print(f"| {better} − {worse} | {shown(gap.estimate, sign=True)} | {gap.p_value:.4f} |")


def disagreements(folder: Path, outputs: Sequence[Output]) -> None:
    """Where a grade is not what the file says."""
    kinds: Counter[str] = Counter()
    lines = []
    for model in dict.fromkeys(output.model for output in outputs):
        labels = {output.problem_id: output for output in outputs if output.model == model}
        grades = {line.problem_id: line.grades for line in read_grades(folder / model, AttemptGrades)}
        for attempt in read_attempts(folder / model):
            output = labels[attempt.problem_id]
            grade = grades[attempt.problem_id].get(attempt.answer or "")
            found = grade.outcome.value if grade else "ungraded"
            kinds[f"labelled {'right' if output.right else 'wrong'}, {found}"] += 1
            if output.right != (found == "correct"):
                end = output.text[-80:].replace("\n", " ")
                lines.append(
                    f"- {model}, {output.problem_id}: labelled {'right' if output.right else 'wrong'}, {found}; "
                    f"answer {attempt.answer!r}, the text ends {end!r}"
                )
    print("\n| label and grade | outputs |\n|---|---|")
    for kind, count in sorted(kinds.items()):
        print(f"| {kind} | {count} |")
    print(f"\n{len(lines)} disagreements\n", *lines, sep="\n")


def shown(estimate: Estimate, sign: bool = False) -> str:
    form = "+.1f" if sign else ".1f"
    return f"{100 * estimate.value:{form}} % ({100 * estimate.low:{form}} to {100 * estimate.high:{form}})"


if __name__ == "__main__":
    main()
