import asyncio
import math

import pytest

torch = pytest.importorskip("torch")

from transformers import AutoModelForTokenClassification, LlamaConfig, LlamaForCausalLM  # noqa: E402

from tuili.errors import BadRequest  # noqa: E402
from tuili.mini.tokenizer import build_tokenizer  # noqa: E402
from tuili.records import Path, Problem, StopReason  # noqa: E402
from tuili.steps import LINES, split_steps  # noqa: E402
from tuili.verifiers import make_verifier  # noqa: E402

PROBLEM = Problem("p", "calc 2 + 3 + 4", "mini")


def path(text: str, stop: StopReason = StopReason.END) -> Path:
    return Path((0,), text, (), len(text.split()), -3.0, -1.5, stop, split_steps(text, LINES), None)


def save(folder, labels: dict[int, str]):
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(build_tokenizer()),
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        pad_token_id=0,
        num_labels=len(labels),
        id2label=labels,
        label2id={label: i for i, label in labels.items()},
    )
    AutoModelForTokenClassification.from_config(config).save_pretrained(folder)
    build_tokenizer().save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    return save(tmp_path_factory.mktemp("process"), {0: "-", 1: "0", 2: "+"})


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    return save(tmp_path_factory.mktemp("outcome"), {0: "incorrect", 1: "correct"})


def reference(folder, text: str, ends_with: tuple[str, ...]):
    """Class probabilities at the last token of each step, one unpadded forward pass for this text alone."""
    tokenizer = build_tokenizer()
    model = AutoModelForTokenClassification.from_pretrained(folder).eval()
    ids = tokenizer("<bos>calc 2 + 3 + 4\n<think>\n" + text + "<eos>")["input_ids"]
    start = tokenizer("<bos>calc 2 + 3 + 4\n<think>\n")["input_ids"]
    ends = [i for i, token in enumerate(ids) if i >= len(start) and tokenizer.convert_ids_to_tokens(token) in ends_with]
    with torch.inference_mode():
        return model(input_ids=torch.tensor([ids])).logits[0].softmax(-1), ends


SOLUTION = "2 + 3 = 5\n5 + 4 = 9\n</think>\n9"


def test_step_scores_are_read_where_each_step_ends_whatever_shares_the_batch(process):
    verifier = make_verifier(f"process:path={process},neutral=bad")
    others = [path("2 + 3 = 5\n"), path("2 + 3 = 6\n6 + 4 = 10\n10 + 1 = 11\n</think>\n11"), path(SOLUTION)]
    judged = asyncio.run(verifier.judge(PROBLEM, others))
    table, ends = reference(process, SOLUTION, ("\n", "<eos>"))
    thinking_ends = [ends[0], ends[1], ends[-1]]  # the break after </think> ends no step
    expected = table[thinking_ends, 2].tolist()
    assert judged.verdicts[2].step_scores == pytest.approx(expected, abs=1e-5)
    assert judged.verdicts[2].score == pytest.approx(math.prod(expected), abs=1e-5)


def test_neutral_steps_count_as_good_when_asked(process):
    good = make_verifier(f"process:path={process},neutral=good,aggregate=last")
    bad = make_verifier(f"process:path={process},neutral=bad,aggregate=last")
    table, ends = reference(process, SOLUTION, ("<eos>",))
    last = table[ends[-1]]
    assert asyncio.run(good.judge(PROBLEM, [path(SOLUTION)])).verdicts[0].score == pytest.approx(
        float(last[1] + last[2]), abs=1e-5
    )
    assert asyncio.run(bad.judge(PROBLEM, [path(SOLUTION)])).verdicts[0].score == pytest.approx(
        float(last[2]), abs=1e-5
    )


def test_the_outcome_is_read_at_the_last_token(outcome):
    verifier = make_verifier(f"outcome:path={outcome}")
    table, ends = reference(outcome, SOLUTION, ("<eos>",))
    (verdict,) = asyncio.run(verifier.judge(PROBLEM, [path(SOLUTION)])).verdicts
    assert verdict.score == pytest.approx(float(table[ends[-1], 1]), abs=1e-5)
    assert verdict.step_scores == ()


def test_tokens_are_those_that_went_through_the_model_and_within_the_bound(process):
    verifier = make_verifier(f"process:path={process}")
    one = path(SOLUTION)
    prompt = len(build_tokenizer()("<bos>calc 2 + 3 + 4\n<think>\n")["input_ids"])
    generated = len(build_tokenizer()(SOLUTION + "<eos>")["input_ids"])
    assert asyncio.run(verifier.judge(PROBLEM, [one, one])).tokens == prompt + generated
    assert asyncio.run(verifier.judge(PROBLEM, [one])).tokens == 0
    assert verifier.bound(PROBLEM, Path(), generated) >= prompt + generated


def test_concurrent_calls_get_their_own_verdicts(process):
    verifier = make_verifier(f"process:path={process},batch_tokens=64")
    texts = [f"2 + {i} = 5\n</think>\n{i}" for i in range(20)]

    async def all_at_once():
        return await asyncio.gather(*(verifier.judge(PROBLEM, [path(text)]) for text in texts))

    together = [judged.verdicts[0].score for judged in asyncio.run(all_at_once())]
    alone = [asyncio.run(verifier.judge(PROBLEM, [path(text)])).verdicts[0].score for text in texts]
    assert together == pytest.approx(alone, abs=1e-5)


def test_confidence_is_free():
    lowest = make_verifier("confidence")
    judged = asyncio.run(lowest.judge(PROBLEM, [path(SOLUTION)]))
    assert judged.verdicts[0].score == pytest.approx(math.exp(-1.5))
    assert judged.tokens == 0


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("proces", "unknown verifier 'proces'; known: confidence, outcome, process"),
        (
            "process:agg=min",
            "has no parameter agg; its parameters: aggregate, batch_tokens, cache_gib, history, neutral, path",
        ),
        ("process:aggregate=mean", "aggregate of verifier process must be one of product, min, last"),
        ("process:path=/nowhere", "no verifier checkpoint at /nowhere"),
    ],
)
def test_a_verifier_that_cannot_be_made_is_refused_in_a_sentence(spec, message):
    with pytest.raises(BadRequest, match=message):
        make_verifier(spec)


def test_a_language_model_is_no_verifier(tmp_path, outcome):
    config = LlamaConfig(vocab_size=10, hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=1)
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    with pytest.raises(BadRequest, match="LlamaForCausalLM, not a token classifier"):
        make_verifier(f"process:path={tmp_path}")
    with pytest.raises(BadRequest, match="is no process verifier: its classes are"):
        make_verifier(f"process:path={outcome}")
