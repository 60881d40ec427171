"""Loading rows: every format, and one clear sentence for everything that can be wrong with them."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from tuili.errors import BadRequest
from tuili.tasks import load, make_task
from tuili.tasks.base import Source
from tuili.tasks.rows import hub_rows

ROWS = [
    {"question": "Ann has 3 pears and eats one. How many are left?", "answer": "3 - 1 = <<3-1=2>>2 pears.\n#### 2"},
    {"question": "A bus seats 1,200 in a day. How many in 2 days?", "answer": "1,200 * 2 = 2,400\n#### 2,400"},
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    if path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif path.suffix == ".json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    elif path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.DictWriter(lines, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_the_same_problems_from_every_kind_of_file(tmp_path: Path, suffix: str) -> None:
    items = load(make_task("gsm8k", write(tmp_path / f"rows{suffix}", ROWS)))
    assert [(item.problem.id, item.gold) for item in items] == [("gsm8k/0", "2"), ("gsm8k/1", "2,400")]
    assert items[0].problem.prompt.startswith("Ann has 3 pears")


def test_a_folder_named_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "gsm8k.parquet", ROWS)
    monkeypatch.setenv("TUILI_DATA", str(tmp_path))
    assert len(load(make_task("gsm8k"))) == 2
    with pytest.raises(BadRequest, match=r"there is no math500 with one of \.jsonl"):
        load(make_task("math500"))


def test_a_data_set_of_the_hub_is_read_by_the_datasets_library(tmp_path: Path) -> None:
    write(tmp_path / "train.jsonl", ROWS)
    rows = list(hub_rows(Source(str(tmp_path), split="train"), "question, answer"))
    assert [row.text("question") for row in rows] == [row["question"] for row in ROWS]


def test_a_task_asks_the_hub_for_its_own_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library takes a folder of the same name for the hub's."""
    folder = tmp_path / "openai" / "gsm8k"
    (folder / "main").mkdir(parents=True)
    write(folder / "main" / "test.jsonl", ROWS)
    files = "[{split: test, path: main/test.jsonl}]"
    (folder / "README.md").write_text(f"---\nconfigs: [{{config_name: main, data_files: {files}}}]\n---\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TUILI_DATA", raising=False)
    assert [item.gold for item in load(make_task("gsm8k"))] == ["2", "2,400"]


def test_a_data_set_that_cannot_be_had_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match=r"cannot load .* from the hub .* --data or a folder with TUILI_DATA"):
        list(hub_rows(Source(str(tmp_path / "nothing")), "question"))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.jsonl", '{"question": "?", "answer": "#### 1"}\n{"question": \n', r"a\.jsonl, line 2: malformed JSON"),
        ("a.jsonl", "[1]\n", r"a\.jsonl, line 1: not an object"),
        ("a.jsonl", '{"question": "?"}\n', r"line 1: no column answer; the known schema is: question, answer"),
        ("a.jsonl", '{"question": ["?"], "answer": "#### 1"}\n', r"line 1: question is list, not text"),
        ("a.jsonl", '{"question": "?", "answer": "1"}\n', r"line 1: the answer has no `#### n`"),
        ("a.jsonl", "\n", "gsm8k has no problems"),
        ("a.json", '[{"question":\n]', r"a\.json, line 2: malformed JSON"),
        ("a.json", "{}", "not a JSON array"),
        ("a.csv", "question,answer\n?,#### 1\n?\n", r"a\.csv, line 3: no column answer"),
        ("a.parquet", "no", r"a\.parquet: not a Parquet file"),
        ("a.xlsx", "", r"unknown kind of file; known: \.jsonl, \.json, \.csv, \.parquet"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, name: str, text: str, message: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadRequest, match=message):
        load(make_task("gsm8k", tmp_path / name))


def test_a_missing_file_and_one_that_is_not_text(tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="no such file"):
        load(make_task("gsm8k", tmp_path / "none.jsonl"))
    (tmp_path / "latin.jsonl").write_bytes(b'{"question": "caf\xe9"}\n')
    with pytest.raises(BadRequest, match="not UTF-8"):
        load(make_task("gsm8k", tmp_path / "latin.jsonl"))


def test_two_problems_with_one_id(tmp_path: Path) -> None:
    row = {"problem": "1+1?", "answer": "2", "unique_id": "x"}
    with pytest.raises(BadRequest, match="two problems with the id 'math500/x'"):
        load(make_task("math500", write(tmp_path / "a.jsonl", [row, row])))


def test_a_limit_takes_the_first_problems_and_reads_no_further(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", ROWS)
    path.write_text(path.read_text() + "broken\n")
    assert [item.gold for item in load(make_task("gsm8k", path), limit=2)] == ["2", "2,400"]


def test_a_shuffled_task_has_one_order_for_each_seed(tmp_path: Path) -> None:
    rows = [{"problem": f"What is {i} + 0?", "answer": i} for i in range(50)]
    path = write(tmp_path / "a.jsonl", rows)
    orders = [
        [item.gold for item in load(make_task(f"math500{spec}", path))]
        for spec in ("", ":shuffle=1", ":shuffle=1", ":shuffle=2")
    ]
    assert orders[1] == orders[2]
    assert len({tuple(order) for order in orders}) == 3
    assert len({frozenset(order) for order in orders}) == 1
