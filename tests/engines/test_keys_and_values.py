"""Where keys and values are kept: bounded, and never lost while something needs them."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from tuili.backbone.forward import Layout
from tuili.backbone.pool import Pool
from tuili.backbone.store import Prefix, PrefixStore

LAYOUT = Layout(planes=2, heads=1, head_dim=2, dtype=torch.float32, device=torch.device("cpu"))
TOKEN = LAYOUT.token_bytes


def kept(tokens: int, value: float = 1.0) -> torch.Tensor:
    return torch.full((2, 1, tokens, 2), value)


def test_rows_keep_what_they_have_when_room_is_made() -> None:
    pool = Pool(LAYOUT, 1000)
    pool.reserve(2, 10, used=0)
    pool.fill(0, 2, kept(9, 7.0))
    pool.reserve(5, 70, used=2)
    assert pool.tensor[:, :2, :, :9].eq(7.0).all()
    pool.copy(pool, np.array([[1, 4, 9]]))
    assert pool.read(4, 3, 9).eq(kept(6, 7.0)).all()


def test_room_is_kept_while_it_is_within_bounds() -> None:
    pool = Pool(LAYOUT, 20_000)
    for rows, length in ((200, 10), (1, 100), (200, 10)):
        pool.reserve(rows, length, used=0)
    assert pool.tensor.shape[1] * pool.tensor.shape[3] <= 20_000
    pool = Pool(LAYOUT, 30_000)
    pool.reserve(200, 10, used=0)
    pool.reserve(1, 100, used=1)
    assert (pool.tensor.shape[1], pool.tensor.shape[3]) == (200, 128)


Ids = tuple[int, ...]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 4)), max_size=40), st.integers(0, 40))
def test_the_store_is_bounded_and_no_prefix_outlives_its_parent(steps: list[tuple[int, int]], limit: int) -> None:
    """Each step uses a known prefix, if it is still there, and adds one that continues it."""
    store = PrefixStore(limit * TOKEN)
    known: list[Prefix] = []
    for number, (which, tokens) in enumerate(steps):
        parent = store.get(known[which % len(known)].ids) if known and which else None
        new = Prefix(
            (*(parent.ids if parent else ()), *range(100 * number, 100 * number + tokens)), parent, kept(tokens)
        )
        store.add(new)
        known.append(new)
        held = [prefix for prefix in known if store.get(prefix.ids) is prefix]
        assert sum(prefix.bytes for prefix in held) <= limit * TOKEN
        assert all(prefix.parent is None or prefix.parent in held for prefix in held)


def test_what_was_used_longest_ago_goes_first() -> None:
    store = PrefixStore(6 * TOKEN)
    first, second = Prefix((1, 2), None, kept(2)), Prefix((3, 4), None, kept(2))
    store.add(first)
    store.add(second)
    store.add(Prefix((1, 2, 5, 6), first, kept(2)))
    store.add(Prefix((7, 8), None, kept(2)))
    assert store.get((3, 4)) is None
    assert store.get((1, 2, 5, 6)) is not None
    assert store.get((1, 2)) is first


def test_what_was_read_for_one_is_not_found_for_another() -> None:
    store = PrefixStore(100 * TOKEN)
    of_a = Prefix((1, 2), None, kept(2), owner="a")
    store.add(of_a, Prefix((1, 2, 3), of_a, kept(1), owner="a"))
    assert store.get((1, 2), "a") is of_a
    assert store.get((1, 2, 3), "a") is not None
    assert store.get((1, 2), "b") is None
    assert store.get((1, 2)) is None


def test_a_prefix_is_the_sum_of_its_parts() -> None:
    store = PrefixStore(100 * TOKEN)
    first = Prefix((1, 2), None, kept(2, 1.0), torch.zeros(4))
    second = Prefix((1, 2, 3, 4), first, kept(1, 2.0))
    assert (second.length, len(second.ids)) == (3, 4)
    store.extend(second, kept(1, 3.0), torch.zeros(4))
    assert second.length == 4
    assert second.all_kept()[0, 0, :, 0].tolist() == [1.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("grown", [1, 50])
def test_a_prefix_that_grows_is_counted_as_it_is(grown: int) -> None:
    store = PrefixStore(20 * TOKEN)
    prefix = Prefix((1,) * (2 + grown), None, kept(2))
    store.add(prefix)
    store.extend(prefix, kept(grown), torch.zeros(0))
    assert (store.get(prefix.ids) is prefix) == (2 + grown <= 20)
