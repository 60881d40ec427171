"""What trainings start from, as small as it can be: models, a graded run of samples, rows of a benchmark."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from small_runs import attempt, header  # noqa: E402
from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # noqa: E402
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast  # noqa: E402

from tuili.grading import make_grader  # noqa: E402
from tuili.grading.graded import AttemptGrades  # noqa: E402
from tuili.jsonl import replace_log  # noqa: E402
from tuili.mini.tokenizer import build_tokenizer  # noqa: E402
from tuili.runs import Run, keep_problems, replace_grades  # noqa: E402
from tuili.tasks import make_task  # noqa: E402
from tuili.traces.files import JOURNEYS, Trace  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def save_model(folder: Path, tokenizer: PreTrainedTokenizerFast) -> Path:
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=512,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def small_policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model with tuili-mini's tokenizer."""
    return save_model(tmp_path_factory.mktemp("small"), build_tokenizer())


@pytest.fixture(scope="session")
def text_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model that reads and writes any text, byte by byte."""
    letters = [*sorted(pre_tokenizers.ByteLevel.alphabet()), "<eos>", "<pad>"]
    backend = Tokenizer(models.BPE(vocab={letter: number for number, letter in enumerate(letters)}, merges=[]))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="<eos>", pad_token="<pad>")
    return save_model(tmp_path_factory.mktemp("text"), tokenizer)


@pytest.fixture(scope="session")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows in GSM8K's schema."""
    file = tmp_path_factory.mktemp("rows") / "rows.jsonl"
    made = [
        {"question": f"What is {n} + 1?", "answer": f"It is <<{n}+1={n + 1}>>{n + 1}.\n#### {n + 1}"} for n in range(20)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in made))
    return file


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graded run on train puzzles: of each, two right samples of one text, two wrong ones, one without an answer."""
    folder = tmp_path_factory.mktemp("samples") / "run"
    task = make_task("mini:split=train,size=20")
    items = list(task.items())
    with Run(folder, header(len(items))) as run:
        keep_problems(folder, [item.problem for item in items])
        grades = []
        for item in items:
            made = [item.gold, item.gold, f"{item.gold} 1", f"1 {item.gold}", None]
            run.append(attempt(item.problem.id, made))
            graded = {
                answer: make_grader("mini").grade(item.problem, item.gold, answer)
                for answer in made
                if answer is not None
            }
            grades.append(AttemptGrades(item.problem.id, "self_consistency:n=5", 0, graded))
        replace_grades(folder, grades)
    return folder


@pytest.fixture(scope="session")
def traces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of two journeys."""
    folder = tmp_path_factory.mktemp("traces")
    made = [
        Trace(
            f"sum {n}",
            f"calc {n} + 1",
            f"{n} + 1 = {n}\nno {n} + 1 = {n}\n{n} + 1 = {n + 1}\n</think>\n{n + 1}",
            f"{n + 1}",
            ((0, len(f"{n} + 1 = {n}")),),
        )
        for n in (3, 4)
    ]
    replace_log(folder / JOURNEYS, made)
    (folder / "header.json").write_text("{}")
    return folder / JOURNEYS
