"""A verifier with surprise: the same scores as by hand, read at once or step by step, in training and in use."""

import asyncio
import json
import shutil

import pytest
import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

from tuili.checkpoints import embedded
from tuili.records import Path, Problem, Step, StopReason
from tuili.training.packing import IGNORED
from tuili.training.verifier import least_likely
from tuili.verifiers import make_verifier

PROMPT = "make 49 from 25 4 20"
LINES = ["25 + 4 = 29 : 29 20\n", "29 + 20 = 50 : 50\n"]
ANSWER = "</think>25 + 4 , 29 + 20"
WEIGHT = 0.7


@pytest.fixture(scope="module")
def weighing(tmp_path_factory):
    def copy(weight):
        folder = tmp_path_factory.mktemp("surprised") / "process"
        shutil.copytree(embedded("process"), folder)
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"surprise": weight}))
        return folder

    return copy


@pytest.fixture(scope="module")
def checkpoint(weighing):
    return weighing(WEIGHT)


@pytest.fixture(scope="module")
def tokens(checkpoint):
    """The tokens of the prompt and of each step, the last with the end of the turn."""
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    pieces = [f"<bos>{PROMPT}\n<think>\n", *LINES, ANSWER + "<eos>"]
    return [tokenizer(piece, add_special_tokens=False)["input_ids"] for piece in pieces]


@pytest.fixture(scope="module")
def by_hand(checkpoint, tokens):
    """p(not wrong) of each step, from one plain forward pass of transformers."""
    model = AutoModelForTokenClassification.from_pretrained(checkpoint).eval()
    ids = [token for piece in tokens for token in piece]
    with torch.no_grad():
        out = model(torch.tensor([ids]), output_hidden_states=True)
    language = (out.hidden_states[-1][0] @ model.get_input_embeddings().weight.T).log_softmax(-1)
    scores, place = [], len(tokens[0])
    for step in tokens[1:]:
        least = min(language[place + i - 1, token].item() for i, token in enumerate(step))
        place += len(step)
        logits = out.logits[0, place - 1].clone()
        logits[model.config.label2id["-"]] -= WEIGHT * least
        scores.append(1 - logits.softmax(-1)[model.config.label2id["-"]].item())
    return scores


def path(steps):
    texts = [*LINES, ANSWER][:steps]
    ended = StopReason.END if steps == 3 else StopReason.STEP
    made = tuple(Step(text, is_answer=text == ANSWER) for text in texts)
    return Path(id=(0,) * steps, text="".join(texts), steps=made, stop=ended)


@pytest.mark.parametrize("read", [[3], [1, 2, 3], [2, 3], [1, 3]])
def test_scores_are_those_by_hand_however_they_are_read(checkpoint, by_hand, read):
    verifier = make_verifier(f"process:path={checkpoint}")

    async def judge():
        return [await verifier.judge(Problem("p", PROMPT, "mini"), [path(steps)], "attempt") for steps in read]

    for steps, judged in zip(read, asyncio.run(judge()), strict=True):
        assert judged.verdicts[0].step_scores == pytest.approx(by_hand[:steps], abs=2e-5)


def test_surprise_lowers_what_a_false_step_is_worth(weighing, by_hand):
    plain = make_verifier(f"process:path={weighing(0.0)}")
    judged = asyncio.run(plain.judge(Problem("p", PROMPT, "mini"), [path(2)]))
    assert by_hand[1] < judged.verdicts[0].step_scores[1]


def test_training_sees_the_least_likely_token_of_each_step():
    logits = torch.log(torch.tensor([[[0.5, 0.5], [0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.6, 0.4]]]))
    ids = torch.tensor([[0, 1, 1, 1, 0, 0]])
    labels = torch.tensor([[IGNORED, IGNORED, 2, IGNORED, 0, IGNORED]])
    judged = torch.tensor([[0, 1, 1, 1, 1, 0]])
    found = least_likely(logits, ids, labels, judged)[0]
    assert found[2].exp().item() == pytest.approx(0.1)
    assert found[4].exp().item() == pytest.approx(0.3)
