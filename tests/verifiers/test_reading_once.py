"""A verifier reads what is new of a path: the same scores as from a full reading, for fewer tokens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path as FilePath
from random import Random

import pytest

torch = pytest.importorskip("torch")

from transformers import (  # noqa: E402
    AutoModelForTokenClassification,
    BertConfig,
    GPT2Config,
    LlamaConfig,
    MistralConfig,
    PretrainedConfig,
)

from tuili.backbone.llama import LlamaForward  # noqa: E402
from tuili.errors import VerifierError  # noqa: E402
from tuili.mini.tokenizer import build_tokenizer  # noqa: E402
from tuili.records import Path, Problem, StopReason  # noqa: E402
from tuili.steps import LINES, split_steps  # noqa: E402
from tuili.verifiers import make_verifier  # noqa: E402
from tuili.verifiers.base import Judged, Verifier  # noqa: E402

TOKENIZER = build_tokenizer()
LABELS = {"id2label": {0: "-", 1: "0", 2: "+"}, "label2id": {"-": 0, "0": 1, "+": 2}}
SIZES = {
    "vocab_size": len(TOKENIZER),
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 128,
    "initializer_range": 0.3,
    "pad_token_id": 0,
}
GPT2 = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 128, "initializer_range": 0.3}
BACKBONES = {
    "lean": LlamaConfig(**SIZES, **LABELS, num_key_value_heads=2),
    "sliding": MistralConfig(**SIZES, **LABELS, num_key_value_heads=2, sliding_window=7),
    "other": GPT2Config(vocab_size=len(TOKENIZER), **GPT2, **LABELS),
    "encoder": BertConfig(**SIZES, **LABELS),
}
PROBLEMS = [Problem(prompt, prompt, "mini") for prompt in ("calc 2 + 3 + 4", "make 49 from 25 4 20")]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], FilePath]:
    def save(name: str, config: PretrainedConfig) -> FilePath:
        folder = tmp_path_factory.mktemp(name)
        torch.manual_seed(0)
        model = AutoModelForTokenClassification.from_config(config)
        with torch.no_grad():  # biases are all alike at first
            for parameter in model.parameters():
                if parameter.dim() == 1:
                    parameter.add_(0.2 * torch.randn_like(parameter))
        model.save_pretrained(folder)
        TOKENIZER.save_pretrained(folder)
        return folder

    folders = {name: save(name, config) for name, config in BACKBONES.items()}
    return folders.__getitem__


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The tokens that reach a lean model, pass by pass. Padding is token 0, which no text here has."""
    tokens: list[int] = []
    run = LlamaForward.__call__

    def counted(self: LlamaForward, ids: torch.Tensor, *rest: torch.Tensor) -> torch.Tensor:
        tokens.append(int((ids != 0).sum()))
        return run(self, ids, *rest)

    monkeypatch.setattr(LlamaForward, "__call__", counted)
    return tokens


def path(text: str, stop: StopReason = StopReason.STEP) -> Path:
    return Path(text=text, stop=stop, steps=split_steps(text, LINES))


def length(text: str) -> int:
    return len(TOKENIZER(text, add_special_tokens=False)["input_ids"])


def prompt(problem: Problem) -> str:
    return f"<bos>{problem.prompt}\n<think>\n"


def judge(verifier: Verifier, paths: Sequence[Path], problem: Problem = PROBLEMS[0], attempt: object = None) -> Judged:
    return asyncio.run(verifier.judge(problem, paths, attempt))


def random_tree(random: Random, texts: int) -> list[Path]:
    """Paths with many common beginnings, some of them ended, in an order in which a path may come before its parent."""
    known = [""]
    while len(known) < texts:
        parent = random.choice(known)
        words = [str(random.choice(["wait", "+", "=", 3, 4, 5])) for _ in range(random.randint(1, 4))]
        known.append(
            parent + random.choice(["", "", "</think>\n" if "</think>" not in parent else ""]) + " ".join(words) + "\n"
        )
    paths = [path(text, random.choice([StopReason.STEP, StopReason.END, StopReason.LENGTH])) for text in known[1:]]
    random.shuffle(paths)
    return paths


def full_reading(folder: FilePath, problem: Problem, paths: Iterable[Path]) -> list[list[float]]:
    """P(+) at the last token of each step, one unpadded pass over each whole path, by transformers."""
    model = AutoModelForTokenClassification.from_pretrained(folder).eval()
    scores = []
    for each in paths:
        ends, text = [], prompt(problem)
        for step in each.steps:
            text += step.text
            ends.append(length(text) - 1)
        if each.stop is StopReason.END:
            text += "<eos>"
            ends[-1] += 1
        with torch.inference_mode():
            ids = TOKENIZER(text, add_special_tokens=False, return_tensors="pt")["input_ids"]
            scores.append(model(input_ids=ids).logits[0].softmax(-1)[ends, 2].tolist())
    return scores


@pytest.mark.parametrize("options", ["", ",cache_gib=0.00001", ",cache_gib=0,batch_tokens=16"])
@pytest.mark.parametrize("backbone", BACKBONES)
def test_scores_are_those_of_a_full_reading(
    backbone: str, options: str, checkpoints: Callable[[str], FilePath]
) -> None:
    """Whatever was read before, whatever is read at the same time, and however little is kept."""
    folder = checkpoints(backbone)
    verifier = make_verifier(f"process:path={folder},neutral=bad{options}")
    random = Random(f"{backbone}{options}")
    trees = [(problem, attempt, random_tree(random, 25)) for problem in PROBLEMS for attempt in "ab"]

    async def in_parts() -> list[list[Judged]]:
        async def one(problem: Problem, attempt: str, paths: list[Path]) -> list[Judged]:
            parts = [paths[start : start + 6] for start in range(0, len(paths), 6)]
            return [await verifier.judge(problem, part, attempt) for part in parts]

        return await asyncio.gather(*(one(*tree) for tree in trees))

    for (problem, _, paths), judged in zip(trees, asyncio.run(in_parts()), strict=True):
        verdicts = [verdict for part in judged for verdict in part.verdicts]
        for verdict, expected in zip(verdicts, full_reading(folder, problem, paths), strict=True):
            assert verdict.step_scores == pytest.approx(expected, abs=2e-5)
        assert sum(part.tokens for part in judged) <= sum(verifier.bound(problem, each, 0) for each in paths)


def test_only_what_is_new_reaches_the_model(checkpoints: Callable[[str], FilePath], read: list[int]) -> None:
    verifier = make_verifier(f"process:path={checkpoints('lean')}")
    begun = length(prompt(PROBLEMS[0]))
    steps = ["2 + 3 = 5\n", "2 + 4 = 6\n", "3 + 4 = 7\n"]
    expected = begun + sum(map(length, steps))
    assert judge(verifier, [path(step) for step in steps]).tokens == sum(read) == expected

    children = [path(steps[0] + more) for more in ("5 + 4 = 9\n", "5 - 4 = 1\n")] + [path(steps[2] + "7 + 2 = 9\n")]
    before = sum(read)
    assert judge(verifier, children).tokens == sum(read) - before == 3 * length("7 + 2 = 9\n")

    ended = path(children[0].text + "</think>\n9", StopReason.END)
    cut = path(children[1].text + "</think>\n", StopReason.LENGTH)
    before = sum(read)
    assert judge(verifier, [ended, cut, *children]).tokens == sum(read) - before == length("</think>\n9<eos></think>\n")


def test_an_end_without_a_text_is_one_token_more(checkpoints: Callable[[str], FilePath], read: list[int]) -> None:
    verifier = make_verifier(f"process:path={checkpoints('lean')},aggregate=last")
    text = "2 + 3 = 5\n</think>\n5"
    judge(verifier, [path(text)])
    before = sum(read)
    ended = judge(verifier, [path(text, StopReason.END)])
    assert ended.tokens == sum(read) - before == 1
    expected = full_reading(checkpoints("lean"), PROBLEMS[0], [path(text, StopReason.END)])
    assert len(ended.verdicts[0].step_scores) == len(expected[0]) == 2


def test_samples_share_their_prompt_and_whatever_they_begin_with(
    checkpoints: Callable[[str], FilePath], read: list[int]
) -> None:
    verifier = make_verifier(f"process:path={checkpoints('lean')}")
    random = Random(0)
    samples = [each for each in random_tree(random, 60) if each.stop is StopReason.END]
    beginnings = {
        "".join(step.text for step in each.steps[:count]) for each in samples for count in range(1, len(each.steps) + 1)
    }
    steps = sum(length(split_steps(text, LINES)[-1].text) for text in beginnings)
    ends = len({each.text for each in samples})
    expected = length(prompt(PROBLEMS[0])) + steps + ends
    assert judge(verifier, samples + samples[:5]).tokens == sum(read) == expected


def test_attempts_share_nothing(checkpoints: Callable[[str], FilePath], read: list[int]) -> None:
    """Or the cost of one would depend on whether another was there before it."""
    verifier = make_verifier(f"process:path={checkpoints('lean')}")
    one = path("2 + 3 = 5\n</think>\n5", StopReason.END)
    costs = [judge(verifier, [one], attempt=attempt).tokens for attempt in ("a", "b", "a")]
    assert costs == [costs[0], costs[0], 0]
    assert sum(read) == sum(costs)


def test_a_path_without_a_step_is_not_read(checkpoints: Callable[[str], FilePath], read: list[int]) -> None:
    verifier = make_verifier(f"process:path={checkpoints('lean')}")
    judged = judge(verifier, [Path(stop=StopReason.END)])
    assert (judged.tokens, judged.verdicts[0].score, read) == (0, 0.0, [])


def test_a_path_that_is_too_long_fails_alone(checkpoints: Callable[[str], FilePath]) -> None:
    verifier = make_verifier(f"process:path={checkpoints('lean')}")

    async def both() -> list[Judged | BaseException]:
        long = path("3 + 3 = 3\n" * 40)
        calls = (verifier.judge(PROBLEMS[0], [each]) for each in (long, path("2 + 3 = 5\n")))
        return await asyncio.gather(*calls, return_exceptions=True)

    failed, judged = asyncio.run(both())
    assert isinstance(failed, VerifierError)
    assert "the context of the verifier" in str(failed)
    assert isinstance(judged, Judged)
