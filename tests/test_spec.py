"""The syntax of specs, as every room's factories are named by it."""

from __future__ import annotations

import pytest

from tuili.errors import BadRequest
from tuili.spec import Spec, bind, full_spec


def engine(*, path: str, batch: int = 8) -> str:
    return f"{path} {batch}"


def strategy(*, n: int = 4) -> int:
    return n


FACTORIES = {"engine": engine, "strategy": strategy}


def full(text: str) -> str:
    spec = Spec.parse(text)
    return full_spec(spec.name, bind("thing", spec, FACTORIES)[1])


@pytest.mark.parametrize("text", ["engine:path=runs/a", "engine:runs/a", "engine: runs/a , batch=8"])
def test_the_first_parameter_that_is_needed_may_come_without_its_key(text: str) -> None:
    assert full(text) == "engine:path=runs/a,batch=8"
    assert str(Spec.parse("engine:runs/a,batch=2")) == "engine:runs/a,batch=2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("strategy:16", "in 'strategy:16', '16' is not key=value"),
        ("engine:a,path=b", "'a' is not key=value"),
        ("engine:a,b", "'b' is not key=value"),
        ("engine:=a", "'=a' is not key=value"),
        ("engine", "engine needs the parameter path"),
        ("engine:a,batch=1,batch=2", "batch is given twice"),
    ],
)
def test_what_is_wrong_is_said(text: str, said: str) -> None:
    with pytest.raises(BadRequest, match=said):
        full(text)
