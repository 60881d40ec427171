"""Tasks: problems with their gold answers. Nothing that searches for an answer may import this room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tuili.errors import BadRequest
from tuili.spec import Spec, bind
from tuili.tasks.base import Item, Source, Task, load
from tuili.tasks.benchmark import Benchmark
from tuili.tasks.code import humaneval, mbpp
from tuili.tasks.contests import aime24, aime25, amc23
from tuili.tasks.gpqa import gpqa
from tuili.tasks.gsm8k import gsm8k
from tuili.tasks.math import math, math500
from tuili.tasks.medqa import medqa
from tuili.tasks.minerva import minerva
from tuili.tasks.mini import Mini
from tuili.tasks.mmlu_pro import mmlu_pro
from tuili.tasks.olympiadbench import olympiadbench
from tuili.tasks.overlap import Overlap, task_overlap
from tuili.tasks.pubmedqa import pubmedqa
from tuili.tasks.reasoning_gym import reasoning_gym
from tuili.tasks.safety import strongreject, xstest
from tuili.tasks.validate import Failure, Validation, validate, validate_items

__all__ = [
    "TASKS",
    "Failure",
    "Item",
    "Overlap",
    "Source",
    "Task",
    "Validation",
    "load",
    "make_task",
    "task_overlap",
    "validate",
    "validate_items",
]

TASKS: dict[str, Callable[..., Task]] = {
    "aime24": aime24,
    "aime25": aime25,
    "amc23": amc23,
    "gpqa": gpqa,
    "gsm8k": gsm8k,
    "humaneval": humaneval,
    "math": math,
    "math500": math500,
    "mbpp": mbpp,
    "medqa": medqa,
    "minerva": minerva,
    "mini": Mini,
    "mmlu_pro": mmlu_pro,
    "olympiadbench": olympiadbench,
    "pubmedqa": pubmedqa,
    "reasoning_gym": reasoning_gym,
    "strongreject": strongreject,
    "xstest": xstest,
}


def make_task(spec: str, data: Path | None = None) -> Task:
    """The task that a spec such as `mmlu_pro:category=physics` names, with its rows from `data` when given.

    Raises BadRequest for an unknown task or parameter, and for data given to a task that generates its problems.
    """
    factory, arguments = bind("task", Spec.parse(spec), TASKS)
    task: Task = factory(**arguments)
    if data is None:
        return task
    if not isinstance(task, Benchmark):
        raise BadRequest(f"{task.name} generates its problems and reads no data")
    return replace(task, data=data)
