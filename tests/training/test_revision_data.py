"""Revision data: what comes before a right attempt, and what is learnt of it."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("rapidfuzz")

from tuili.errors import BadRequest
from tuili.mini.families import FAMILIES
from tuili.mini.tokenizer import build_tokenizer
from tuili.records import Attempt, Ending, Node, Problem, Purpose, RunHeader, StopReason
from tuili.runs import Run, keep_problems
from tuili.training.mini_attempts import CLASSES, MiniAttempts, process_targets
from tuili.training.mini_revisions import MiniRevisions
from tuili.training.packing import IGNORED, Example
from tuili.training.revision import earlier_attempts
from tuili.training.traced import Among

TEXTS = st.lists(st.text("123+=", min_size=1, max_size=6), max_size=8)


@given(wrong=TEXTS, most=st.integers(0, 5), seed=st.integers(0, 99))
def test_some_of_the_wrong_attempts_come_before_a_right_one(wrong: list[str], most: int, seed: int) -> None:
    earlier = earlier_attempts("1 + 2 = 3", wrong, random.Random(seed), most=most)
    assert len(earlier) <= most
    assert Counter(earlier) <= Counter(wrong), "none is shown twice"


def test_the_last_of_them_is_the_closest_in_characters() -> None:
    rng = random.Random(0)
    wrong = ["4 + 5 = 8", "4 * 5 = 20", "4 + 5 = 9 so", "9"]
    drawn = [earlier_attempts("4 + 5 = 9", wrong, rng) for _ in range(200)]
    assert {earlier[-1] for earlier in drawn if earlier} == {"4 + 5 = 8"}
    assert {text for earlier in drawn for text in earlier[:-1]} == set(wrong[1:])


def test_the_last_of_them_may_be_any() -> None:
    rng = random.Random(0)
    wrong = ["4 + 5 = 8", "4 * 5 = 20"]
    drawn = [earlier_attempts("4 + 5 = 9", wrong, rng, most=1, closest=False) for _ in range(200)]
    assert {earlier[-1] for earlier in drawn if earlier} == set(wrong)


def test_how_many_there_are_is_uniform_as_far_as_there_are_enough() -> None:
    rng = random.Random(0)
    counts = Counter(len(earlier_attempts("a", list("bcdef"), rng)) for _ in range(5000))
    assert all(900 < counts[length] < 1100 for length in range(5)), counts
    fewer = Counter(len(earlier_attempts("a", list("bc"), rng)) for _ in range(5000))
    assert fewer.keys() == {0, 1, 2}
    assert 900 < fewer[0] < 1100


def test_a_share_of_them_may_end_right() -> None:
    rng = random.Random(0)
    drawn = [earlier_attempts("a", ["b", "c"], rng, most=2, kept=0.3) for _ in range(1000)]
    assert 250 < sum(earlier[-1:] == ("a",) for earlier in drawn) / sum(map(bool, drawn)) * 1000 < 350
    assert max(map(len, drawn)) == 2
    assert {earlier_attempts("a", [], rng, kept=1.0) for _ in range(50)} == {(), ("a",)}


HEADER = RunHeader(
    task="mini", data=None, model="m", verifier=None, strategies=("s",), budget=None, seeds=(0,), problems=1,
    limit=None, sampling={}, versions={}, machine={}, commit=None, created="2026-01-01T00:00:00+00:00",
)  # fmt: skip
SHOWN = {"longest": 256, "least": 0, "most": 4, "kept": 0.0, "closest": True, "as_sampled": False, "critique": False}
RIGHT, WRONG = "2 + 3 = 5\n</think>\n5", "2 + 3 = 6\n</think>\n6"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three samples of one puzzle: wrong, without an answer, and a right one that was shown the first."""
    monkeypatch.setattr("tuili.mini.splits.split_of", lambda puzzle: "train")
    puzzle = FAMILIES["calc"].parse("calc 2 + 3", 1)
    assert puzzle is not None
    assert FAMILIES["calc"].accepts(puzzle, "5")
    nodes = [
        Node((place,), text, 9, 0.0, 0.0, StopReason.END, Purpose.REVISE, None, after=after)
        for place, (text, after) in enumerate([(WRONG, ()), ("2 + 3", ()), (RIGHT, ((0,),))])
    ]
    with Run(tmp_path / "run", HEADER) as recording:
        recording.append(Attempt("p", "s", 0, None, None, tuple(nodes), (), Ending.DONE))
    keep_problems(tmp_path / "run", [Problem("p", "calc 2 + 3", "mini", level=1)])
    return tmp_path / "run"


def test_only_the_right_attempt_and_its_end_are_learnt(run: Path) -> None:
    tokenizer = build_tokenizer()
    ordinary = Example([1], [1])
    make = Among(MiniRevisions(tokenizer, run, **SHOWN), 0.5, lambda rng, progress: ordinary)
    rng = random.Random(0)
    examples = [make(rng, 0.0) for _ in range(50)]
    made = {tokenizer.decode(example.ids) for example in examples if example is not ordinary}
    before = "<bos> calc 2 + 3\n<think>\n"
    assert made <= {f"{before}{RIGHT} <eos>", f"{before}{WRONG} <eos>\ncalc 2 + 3\n<think>\n{RIGHT} <eos>"}
    assert 10 < sum(example is ordinary for example in examples) < 40
    for example in examples:
        if example is not ordinary:
            learnt = [token for token in example.targets if token != IGNORED]
            assert tokenizer.decode(learnt) == f"{RIGHT} <eos>"
            assert example.ids[-len(learnt) :] == learnt


def test_an_example_too_long_is_shown_fewer_attempts(run: Path) -> None:
    tokenizer = build_tokenizer()
    alone = f"<bos> calc 2 + 3\n<think>\n{RIGHT} <eos>"
    whole = len(tokenizer(alone)["input_ids"])
    made = MiniRevisions(tokenizer, run, **SHOWN | {"kept": 1.0, "longest": whole})
    assert tokenizer.decode(made(random.Random(0), 0.0).ids) == alone


def test_what_comes_last_may_be_right_as_often_as_the_samples_are(run: Path) -> None:
    tokenizer = build_tokenizer()
    make, rng = MiniRevisions(tokenizer, run, **SHOWN | {"most": 1, "as_sampled": True}), random.Random(0)
    made = Counter(tokenizer.decode(make(rng, 0.0).ids) for _ in range(400))
    before, after = "<bos> calc 2 + 3\n<think>\n", f" <eos>\ncalc 2 + 3\n<think>\n{RIGHT} <eos>"
    assert all(70 < made[before + text + after] < 130 for text in (RIGHT, WRONG)), "half are shown any"


def test_a_revision_may_begin_by_naming_the_mistake(run: Path) -> None:
    tokenizer = build_tokenizer()
    make, rng = MiniRevisions(tokenizer, run, **SHOWN | {"as_sampled": True, "critique": True}), random.Random(0)
    made = {tokenizer.decode(make(rng, 0.0).ids) for _ in range(100)}
    before = "<bos> calc 2 + 3\n<think>\n"
    corrected = f"{before}{WRONG} <eos>\ncalc 2 + 3\n<think>\nno 2 + 3 = 6\n{RIGHT} <eos>"
    assert {corrected, f"{before}{RIGHT} <eos>\ncalc 2 + 3\n<think>\n{RIGHT} <eos>", f"{before}{RIGHT} <eos>"} <= made


def test_a_right_attempt_is_learnt_where_it_is_shown_too(run: Path) -> None:
    tokenizer, shown = build_tokenizer(), SHOWN | {"least": 1, "most": 1, "kept": 1.0}
    example = MiniRevisions(tokenizer, run, **shown)(random.Random(0), 0.0)
    turn = f"calc 2 + 3\n<think>\n{RIGHT} <eos>"
    assert tokenizer.decode(example.ids) == f"<bos> {turn}\n{turn}"
    assert tokenizer.decode([i for i in example.targets if i != IGNORED]) == f"{RIGHT} <eos> {RIGHT} <eos>"


def test_a_verifier_learns_of_an_attempt_after_what_was_shown_before_it(run: Path) -> None:
    tokenizer = build_tokenizer()
    make = MiniAttempts(tokenizer, process_targets, samples=[run], sampled=1.0, drills=0.0, history=True, longest=256)
    rng = random.Random(0)
    found = {tokenizer.decode(example.ids): example for example in (make(rng, 0.0) for _ in range(50))}
    example = found[f"<bos> calc 2 + 3\n<think>\n{WRONG} <eos>\ncalc 2 + 3\n<think>\n{RIGHT} <eos>"]
    labelled = [(place, CLASSES[label]) for place, label in enumerate(example.targets) if label != IGNORED]
    assert [label for _, label in labelled] == ["+", "+"], "the wrong attempt before it is not judged"
    assert labelled[-1][0] == len(example.ids) - 1


SMALL = {"steps": 1, "rows": 1, "processes": 1, "hidden_size": 32, "intermediate_size": 32, "layers": 1, "heads": 2}


def test_a_config_with_revisions_trains_on_them(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sft = pytest.importorskip("tuili.training.sft")
    monkeypatch.setattr(sft, "train", lambda trainer, config: trainer)
    config = sft.SftConfig(
        output=str(tmp_path), samples=str(run), revisions=1.0, row_tokens=768, key_value_heads=1, **SMALL
    )
    trainer = sft.run(config)
    row = trainer.train_dataset[0]
    assert f"{WRONG} <eos>\ncalc 2 + 3\n<think>\n{RIGHT} <eos>" in build_tokenizer().decode(row["input_ids"])
    assert trainer.model.config.max_position_embeddings == 768, "what it was trained to read it may read"


def test_revisions_without_samples_are_refused() -> None:
    sft = pytest.importorskip("tuili.training.sft")
    with pytest.raises(BadRequest, match="samples must name a run folder"):
        sft.SftConfig(output="x", steps=1, revisions=0.5)


def test_samples_with_nothing_to_revise_are_refused(run: Path) -> None:
    (run / "attempts.jsonl").write_text("")
    with pytest.raises(BadRequest, match="no puzzle with a right sample and a wrong one"):
        MiniRevisions(build_tokenizer(), run, **SHOWN)
