"""What a sweep's config asks for: strategies × values × budgets, and what of that needs no run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tuili.config import ConfigError, find_config, load_config
from tuili.errors import BadRequest
from tuili.strategies import make_strategy
from tuili.sweep import SHIPPED, Sweep, expand


def strategies(*specs: str, budgets: tuple[str, ...] = (), **values: tuple[object, ...]) -> tuple[str, ...]:
    return expand(Sweep(task="mini", strategies=specs, values=values, budgets=budgets)).request.strategies


def test_a_name_in_braces_stands_for_each_of_its_values() -> None:
    assert strategies("dvts:subtrees={width},expand={m},rounds=9", "chain_of_thought", width=(1, 4), m=(2, 4)) == (
        "dvts:subtrees=1,expand=2,rounds=9",
        "dvts:subtrees=1,expand=4,rounds=9",
        "dvts:subtrees=4,expand=2,rounds=9",
        "dvts:subtrees=4,expand=4,rounds=9",
        "chain_of_thought",
    )


def test_the_same_strategy_written_twice_runs_once() -> None:
    assert strategies("dvts:rounds=9", "dvts:subtrees={n},rounds=9", n=(4,)) == ("dvts:subtrees=4,expand=4,rounds=9",)


def test_every_strategy_runs_within_every_budget() -> None:
    said = strategies("chain_of_thought", "best_of_n:n={n}", budgets=("tokens=90", "flops=1e9"), n=(2, 4))
    assert said == tuple(
        f"{strategy}{limit}"
        for limit in ("budget_tokens=90", "budget_flops=1000000000")
        for strategy in ("chain_of_thought:", "best_of_n:n=2,weighted=true,", "best_of_n:n=4,weighted=true,")
    )
    assert all(make_strategy(spec).spec == spec for spec in said)


def test_smaller_pools_of_the_same_samples_are_not_run() -> None:
    config = Sweep(task="mini", strategies=("self_consistency:n={n}", "best_of_n:n={n}"), values={"n": (1, 4, 16)})
    request, derived = expand(config)
    assert request.strategies == tuple(f"best_of_n:n={n},weighted=true" for n in (1, 4, 16))
    assert derived == dict.fromkeys([f"self_consistency:n={n}" for n in (1, 4, 16)], "best_of_n:n=16,weighted=true")


@pytest.mark.parametrize(
    ("specs", "values", "said"),
    [
        (["best_of_n:n={n}"], {}, "names n, which has no values: set values.n"),
        (["best_of_n:n=4"], {"n": (4,)}, "values.n is named by no strategy"),
        (["best_of_n:n={}"], {}, "which is no name"),
        (["best_of_n:n={n"], {"n": (4,)}, "cannot be read"),
        (["best_of_m:n={n}"], {"n": (4,)}, "unknown strategy 'best_of_m'"),
        (["best_of_n:n={n}"], {"n": (0,)}, "n of strategy best_of_n must be at least 1"),
    ],
)
def test_a_config_that_cannot_be_run_is_refused(
    specs: list[str], values: dict[str, tuple[object, ...]], said: str
) -> None:
    with pytest.raises(BadRequest, match=said):
        strategies(*specs, **values)


def test_a_budget_within_a_budget_is_refused() -> None:
    with pytest.raises(BadRequest, match="already"):
        strategies("best_of_n:budget_tokens=9", budgets=("tokens=5",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('strategies = ["dvts"]', "missing key task"),
        ('task = "mini"\nstrategies = "dvts"', "strategies must be .*, not 'dvts'"),
        ('task = "mini"\nstrategies = ["dvts"]\nseeds = [0, "1"]', "seeds must be"),
        ('task = "mini"\nstrategies = ["dvts"]\nn = [4]', "unknown key n; known keys: budgets, data, limit"),
    ],
)
def test_a_config_of_other_keys_or_types_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        load_config(path, Sweep, [])


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_sweep_can_be_run(path: Path) -> None:
    sweep = load_config(find_config("sweep", path.stem, SHIPPED), Sweep, ["limit=3"])
    assert sweep.limit == 3
    assert expand(sweep).request.strategies
