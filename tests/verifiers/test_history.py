"""Verifiers that are shown what a revision was shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path as FilePath

import pytest

torch = pytest.importorskip("torch")

from transformers import AutoModelForTokenClassification, LlamaConfig  # noqa: E402

from tuili.mini.text import before_attempt  # noqa: E402
from tuili.mini.tokenizer import build_tokenizer  # noqa: E402
from tuili.records import Path, Problem, StopReason  # noqa: E402
from tuili.steps import LINES, split_steps  # noqa: E402
from tuili.verifiers import make_verifier  # noqa: E402

PROBLEM = Problem("p", "calc 2 + 3", "mini")
TEXT, EARLIER = "2 + 3 = 5\n</think>\n5", ("2 + 3 = 6\n</think>\n6", "2 + 3 = 4\n</think>\n4")
ATTEMPT = Path((0,), TEXT, tokens=9, stop=StopReason.END, steps=split_steps(TEXT, LINES))
REVISION = replace(ATTEMPT, id=(2,), earlier=EARLIER)


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> FilePath:
    folder = tmp_path_factory.mktemp("process")
    torch.manual_seed(0)
    tokenizer = build_tokenizer()
    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    labels = {"id2label": {0: "-", 1: "0", 2: "+"}, "label2id": {"-": 0, "0": 1, "+": 2}}
    config = LlamaConfig(vocab_size=len(tokenizer), **sizes, **labels, pad_token_id=0, initializer_range=0.3)
    AutoModelForTokenClassification.from_config(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_steps_are_scored_after_the_earlier_attempts_that_the_model_saw(process: FilePath) -> None:
    verifier = make_verifier(f"process:path={process},history=true,neutral=bad,aggregate=last")
    judged = asyncio.run(verifier.judge(PROBLEM, [REVISION], object()))
    ids = build_tokenizer()(before_attempt(PROBLEM.prompt, EARLIER) + TEXT + "<eos>")["input_ids"]
    model = AutoModelForTokenClassification.from_pretrained(process).eval()
    with torch.inference_mode():
        last = model(input_ids=torch.tensor([ids])).logits[0, -1].softmax(-1)
    assert judged.verdicts[0].score == pytest.approx(float(last[2]), abs=1e-5)
    assert judged.tokens == len(ids) <= verifier.bound(PROBLEM, REVISION, 0)
    assert len(judged.verdicts[0].step_scores) == 2, "steps of earlier attempts have no score"


def test_a_verifier_that_was_not_trained_on_them_does_not_see_them(process: FilePath) -> None:
    verifier = make_verifier(f"process:path={process}")
    together = asyncio.run(verifier.judge(PROBLEM, [REVISION, ATTEMPT], object())).verdicts
    assert together[0] == together[1]
    assert verifier.bound(PROBLEM, REVISION, 9) == verifier.bound(PROBLEM, ATTEMPT, 9)
