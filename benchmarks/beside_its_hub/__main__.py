"""its_hub beside tuili, on the same served model and the same verifier: the tables of benchmarks/results/its_hub.md

    python3.11 -m venv its_hub_venv && its_hub_venv/bin/pip install 'its_hub[lm]==1.2.*'
    pip install starlette uvicorn       # beside tuili[local]: for the server, which only this benchmark needs
    OMP_NUM_THREADS=1 python benchmarks/beside_its_hub --its-hub its_hub_venv/bin/python

Every method's rows are kept in a file of their own in --out: given again, the command adds only what is missing.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from time import process_time
from typing import Any

import table
import torch

from tuili.answers import final_answer
from tuili.checkpoints import embedded
from tuili.engines import make_engine
from tuili.grading import Outcome, make_grader
from tuili.mini.splits import problems
from tuili.mini.text import prompt_of
from tuili.records import AnswerKind, Attempt, Component, Problem, Sampling
from tuili.solver import Job, Solver
from tuili.steps import LINES
from tuili.strategies import make_strategy
from tuili.verifiers import make_verifier

HERE = Path(__file__).parent
ITS_HUB = {
    "SelfConsistency": (4, 16, 64),
    "AdaptiveSelfConsistency": (16, 64),
    "BestOfN": (4, 16, 64),
    "BeamSearch": (4, 8, 16, 64),
    "ParticleFiltering": (4, 16, 64),
    "EntropicParticleFiltering": (16,),
}
"""Its algorithms and the budgets that each is given."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--its-hub", required=True, help="the Python of the environment that has its_hub")
    parser.add_argument("--problems", type=int, default=200)
    parser.add_argument("--out", type=Path, default=Path("runs/beside_its_hub"))
    options = parser.parse_args()
    asked = {prompt_of(puzzle): gold for puzzle, gold in islice(problems("test"), options.problems)}
    options.out.mkdir(parents=True, exist_ok=True)
    ours = [
        recorded(options.out / f"{spec}.json", asked, tuili, spec)
        for specs in table.FAMILIES.values()
        for spec in specs
    ]
    with its_hub(options.its_hub) as run:
        pairs = [(name, budget) for name, budgets in ITS_HUB.items() for budget in budgets]
        theirs = [recorded(options.out / f"{name}-{budget}.json", asked, run, name, budget) for name, budget in pairs]
    table.show(theirs, ours, len(asked))


def recorded(file: Path, asked: dict[str, str], run: Any, *method: Any) -> dict[str, Any]:
    """What a method did on the problems asked, in earlier runs and, where they lack some, now."""
    result: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    if result.get("weights", weights()) != weights():
        sys.exit(f"{file} is of other checkpoints: name another folder with --out")
    rows = {row["problem"]: row for row in result.get("rows", ())}
    if missing := [prompt for prompt in asked if prompt not in rows]:
        more = run(missing, *method)
        rows |= {row["problem"]: graded(row, asked[row["problem"]]) for row in more["rows"]}
        spent = more["processor"] + result.get("processor", 0.0)
        result = {**more, "processor": spent, "rows": list(rows.values()), "weights": weights()}
        file.write_text(json.dumps(result))
        print(f"{file.stem}: {len(missing)} problems", file=sys.stderr)
    return {**result, "rows": [rows[prompt] for prompt in asked], "recorded": len(rows)}


@cache
def weights() -> str:
    """Which checkpoints are embedded now."""
    files = (embedded(kind) / "model.safetensors" for kind in ("sft", "process"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def graded(row: dict[str, Any], gold: str) -> dict[str, Any]:
    grade = make_grader("mini").grade(problem(row["problem"]), gold, row["answer"])
    return {**row, "right": grade.outcome is Outcome.CORRECT}


@contextmanager
def its_hub(python: str) -> Iterator[Any]:
    """Runs its algorithms, through the server, which starts when it is first needed."""
    with ExitStack() as stack:

        @cache
        def started() -> subprocess.Popen[str]:
            server = stack.enter_context(process([sys.executable, HERE / "server.py"]))
            return stack.enter_context(process([python, HERE / "client.py", read_line(server)]))

        def run(prompts: list[str], name: str, budget: int) -> dict[str, Any]:
            client = started()
            assert client.stdin is not None
            print(json.dumps({"name": name, "budget": budget, "prompts": prompts}), file=client.stdin, flush=True)
            result: dict[str, Any] = json.loads(read_line(client))
            for row in result["rows"]:
                row["answer"] = final_answer(row.pop("text"), AnswerKind.EXACT, LINES)
            return result

        yield run


@contextmanager
def process(command: Sequence[str | Path]) -> Iterator[subprocess.Popen[str]]:
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield running
    finally:
        running.terminate()
        running.wait()


def read_line(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    line = running.stdout.readline().strip()
    if not line:
        sys.exit("the server or the client has failed: see above")
    return line


@cache
def solver() -> Solver:
    torch.set_num_threads(1)
    return Solver(
        make_engine("mini:checkpoint=sft"), make_verifier("process"), Sampling(max_tokens=256, temperature=1.0)
    )


def tuili(prompts: Sequence[str], spec: str) -> dict[str, Any]:
    with_it, strategy = solver(), make_strategy(spec)

    async def solve() -> dict[str, Attempt]:
        jobs = (Job(problem(prompt), strategy) for prompt in prompts)
        return {attempt.problem_id: attempt async for attempt in with_it.solve_many(jobs)}

    begun = process_time()
    attempts = asyncio.run(solve())
    spent = process_time() - begun
    return {"method": spec, "processor": spent, "rows": [row_of(attempts[prompt]) for prompt in prompts]}


def row_of(attempt: Attempt) -> dict[str, Any]:
    generator = [charge for charge in attempt.charges if charge.component is Component.GENERATOR]
    verifier = [charge for charge in attempt.charges if charge.component is Component.VERIFIER]
    return {
        "problem": attempt.problem_id,
        "answer": attempt.answer,
        "samples": len(attempt.nodes),
        "generated": sum(charge.generated_tokens for charge in generator),
        "prompt": sum(charge.prompt_tokens for charge in generator),
        "verifier": sum(charge.tokens for charge in verifier),
    }


def problem(prompt: str) -> Problem:
    """Its id is what the server knows of it, so that both draw the same samples."""
    return Problem(prompt, prompt, "mini", AnswerKind.EXACT)


if __name__ == "__main__":
    main()
