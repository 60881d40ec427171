import random
from importlib.resources import files

import pytest

from tuili.conversation import prompt_ids
from tuili.mini.families import FAMILIES
from tuili.mini.puzzle import SIZES
from tuili.mini.text import THINK, before_attempt, completion_of, prompt_of
from tuili.mini.tokenizer import build_tokenizer

pytest.importorskip("transformers")


def test_every_text_of_the_mini_world_comes_back_to_the_character():
    tokenizer = build_tokenizer()
    rng = random.Random(0)
    for family in FAMILIES.values():
        for size in SIZES:
            puzzle, lines, answer = family.generate(rng, size)
            text = prompt_of(puzzle) + "\n" + THINK + completion_of(lines, answer)
            ids = tokenizer(text)["input_ids"]
            assert tokenizer.decode(ids) == text
            assert tokenizer.pad_token_id not in ids


def test_the_chat_template_opens_the_thinking():
    tokenizer = build_tokenizer()
    messages = [{"role": "user", "content": "calc 2 + 3"}]
    assert tokenizer.apply_chat_template(messages, tokenize=False) == "<bos>calc 2 + 3\n<think>\n"


WRONG, RIGHT = "2 + 3 = 6\n</think>\n6", "2 + 3 = 5\n</think>\n5"
TRIED = [
    {"role": "user", "content": "calc 2 + 3"},
    {"role": "assistant", "content": WRONG},
    {"role": "user", "content": "Try again."},
]


@pytest.mark.parametrize("earlier", [[], [WRONG], [WRONG, RIGHT]])
def test_training_writes_what_the_chat_template_shows(earlier):
    tokenizer = build_tokenizer()
    assert prompt_ids(tokenizer, "calc 2 + 3", earlier) == tokenizer(before_attempt("calc 2 + 3", earlier))["input_ids"]


def test_another_puzzle_leaves_the_attempts_at_the_last_behind():
    tokenizer = build_tokenizer()
    shown = tokenizer.apply_chat_template(TRIED, tokenize=False)
    assert shown == f"<bos>calc 2 + 3\n<think>\n{WRONG}<eos>\ncalc 2 + 3\n<think>\n"
    other = {"role": "user", "content": "pay 7 with 2 3"}
    assert tokenizer.apply_chat_template([*TRIED, other], tokenize=False) == "<bos>pay 7 with 2 3\n<think>\n"


def test_shipped_checkpoints_have_the_template_of_the_tokenizer():
    for folder in files("tuili.checkpoints").iterdir():
        template = folder / "chat_template.jinja"
        if template.is_file():
            assert template.read_text() == build_tokenizer().chat_template
