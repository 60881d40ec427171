"""Every task's grader on its own gold answers, from real files: the tables of benchmarks/results/validate.md.

    python benchmarks/validate.py gsm8k=gsm8k/test.jsonl math500=math500.jsonl … --train gsm8k=gsm8k/train.jsonl …

TASK=FILE for each file; with --train, the file's problems are looked for in those of the task's other files.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tuili import provenance
from tuili.tasks import load, make_task, task_overlap, validate_items


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=named, metavar="TASK=FILE")
    parser.add_argument("--train", action="append", default=[], type=named, metavar="TASK=FILE")
    arguments = parser.parse_args()
    print(f"Commit {provenance.commit()}.\n")
    print("| task | file | problems | accepted | spoiled accepted |\n|---|---|---|---|---|")
    for spec, path in arguments.files:
        validated(spec, path)
    print("\n| problems of | in | compared | word for word | 13 words in a row |\n|---|---|---|---|---|")
    for spec, train in arguments.train:
        for other, path in arguments.files:
            if other == spec:
                compared(spec, path, train)


def named(text: str) -> tuple[str, Path]:
    spec, _, path = text.rpartition("=")
    return spec, Path(path)


def validated(spec: str, path: Path) -> None:
    task = make_task(spec, path)
    items = load(task)
    if task.grader is None:
        print(f"| {spec} | {short(path)} | {len(items)} | loads; it has no grader | |")
        return
    failures = validate_items(task, items).failures
    spoiled = sum(failure.reason.startswith("a spoiled") for failure in failures)
    accepted = len(items) - (len(failures) - spoiled)
    print(f"| {spec} | {short(path)} | {len(items)} | {accepted} | {spoiled} |", flush=True)
    for failure in failures:
        print(f"<!-- {failure.problem_id}: {failure.reason} ({failure.gold[:60]}) -->")


def compared(spec: str, path: Path, train: Path) -> None:
    found = task_overlap(make_task(spec, train), load(make_task(spec, path)))
    ids = f" ({', '.join((*found.exact, *found.ngram))})" if 0 < found.found <= 10 else ""
    print(
        f"| {short(path)} | {short(train)} | {found.tested} | {len(found.exact)} | {len(found.ngram)}{ids} |",
        flush=True,
    )


def short(path: Path) -> str:
    """The last folder and the file."""
    return "/".join(path.parts[-2:])


if __name__ == "__main__":
    main()
