"""Overlap between training and test problems."""

from __future__ import annotations

import json
from pathlib import Path

from tuili.tasks import load, make_task, task_overlap
from tuili.tasks.overlap import overlap

LONG = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"


def test_exact_matches_ignore_case_and_punctuation() -> None:
    found = overlap(["What is  2 + 2?"], {"a": "what is 2+2", "b": "what is 2+3"})
    assert (found.tested, found.exact, found.ngram) == (2, ("a",), ())


def test_thirteen_words_in_a_row_are_an_overlap_and_twelve_are_not() -> None:
    words = LONG.split()
    test = {"13": " ".join(["well", *words[:13]]), "12": " ".join(["well", *words[:12], "zero"])}
    assert overlap([LONG], test).ngram == ("13",)


def test_an_exact_match_is_not_counted_twice() -> None:
    found = overlap(iter([LONG, LONG.upper()]), {"a": LONG})
    assert (found.exact, found.ngram) == (("a",), ())


def test_the_instruction_that_every_prompt_ends_with_is_no_evidence() -> None:
    instruction = "Please reason step by step, and put your final answer within the box."
    train = [f"Seven pears. {instruction}", f"Nine apples for Ann. {instruction}"]
    found = overlap(train, {"a": f"Eight apples for Ann. {instruction}", "b": f"Two plums. {instruction}"})
    assert (found.exact, found.ngram) == ((), ())


def test_two_files_of_one_task_are_compared_by_their_problems(tmp_path: Path) -> None:
    shared = "A train leaves at nine and drives eighty kilometres an hour until it arrives at noon"
    questions = {
        "train": [f"{shared}. How far is that?", "What is 2+2?", "And 5 + 5?"],
        "test": [f"Ann says: {shared}. Is she right?", "what is 2 + 2", "What is 2 + 3?"],
    }
    files = {name: tmp_path / f"{name}.jsonl" for name in questions}
    for name, file in files.items():
        rows = [{"question": question, "answer": "#### 4"} for question in questions[name]]
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = task_overlap(make_task("gsm8k", files["train"]), load(make_task("gsm8k", files["test"])))
    assert (found.tested, found.exact, found.ngram) == (3, ("gsm8k/1",), ("gsm8k/0",))
    assert str(found) == (
        "of 3 problems 1 are in it word for word and 1 share 13 words in a row with it (gsm8k/1, gsm8k/0)"
    )
