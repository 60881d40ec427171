"""One RL step on TRL's trainer, with tuili's rollouts and with TRL's own: python benchmarks/rl_step.py [--base FOLDER]

Both take the same problems, sample as many completions at temperature 1 up to the same limit, reward them with the
same function and make one update. Rounds alternate between the two, so that a machine that slows down slows both; the
figures are medians over all steps but the first of each round. TRL's way is its trainer as it comes: transformers'
generate, padded rows, all groups in the update.
"""

from __future__ import annotations

import tempfile
import time
from argparse import ArgumentParser
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from statistics import median

import torch
from trl import GRPOTrainer

from tuili.checkpoints import embedded
from tuili.provenance import commit, machine, versions
from tuili.training.curves import read_curves
from tuili.training.policy_trainer import PolicyTrainer
from tuili.training.rl import RlConfig, make_trainer

PHASES = ("rollout", "reward", "update")


class Stock(PolicyTrainer):
    """TRL's trainer: of ours it keeps the rewards, the problems and the clock."""

    _generate_and_score_completions = GRPOTrainer._generate_and_score_completions
    _get_per_token_logps_and_entropies = GRPOTrainer._get_per_token_logps_and_entropies


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--base", default=str(embedded("sft")))
    parser.add_argument("--problems", type=int, default=32)
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--max-tokens", type=int, default=160)
    parser.add_argument("--steps", type=int, default=4, help="of each round; the first is not counted")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--processor-time", action="store_true", help="for a machine that is busy with other work")
    options = parser.parse_args()
    if options.processor_time:
        PolicyTrainer.clock = time.process_time
    torch.set_num_threads(options.threads)

    seconds: dict[str, dict[str, list[float]]] = {"tuili": defaultdict(list), "TRL": defaultdict(list)}
    for number in range(options.rounds):
        for name, kind, rollouts in (("tuili", PolicyTrainer, "engine"), ("TRL", Stock, "transformers")):
            with tempfile.TemporaryDirectory() as folder:
                config = RlConfig(
                    output=folder,
                    base=options.base,
                    steps=options.steps,
                    processes=1,
                    problems=options.problems,
                    samples=options.samples,
                    max_tokens=options.max_tokens,
                    rollouts=rollouts,  # type: ignore[arg-type]
                    muon_lr=0.0,
                    adamw_lr=1e-4,
                    warmup_steps=0,
                    save_steps=options.steps + 1,
                    validation_limit=1,
                    validation_samples=1,
                    validation_steps=options.steps + 1,
                    seed=number,
                )
                with closing(make_trainer(config, kind)) as trainer:
                    trainer.train()
                for point in list(read_curves(Path(folder)))[2:]:
                    for phase in PHASES:
                        seconds[name][phase].append(point.seconds.get(phase, 0.0))
                    seconds[name]["step"].append(sum(point.seconds.get(phase, 0.0) for phase in PHASES))
    what = "processor seconds" if options.processor_time else "seconds"
    show(seconds, options.problems * options.samples, options.threads, what)


def show(seconds: dict[str, dict[str, list[float]]], completions: int, threads: int, what: str) -> None:
    print(f"{completions} completions a step, {threads} threads, {machine()['processor']}, {commit()}, {versions()}\n")
    print(f"| {what} | tuili | TRL | ratio |\n|---|---|---|---|")
    for phase in (*PHASES, "step"):
        own, other = (median(seconds[name][phase]) for name in ("tuili", "TRL"))
        print(f"| {phase} | {own:.2f} | {other:.2f} | {own / other:.2f} |")
    print(f"\nmedians of {len(seconds['TRL']['step'])} steps each")


if __name__ == "__main__":
    main()
