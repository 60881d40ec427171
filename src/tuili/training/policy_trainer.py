"""TRL's GRPOTrainer with tuili's rollouts, rewards and curves; the losses stay TRL's.

What is done otherwise than there: the log-probabilities that come with the engine's samples are the behaviour
policy's, so that no pass is spent on them; groups without a difference in outcome, and completions that could not be
graded, leave the loss and its counts of tokens; and what is left goes through the model without its padding.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from accelerate.utils import gather_object
from datasets import Dataset
from torch import Tensor
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PrinterCallback, TrainerCallback
from trl import GRPOConfig, GRPOTrainer

from tuili.conversation import prompt_ids
from tuili.engines.local.text import Codec
from tuili.records import Completion, Problem
from tuili.solver.seeds import path_seed
from tuili.steps import StepFormat, split_thinking
from tuili.training.curves import Curves, Phases, Point, in_a_line
from tuili.training.lora import lora
from tuili.training.practised import Completed, Practised, completed, practised
from tuili.training.problems import Practice
from tuili.training.rewards import Reward, Rewards, finished_path, learns
from tuili.training.rollouts import Rollouts
from tuili.training.runner import optimizer
from tuili.training.unpadded import passes
from tuili.training.validation import Validation

if TYPE_CHECKING:
    from tuili.training.rl import RlConfig


class Turn(NamedTuple):
    completion: Completion
    earlier: tuple[str, ...] = ()
    """Texts of the attempts that the policy was shown before it, oldest first."""


class PolicyTrainer(GRPOTrainer):
    optimizer: torch.optim.Optimizer | None
    clock: Callable[[], float] = time.perf_counter
    """What phases are measured with."""

    def __init__(
        self,
        *,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        config: RlConfig,
        arguments: GRPOConfig,
        practice: Practice,
        rewards: Rewards,
        form: StepFormat,
        validation: Validation,
        begun: int,
    ) -> None:
        """begun: how many updates the checkpoint has that the run goes on from."""
        self._config, self._rewards, self._form, self._validation = config, rewards, form, validation
        self._codec = Codec(tokenizer)
        self._item = lru_cache(config.problems)(practice.item)
        self._known = False
        self._completed: list[Completed] = []
        self._flops = 0.0
        self._validated: Mapping[str, Any] | None = None
        self._phases = Phases(type(self).clock)
        # it would print every completion that could not be graded
        logging.getLogger("trl.trainer.grpo_trainer").setLevel(logging.ERROR)
        super().__init__(
            model=model,
            reward_funcs=self.reward,
            args=arguments,
            train_dataset=self._prompts(tokenizer),
            processing_class=tokenizer,
            peft_config=lora(config),
            rollout_func=self._roll_out if config.rollouts == "engine" else None,
            callbacks=[Milestones(self, config.validation_steps)],
        )
        self.remove_callback(PrinterCallback)
        self._parameters = sum(parameter.numel() for parameter in self.model.parameters())
        self._rollouts = Rollouts(
            self.model,
            tokenizer,
            form,
            max_tokens=config.max_tokens,
            batch=config.batch,
            cache_gib=config.cache_gib,
        )
        self._curves = Curves(Path(config.output), begun) if self.is_world_process_zero() else None
        self._flops_so_far = self._curves.flops if self._curves else 0.0

    def measured(self) -> dict[str, Any]:
        """For the record of the run."""
        return {"flops": self._flops_so_far}

    def close(self) -> None:
        """Lets another process go on with the run."""
        if self._curves:
            self._curves.close()

    def validate(self) -> None:
        with self._phases("validation"):
            self._rollouts.refresh()
            place = self.accelerator.process_index, self.accelerator.num_processes
            self._validated = self._validation(self._rollouts, self._codec, *place)

    def point(self, logs: Mapping[str, float]) -> None:
        """Writes what came since the last point; logs: what the trainer says of it."""
        made: list[Completed] = gather_object(self._completed)
        self._flops_so_far += sum(gather_object([self._flops]))
        if self._curves:
            point = Point(
                step=self.state.global_step,
                flops=self._flops_so_far,
                seconds=self._phases.take(),
                practised=self._practised(made, logs) if made else None,
                validation=self._validated,
            )
            self._curves.append(point)
            print(in_a_line(point), file=sys.stderr)
        self._completed, self._flops, self._validated = [], 0.0, None

    def reward(
        self,
        prompts: list[Any],
        completions: list[Any],
        completion_ids: list[list[int]],
        index: list[int],
        earlier: Sequence[tuple[str, ...]] | None = None,
        **_: Any,
    ) -> list[float | None]:
        """TRL's reward function: all parts in one, since TRL would take a part that is missing for 0."""
        with self._phases("reward"):
            items = [self._item(number) for number in index]
            paths = [
                finished_path(
                    item.problem,
                    self._codec.decode(tuple(ids)),
                    tuple(ids),
                    self._form,
                    ended=ids[-1] in self.eos_token_ids,
                    earlier=shown,
                )
                for item, ids, shown in zip(items, completion_ids, earlier or [()] * len(items), strict=True)
            ]
            judged = self._rewards.judged
            rewards = self._rewards(items, paths)
            if self._rewards.verifier is not None:
                self._flops += 2.0 * self._rewards.verifier.parameters * (self._rewards.judged - judged)
            totals, learnt = self._lesson(rewards)
            thinking = self._thinking([path.text for path in paths])
            self._completed += map(completed, rewards, paths, thinking, learnt)
        return totals

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        if self.optimizer is None:
            self.optimizer = optimizer(self.model, self._config)
        return self.optimizer

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """None: training.json says what was done."""

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        super().log(logs, start_time)
        if "loss" in logs:  # not so in the summary that ends training
            self.point(logs)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        with self._phases("save"):
            super()._save_checkpoint(model, trial)

    def _prompts(self, tokenizer: PreTrainedTokenizerBase) -> Dataset:
        """As many problems as training takes, made when they are asked for."""
        rollouts = self._config.steps // self._config.updates

        def prompts(rows: dict[str, list[int]]) -> dict[str, list[Any]]:
            texts = [self._item(number).problem.prompt for number in rows["index"]]
            if tokenizer.chat_template is None:
                return {"prompt": texts, "index": rows["index"]}
            return {"prompt": [[{"role": "user", "content": text}] for text in texts], "index": rows["index"]}

        indices = [index for index in range(rollouts * self._config.problems) for _ in range(self._config.turns)]
        return Dataset.from_dict({"index": indices}).with_transform(prompts)

    def _lesson(self, rewards: Sequence[Reward]) -> tuple[list[float | None], list[bool]]:
        """For each completion of a rollout what is maximised, None for no reward, and whether it is learnt from."""
        learnt = learns([reward.outcome for reward in rewards], self._config.samples)
        return [reward.total for reward in rewards], learnt

    def _practised(self, made: Sequence[Completed], logs: Mapping[str, float]) -> Practised:
        """made: those of all processes since the last point."""
        return practised(made, self._config.samples, logs)

    def _roll_out(self, prompts: Sequence[str | list[dict[str, str]]], _: GRPOTrainer) -> dict[str, list[Any]]:
        """TRL's rollout function: one completion for each of the prompts, those of a group one after another."""
        samples, first = self._config.samples, self.accelerator.process_index * len(prompts)
        asked = [prompt if isinstance(prompt, str) else prompt[-1]["content"] for prompt in prompts[::samples]]
        seeds = [
            path_seed(self._config.seed, str(self.state.global_step), (first + row,)) for row in range(len(prompts))
        ]
        with self._phases("rollout"):
            self._rollouts.refresh()
            before = self._rollouts.tokens
            made = self._sampled(
                [Problem("", text, "") for text in asked],
                [seeds[row : row + samples] for row in range(0, len(prompts), samples)],
            )
            self._flops += 2.0 * self._parameters * (self._rollouts.tokens - before)
        self._known = self._config.updates > 1
        return {
            "prompt_ids": [
                prompt_ids(self._tokenizer, asked[row // samples], turn.earlier) for row, turn in enumerate(made)
            ],
            "completion_ids": [list(turn.completion.token_ids) for turn in made],
            "logprobs": [list(turn.completion.logprobs) for turn in made],
            "earlier": [turn.earlier for turn in made],
        }

    def _sampled(self, problems: Sequence[Problem], seeds: Sequence[Sequence[int]]) -> list[Turn]:
        """A completion of each group's problem for each of its seeds, one group after another."""
        return [Turn(completion) for group in self._rollouts.sample(problems, seeds) for completion in group]

    def _generate_single_turn(self, *arguments: Any, **more: Any) -> Any:
        """Where something else than the engine samples."""
        with self._phases("rollout"):
            return super()._generate_single_turn(*arguments, **more)

    def _generate_and_score_completions(self, inputs: list[dict[str, Any]]) -> dict[str, Any]:
        batch: dict[str, Any] = super()._generate_and_score_completions(inputs)
        if self._config.rollouts != "engine":
            self._flops += 2.0 * self._parameters * float(batch["prompt_mask"].sum() + batch["completion_mask"].sum())
        learnt = [one.learnt for one in self._completed[-len(inputs) :]]
        kept = torch.tensor(learnt, device=batch["completion_mask"].device)[:, None]
        batch["completion_mask"] = batch["completion_mask"] * kept
        batch["num_items_in_batch"] = self.accelerator.gather(batch["completion_mask"].sum()).sum()
        if self._config.rollouts == "engine":
            batch["old_per_token_logps"] = batch["sampling_per_token_logps"] * kept
        return batch

    def _get_per_token_logps_and_entropies(  # noqa: PLR0917
        self,
        model: Any,
        input_ids: Tensor,
        attention_mask: Tensor,
        logits_to_keep: int,
        batch_size: int | None = None,
        compute_entropy: bool = False,
        **_: Any,
    ) -> tuple[Tensor, Tensor | None, None]:
        logps = torch.zeros(len(input_ids), logits_to_keep, device=input_ids.device)
        if self._known:  # TRL asks for the behaviour policy's first of all: those of the samples take their place
            self._known = False
            return logps, None, None
        entropies = logps.clone() if compute_entropy else None
        for part in passes(input_ids, attention_mask, logits_to_keep):
            self._flops += (6.0 if torch.is_grad_enabled() else 2.0) * self._parameters * part.tokens
            with self.accelerator.autocast():
                outputs = model(input_ids=part.ids, labels=part.labels, fused_lm_head=True)
            scored = part.labels[:, 1:] >= 0
            logps = logps.index_put((part.rows, part.columns), outputs.log_probs[scored])
            if entropies is not None:
                entropies = entropies.index_put((part.rows, part.columns), outputs.entropy[scored])
        return logps, entropies, None

    def _thinking(self, texts: list[str]) -> list[int | None]:
        """How many tokens of each are thinking; None where the format does not mark it."""
        if self._form.end_of_thinking is None:
            return [None] * len(texts)
        thoughts = [split_thinking(text, self._form)[0] for text in texts]
        return [len(ids) for ids in self._tokenizer(thoughts, add_special_tokens=False)["input_ids"]]


class Milestones(TrainerCallback):
    """Validates before the first update, every so many updates and after the last."""

    def __init__(self, trainer: PolicyTrainer, every: int) -> None:
        self.trainer, self.every = trainer, every

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step == 0:
            self.trainer.validate()
            self.trainer.point({})

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step % self.every == 0 or state.global_step == state.max_steps:
            self.trainer.validate()
