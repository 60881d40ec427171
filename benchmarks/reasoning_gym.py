"""Which of reasoning-gym's data sets accept their own reference answers: benchmarks/results/reasoning_gym.md.

    python benchmarks/reasoning_gym.py [--size 10] [NAME ...]

Every data set is generated in two processes, in another order, and must come out the same; every reference answer goes
through extraction and the data set's scorer, and must be correct; a spoiled one must not be.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import metadata

from tuili.errors import BadRequest
from tuili.grading.reasoning_gym import MODULE
from tuili.grading.worker import Worker
from tuili.tasks import Item, validate_items
from tuili.tasks.reasoning_gym import Procedural, reasoning_gym

Made = dict[str, list[Item] | str]
"""By data set; why not, where it cannot be made."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=10)
    parser.add_argument("names", nargs="*", metavar="NAME")
    arguments = parser.parse_args()
    tasks = [reasoning_gym(name=name, size=arguments.size) for name in arguments.names or all_names()]
    made, again = make(tasks), make(tasks[::-1])
    failing = {task.dataset: "; ".join(found(task, made[task.dataset], again[task.dataset])) for task in tasks}
    passed = sum(not reasons for reasons in failing.values())
    print(f"reasoning-gym {metadata.version('reasoning-gym')}: {passed} of {len(tasks)} data sets pass,", end=" ")
    print(f"{arguments.size} problems each\n\n| data set | what fails |\n|---|---|")
    for name, reasons in failing.items():
        if reasons:
            print(f"| {name} | {reasons} |")


def all_names() -> Sequence[str]:
    with Worker(MODULE) as worker:
        names: list[str] = worker.ask(["close_names", "*"], 60)
        return names


def make(tasks: Iterable[Procedural]) -> Made:
    made: Made = {}
    with Worker(MODULE) as worker:
        for task in tasks:
            try:
                made[task.dataset] = list(task.made_by(worker))
            except BadRequest as error:
                made[task.dataset] = str(error)
    return made


def found(task: Procedural, items: list[Item] | str, again: list[Item] | str) -> Iterable[str]:
    if isinstance(items, str):
        yield items
        return
    reasons = Counter(failure.reason for failure in validate_items(task, items).failures)
    yield from (f"{reason} ({count} of {len(items)})" for reason, count in reasons.items())
    if items != again:
        yield "another process makes other problems"


if __name__ == "__main__":
    main()
