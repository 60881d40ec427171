"""Supervised fine-tuning (or, from scratch, training) of a policy on right solutions, and on revisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedModel, PreTrainedTokenizerBase, set_seed

from tuili.config import ConfigError
from tuili.engines.local.loading import load as load_model
from tuili.mini.tokenizer import build_tokenizer
from tuili.tasks import load, make_task
from tuili.training.lora import LoraKeys, adapted
from tuili.training.mini_revisions import MiniRevisions
from tuili.training.mini_solutions import MiniSolutions
from tuili.training.packing import Make, PackedRows
from tuili.training.runner import MuonTrainer, Schedule, dataset_rows, train
from tuili.training.solutions import Solutions, worked_by
from tuili.training.traced import Among, traced


@dataclass(frozen=True, kw_only=True)
class SftConfig(Schedule, LoraKeys):
    """What says nothing of mini is for every task."""

    base: str = ""
    """The policy to go on from: a folder, or for another task than mini also a GGUF file. Empty, for mini: a new model
    of the shape below."""
    task: str = "mini"
    """`mini` is generated; any other task's worked solutions are taken from its rows."""
    data: str = ""
    """A file of the task's training rows; empty: the task's own."""
    hidden_size: int = 128
    layers: int = 4
    heads: int = 4
    key_value_heads: int = 2
    """Grouped-query heads: keys and values are what decoding waits for on a CPU."""
    intermediate_size: int = 384
    drills_first: float = 0.1
    """Share of training, at its start, that is drills of bare facts only."""
    drills_after: float = 0.1
    """Share of examples after that which are drills."""
    largest_size: int = 5
    """Largest size of the puzzles."""
    largest_share: float = 0.0
    """Share of puzzles that are of that size, beside those that come with all sizes alike."""
    samples: str = ""
    """A run folder: a policy's own samples on training problems, which revisions are made of."""
    revisions: float = 0.0
    """Share of examples that are right samples after wrong ones of the same problem."""
    least_earlier: int = 0
    """The fewest samples before a right one."""
    most_earlier: int = 4
    """The most samples before a right one."""
    kept: float = 0.0
    """Share, of those that are shown any, in which the last of them is the right one itself."""
    as_sampled: bool = False
    """Instead of `kept`: right as often as the samples of the puzzle are, to learn how often that is."""
    closest: bool = True
    """Whether the last of the wrong ones is the closest to the right one, or any."""
    critique: bool = False
    """Whether a revision of a wrong one begins by naming its first mistake."""
    traces: str = ""
    """A file of `tuili collect traces`, journeys or shortcuts, to learn from."""
    traced: float = 1.0
    """Share of examples that are such traces; the rest are what they would be without."""
    mistakes: bool = True
    """Whether a journey's wrong branches are learnt; else only read, and what turns back from them is learnt."""

    def __post_init__(self) -> None:
        if not 0 <= self.least_earlier <= self.most_earlier:
            raise ConfigError("least_earlier must be at least 0 and at most most_earlier")
        if self.task != "mini" and not self.base:
            raise ConfigError(f"{self.task} needs a model to go on from: base must name one")
        if self.revisions and not self.samples:
            raise ConfigError("revisions are made of samples: samples must name a run folder")


def run(config: SftConfig) -> dict[str, Any]:
    set_seed(config.seed)
    model, tokenizer, others = _mini(config) if config.task == "mini" else _task(config)
    make = _with_traces(config, tokenizer, others) if config.traces else others()
    rows = PackedRows(make, rows=dataset_rows(config), row_tokens=config.row_tokens, seed=config.seed)
    return train(MuonTrainer(model=adapted(model, config), config=config, rows=rows, tokenizer=tokenizer), config)


def _with_traces(config: SftConfig, tokenizer: PreTrainedTokenizerBase, others: Callable[[], Make]) -> Make:
    traces = traced(tokenizer, Path(config.traces), config.row_tokens, mistakes=config.mistakes)
    return Among(traces, config.traced, others()) if config.traced < 1 else traces


def _task(config: SftConfig) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, Callable[[], Make]]:
    model, tokenizer = load_model(Path(config.base), "float32")
    return model, tokenizer, partial(_solutions, config, tokenizer)


def _solutions(config: SftConfig, tokenizer: PreTrainedTokenizerBase) -> Make:
    items = load(make_task(config.task, Path(config.data) if config.data else None))
    return Solutions(tokenizer, worked_by(items), config.row_tokens)


def _mini(config: SftConfig) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, Callable[[], Make]]:
    tokenizer = build_tokenizer()
    model = LlamaForCausalLM.from_pretrained(config.base) if config.base else _new_model(config, tokenizer)
    return model, tokenizer, partial(_examples, config, tokenizer)


def _examples(config: SftConfig, tokenizer: PreTrainedTokenizerBase) -> Make:
    solutions = MiniSolutions(
        tokenizer,
        drills_first=config.drills_first,
        drills_after=config.drills_after,
        largest_size=config.largest_size,
        largest_share=config.largest_share,
    )
    if not config.revisions:
        return solutions
    revisions = MiniRevisions(
        tokenizer,
        Path(config.samples),
        longest=config.row_tokens,
        as_sampled=config.as_sampled,
        critique=config.critique,
        kept=config.kept,
        least=config.least_earlier,
        most=config.most_earlier,
        closest=config.closest,
    )
    return Among(revisions, config.revisions, solutions)


def _new_model(config: SftConfig, tokenizer: PreTrainedTokenizerBase) -> LlamaForCausalLM:
    return LlamaForCausalLM(
        LlamaConfig(
            vocab_size=len(tokenizer),
            hidden_size=config.hidden_size,
            intermediate_size=config.intermediate_size,
            num_hidden_layers=config.layers,
            num_attention_heads=config.heads,
            num_key_value_heads=config.key_value_heads,
            max_position_embeddings=512,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    )
