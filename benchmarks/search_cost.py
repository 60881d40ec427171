"""What a step-by-step search costs beside its tokens: python benchmarks/search_cost.py [--model SPEC] [--workers N]

Beam search of width 4 and N = 16 and best-of-16, with tuili-mini and its process verifier, each on the same problems,
in turns; every repeat has problems of its own. Both pay for their verdicts. Verifier tokens are those that went through
its model; the whole-prefix way would have put every path that was scored through it from its first token on. The two
generate different numbers of tokens, so their times are compared for as many generated tokens. Medians over the
repeats, after a short one that warms up. On a busy machine the processor's seconds say more than those of the clock.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from multiprocessing import active_children
from os import getloadavg, sysconf
from pathlib import Path as FilePath
from statistics import median
from time import perf_counter, process_time
from typing import NamedTuple

import torch

from tuili import provenance
from tuili.engines import make_engine
from tuili.mini.splits import problems
from tuili.mini.text import prompt_of
from tuili.records import Attempt, Component, Path, Problem, Sampling
from tuili.solver import Job, Solver
from tuili.solver.workers import Workers
from tuili.steps import LINES, split_steps
from tuili.strategies import make_strategy
from tuili.verifiers import make_verifier
from tuili.verifiers.base import Verifier

BEAM, BEST = "beam_search:width=4,expand=4", "best_of_n:n=16"


class Cost(NamedTuple):
    generated: int
    verified: int
    """Tokens that went through the verifier's model."""
    whole: int
    """Those that would have, had every scored path been read from its first token on."""
    seconds: float
    processor: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--problems", type=int, default=64)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--model", default="mini", help="tuili-mini, by its spec")
    parser.add_argument("--workers", type=int, default=1, help="processes that share the problems")
    parser.add_argument("--threads", type=int, help="of torch; default: its own choice")
    options = parser.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    load = getloadavg()[0]
    puzzles = (Problem(prompt_of(puzzle), prompt_of(puzzle), "mini") for puzzle, _ in problems("validation"))
    asked = [list(islice(puzzles, options.problems)) for _ in range(options.repeats)]
    contenders = {spec: contender(spec, options.model, options.workers) for spec in (BEAM, BEST)}
    gc.freeze()  # what was loaded is no garbage, and looking through it is nobody's cost
    costs: dict[str, list[Cost]] = {spec: [] for spec in contenders}
    for repeat in (asked[0][:8], *asked):
        for spec, run in contenders.items():
            costs[spec].append(run(repeat))
    show({spec: runs[1:] for spec, runs in costs.items()}, options.problems, load)


def contender(spec: str, model: str, workers: int) -> Callable[[Sequence[Problem]], Cost]:
    verifier, strategy = make_verifier("process"), make_strategy(spec)
    alone = Solver(make_engine(model), verifier, Sampling(max_tokens=128))
    solver = Workers(alone, [strategy], workers) if workers > 1 else alone

    async def solve(asked: Sequence[Problem], attempts: list[Attempt]) -> None:
        async for attempt in solver.solve_many(Job(problem, strategy) for problem in asked):
            attempts.append(attempt)

    def run(asked: Sequence[Problem]) -> Cost:
        gc.collect()
        attempts: list[Attempt] = []  # what a coroutine returns, asyncio.run writes down to compare a signal's handler
        begun, begun_processor = perf_counter(), processor_time()
        asyncio.run(solve(asked, attempts))
        seconds, processor = perf_counter() - begun, processor_time() - begun_processor
        charges = [charge for attempt in attempts for charge in attempt.charges]
        verified = sum(charge.tokens for charge in charges if charge.component is Component.VERIFIER)
        whole = sum(whole_prefixes(attempt, verifier) for attempt in attempts)
        return Cost(sum(charge.generated_tokens for charge in charges), verified, whole, seconds, processor)

    return run


def processor_time() -> float:
    """Of this process and its workers."""
    fields = (
        FilePath(f"/proc/{worker.pid}/stat").read_text().rpartition(") ")[2].split() for worker in active_children()
    )
    return process_time() + sum(int(each[11]) + int(each[12]) for each in fields) / sysconf("SC_CLK_TCK")


def whole_prefixes(attempt: Attempt, verifier: Verifier) -> int:
    problem = Problem(attempt.problem_id, attempt.problem_id, "mini")
    tokens = 0
    for node in attempt.nodes:
        if node.verdict is not None:
            text = "".join(each.text for each in attempt.lineage(node.id))
            tokens += verifier.bound(problem, Path(text=text, stop=node.stop, steps=split_steps(text, LINES)), 0)
    return tokens


def show(costs: dict[str, list[Cost]], count: int, load: float) -> None:
    machine = provenance.machine()
    print("# What step-by-step search costs beside its tokens\n")
    print(
        f"`python benchmarks/search_cost.py`. Commit {provenance.commit()}, {datetime.now(UTC):%Y-%m-%d}, "
        f"{machine['processor']}, {machine['cores']} cores, {machine['threads']} threads, load {load:.1f} at the "
        f"start. {count} problems a repeat, {len(costs[BEAM])} repeats, medians.\n"
    )
    print("| | generated | verifier tokens | of generated | whole prefixes | of generated | seconds | processor |")
    print("|---|---|---|---|---|---|---|---|")
    for spec, runs in costs.items():
        generated, verified, whole, seconds, processor = (median(column) for column in zip(*runs, strict=True))
        print(
            f"| {spec} | {generated:.0f} | {verified:.0f} | {verified / generated:.2f} | {whole:.0f} "
            f"| {whole / generated:.2f} | {seconds:.2f} | {processor:.2f} |"
        )
    clock, processor = (ratio(costs, field) for field in ("seconds", "processor"))
    print(f"\nFor as many generated tokens, beam search takes {clock} the time of best-of-16 by the clock, and")
    print(f"{processor} by the processor.")


def ratio(costs: dict[str, list[Cost]], field: str) -> str:
    pairs = zip(costs[BEAM], costs[BEST], strict=True)
    ratios = [(getattr(beam, field) / beam.generated) / (getattr(best, field) / best.generated) for beam, best in pairs]
    return f"{median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f})"


if __name__ == "__main__":
    main()
