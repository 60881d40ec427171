"""The local engine against transformers' generate: python benchmarks/engine.py [--model FOLDER] [--repeats 5]

Both sample the same number of answers to the same tuili-mini problems at temperature 1, in turns, on this machine;
every repeat has problems of its own.
Useful tokens are those up to the end of each answer. The table gives medians over the repeats; the ratio is to
transformers at its own best batch size. Overhead is the share of the time outside the model's forward passes: of the
engine alone, and of engine and solver together. What samples of a problem have in common goes through the model once
here, and once for each of them in transformers. Workers are the processes among which `tuili eval` shares a small
model's problems. Then 512 seeds are sampled one row at a time and 256 rows at a time, and identical texts are counted.
"""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Callable, Coroutine, Sequence
from itertools import islice
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import torch
from rich.console import Console
from rich.table import Table
from transformers import AutoModelForCausalLM, AutoTokenizer

from tuili.checkpoints import embedded
from tuili.engines.base import Sampled
from tuili.engines.local.engine import LocalEngine
from tuili.mini.splits import problems
from tuili.records import Path, Problem, Sampling
from tuili.solver import Job, Solver
from tuili.solver.seeds import path_seed
from tuili.solver.workers import Workers, suggested
from tuili.steps import LINES
from tuili.strategies import Strategy, make_strategy
from tuili.tasks.mini import item_of

SAMPLES = 16
"""Answers to each problem."""
GENERATE_ROWS = (16, 64, 256, 512)
"""Batch sizes for transformers."""


class Timing(NamedTuple):
    tokens: int
    seconds: float
    overhead: float | None = None


class Workload(NamedTuple):
    model: str
    problems: Sequence[Sequence[Problem]]
    """For each repeat."""
    sampling: Sampling


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="a folder with a checkpoint of tuili-mini's kind; default: the embedded one")
    parser.add_argument("--problems", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--max-tokens", type=int, default=128)
    options = parser.parse_args()
    puzzles = (item_of(puzzle, answer).problem for puzzle, answer in problems("validation"))
    # the first repeat warms up
    asked = [list(islice(puzzles, options.problems)) for _ in range(options.repeats + 1)]
    sampling = Sampling(max_tokens=options.max_tokens, resumable=False)
    work = Workload(options.model or str(embedded("policy")), asked, sampling)
    show(measure(work))
    same, total = identical(work)
    Console().print(f"identical texts at batch 1 and batch 256: {same} of {total} ({same / total:.2%})")


def measure(work: Workload) -> dict[str, list[Timing]]:
    """Of each contender, in turns."""
    contenders: dict[str, Callable[[int], Timing]] = {
        "local": local(work),
        "local under the solver": solver(work),
        "local in workers": workers(work),
    }
    contenders |= {f"generate, {rows} rows at once": generate(work, rows) for rows in GENERATE_ROWS}
    timings: dict[str, list[Timing]] = {name: [] for name in contenders}
    for repeat in range(len(work.problems)):
        for name, run in contenders.items():
            timings[name].append(run(repeat))
    return {name: runs[1:] for name, runs in timings.items()}


def local(work: Workload) -> Callable[[int], Timing]:
    engine = LocalEngine("local", work.model, LINES)

    async def sample(repeat: int) -> int:
        sampled = await sample_all(engine, work, repeat)
        return sum(completion.tokens for each in sampled for completion in each.completions)

    return lambda repeat: timed(engine, sample(repeat))


def solver(work: Workload) -> Callable[[int], Timing]:
    engine = LocalEngine("local", work.model, LINES)
    strategy = make_strategy(f"self_consistency:n={SAMPLES}")

    return lambda repeat: timed(engine, solve(Solver(engine, sampling=work.sampling), strategy, work.problems[repeat]))


def workers(work: Workload) -> Callable[[int], Timing]:
    alone = Solver(LocalEngine("local", work.model, LINES), sampling=work.sampling)
    strategy = make_strategy(f"self_consistency:n={SAMPLES}")
    shared = Workers(alone, [strategy], suggested(alone))

    def run(repeat: int) -> Timing:
        begun = perf_counter()
        return Timing(asyncio.run(solve(shared, strategy, work.problems[repeat])), perf_counter() - begun)

    return run


async def solve(solver: Solver | Workers, strategy: Strategy, asked: Sequence[Problem]) -> int:
    """How many tokens were generated."""
    attempts = [attempt async for attempt in solver.solve_many(Job(problem, strategy) for problem in asked)]
    return sum(charge.generated_tokens for attempt in attempts for charge in attempt.charges)


def timed(engine: LocalEngine, work: Coroutine[Any, Any, int]) -> Timing:
    """Work that returns how many tokens it generated."""
    inside, begun = engine.meter.seconds, perf_counter()
    tokens = asyncio.run(work)
    seconds = perf_counter() - begun
    return Timing(tokens, seconds, 1 - (engine.meter.seconds - inside) / seconds)


async def sample_all(engine: LocalEngine, work: Workload, repeat: int) -> list[Sampled]:
    async def sample(problem: Problem) -> Sampled:
        seeds = [path_seed(0, problem.id, (child,)) for child in range(SAMPLES)]
        return await engine.sample(problem, Path(), seeds=seeds, sampling=work.sampling)

    return await asyncio.gather(*map(sample, work.problems[repeat]))


def generate(work: Workload, rows: int) -> Callable[[int], Timing]:
    model = AutoModelForCausalLM.from_pretrained(work.model, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(work.model, padding_side="left")

    def run(repeat: int) -> Timing:
        torch.manual_seed(repeat)
        asked = [problem.prompt for problem in work.problems[repeat] for _ in range(SAMPLES)]
        chats = [[{"role": "user", "content": prompt}] for prompt in asked]
        prompts = tokenizer.apply_chat_template(chats, tokenize=False, add_generation_prompt=True)
        begun, tokens = perf_counter(), 0
        for start in range(0, len(prompts), rows):
            given = tokenizer(
                prompts[start : start + rows], return_tensors="pt", padding=True, add_special_tokens=False
            )
            written = model.generate(
                input_ids=given["input_ids"],
                attention_mask=given["attention_mask"],
                do_sample=True,
                top_k=0,
                max_new_tokens=work.sampling.max_tokens,
            )[:, given["input_ids"].shape[1] :]
            ended = (written == tokenizer.eos_token_id).int().cumsum(1)
            tokens += int((ended - (written == tokenizer.eos_token_id).int() == 0).sum())
        return Timing(tokens, perf_counter() - begun)

    return run


def identical(work: Workload) -> tuple[int, int]:
    """How many texts are the same, of how many."""

    def texts(batch: int) -> list[str]:
        engine = LocalEngine("local", work.model, LINES, batch=batch)
        sampled = asyncio.run(sample_all(engine, work, 0))
        return [completion.text for each in sampled for completion in each.completions]

    pairs = list(zip(texts(1), texts(256), strict=True))
    return sum(alone == together for alone, together in pairs), len(pairs)


def show(timings: dict[str, list[Timing]]) -> None:
    speeds = {name: median(timing.tokens / timing.seconds for timing in runs) for name, runs in timings.items()}
    best = max(speed for name, speed in speeds.items() if name.startswith("generate"))
    table = Table(title=f"{os.cpu_count()} cores, {torch.get_num_threads()} threads, torch {torch.__version__}")
    for column in ("", "useful tokens", "seconds", "tokens/s", "x best generate", "overhead"):
        table.add_column(column, justify="right" if column else "left")
    for name, runs in timings.items():
        overheads = [timing.overhead for timing in runs if timing.overhead is not None]
        table.add_row(
            name,
            f"{median(timing.tokens for timing in runs):.0f}",
            f"{median(timing.seconds for timing in runs):.3f}",
            f"{speeds[name]:.0f}",
            f"{speeds[name] / best:.2f}",
            f"{median(overheads):.1%}" if overheads else "",
        )
    Console().print(table)


if __name__ == "__main__":
    main()
