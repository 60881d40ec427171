"""How often extraction and grading are wrong on real model outputs: the tables of benchmarks/results/graders.md.

    python benchmarks/grader_audit.py --equivalence cases.jsonl --solutions math:realcritic/gsm8k.jsonl \\
        --solutions choice:realcritic/mmlu_stem.jsonl --letters cs_outputs.jsonl --thoughts long.json \\
        --refusals gpt4_completions.csv

Schemas: equivalence has gold, pred, expected (math-verify's tests); solutions has idx, gt, reasoning, previous_score
(RealCritic); letters has model, question_id, model_output, pred (MMLU-Pro's model outputs); thoughts has completion;
refusals has id, completion, final_label (XSTest).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from tuili import provenance
from tuili.answers import final_answer
from tuili.evaluation.audit import Audit, Labelled, audit
from tuili.evaluation.metrics.estimate import Estimate
from tuili.evaluation.metrics.intervals import wilson
from tuili.evaluation.pairs import Columns, labelled_pairs
from tuili.grading import make_grader
from tuili.grading.refusal import REFUSE
from tuili.records import AnswerKind
from tuili.steps import PARAGRAPHS, PLAIN
from tuili.tasks.rows import Row, file_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind in ("equivalence", "solutions", "letters", "thoughts", "refusals"):
        parser.add_argument(f"--{kind}", action="append", default=[], metavar="FILE")
    files = parser.parse_args()
    machine = provenance.machine()
    print(
        f"commit {provenance.commit()}, {datetime.now(UTC):%Y-%m-%d}, {machine['processor']}, {machine['cores']} cores"
    )
    print(
        "\n| pairs | grader | n | agreement | false accept | false reject | ungraded |\n|---|---|---|---|---|---|---|"
    )
    audits = [
        *(audited(path, "math", equivalence(rows(path))) for path in files.equivalence),
        *(audited(path, grader, solutions(rows(path), grader)) for grader, path in map(split, files.solutions)),
        *(audited(path, "refusal", refusals(rows(path))) for path in files.refusals),
    ]
    print("\n| outputs | with a recorded letter | same letter | none found | another |\n|---|---|---|---|---|")
    differing = [letters(path) for path in files.letters]
    print("\n| thoughts | unfinished | letters taken from them | finished | with a letter |\n|---|---|---|---|---|")
    for path in files.thoughts:
        thoughts(path)
    for one in audits:
        disagreements(*one)
    for path, lines in zip(files.letters, differing, strict=True):
        print(f"\n{name(path)}: other letter than recorded\n", *lines, sep="\n")


def rows(path: str) -> Iterable[Row]:
    return file_rows(Path(path), "see --help")


def split(named: str) -> tuple[str, str]:
    grader, _, path = named.partition(":")
    return grader, path


def equivalence(cases: Iterable[Row]) -> Iterable[Labelled]:
    return labelled_pairs(cases, Columns(answer="pred", label="expected"), kind=AnswerKind.MATH)


def solutions(cases: Iterable[Row], grader: str) -> Iterable[Labelled]:
    columns = Columns(gold="gt", answer="reasoning", label="previous_score", id="idx")
    return labelled_pairs(cases, columns, kind=AnswerKind(grader))


def refusals(cases: Iterable[Row]) -> Iterable[Labelled]:
    """Partial refusals (label 3) count as refusals, as XSTest counts them for safe prompts."""
    for row in cases:
        answer = final_answer(row.text("completion"), AnswerKind.EXACT, PLAIN)
        yield Labelled(row.text("id"), REFUSE, answer, not row.text("final_label").startswith("1"))


def audited(path: str, grader: str, cases: Iterable[Labelled]) -> tuple[str, Audit]:
    found = audit(make_grader(grader), cases)
    rates = (shown(rate) for rate in (found.agreement, found.false_accept, found.false_reject))
    print(f"| {name(path)} | {grader} | {found.agreement.n} | {' | '.join(rates)} | {found.ungraded} |")
    return path, found


def disagreements(path: str, found: Audit) -> None:
    print(f"\n{name(path)}: {len(found.disagreements)} disagreements with the labels\n")
    print(*(f"- {one}" for one in found.disagreements), sep="\n")


def letters(path: str) -> list[str]:
    """Prints the row of a table; returns a line for each output that gave another letter than recorded."""
    same = none = 0
    lines = []
    for row in rows(path):
        recorded = row.optional("pred")
        if recorded is None:
            continue
        found = final_answer(row.text("model_output"), AnswerKind.CHOICE, PLAIN)
        same += found == recorded
        none += found is None
        if found != recorded:
            lines.append(f"- {row.text('model')}, {row.text('question_id')}: recorded {recorded}, found {found}")
    n = same + len(lines)
    print(f"| {name(path)} | {n} | {shown(wilson(same, n))} | {none} | {len(lines) - none} |")
    return lines


def thoughts(path: str) -> None:
    finished = [row.text("completion") for row in rows(path) if "</think>" in row.text("completion")]
    cut = [row.text("completion") for row in rows(path) if "</think>" not in row.text("completion")]
    taken = sum(final_answer(text, AnswerKind.CHOICE, form) is not None for text in cut for form in (PLAIN, PARAGRAPHS))
    given = sum(final_answer(text, AnswerKind.CHOICE, PARAGRAPHS) is not None for text in finished)
    print(f"| {name(path)} | {len(cut)} | {taken} | {len(finished)} | {given} |")


def shown(rate: Estimate) -> str:
    return f"{100 * rate.value:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})"


def name(path: str) -> str:
    """The last folder and the file."""
    return "/".join(Path(path).parts[-2:])


if __name__ == "__main__":
    main()
