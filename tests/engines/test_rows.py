"""Rows that fork when their samples draw different tokens, and close up when some leave: against plain dictionaries."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tuili.backbone.store import Prefix
from tuili.engines.local.request import Request
from tuili.engines.local.rows import Rows
from tuili.records import StopReason

PLACES = 24


def request(seeds: int) -> Request:
    ids = (1, 2, 3)
    return Request(
        boundaries=[ids],
        watch=(0, 0, False),
        seeds=range(seeds),
        limit=1000,
        temperature=1.0,
        until_step=False,
        kept=(),
        owner=None,
        prefixes=[Prefix(ids, None, None)],  # type: ignore[arg-type]
    )


@given(st.data())
def test_every_sample_keeps_its_tokens_and_every_row_its_keys_and_values(data: st.DataObject) -> None:
    rows = Rows(PLACES)
    said: dict[tuple[int, int], tuple[int, ...]] = {}  # request, place of its seed → tokens
    kept: dict[int, tuple[int, ...]] = {}  # place in the pool → the tokens whose keys and values are there
    numbers: dict[int, int] = {}
    for number in range(data.draw(st.integers(1, 12))):
        count = data.draw(st.integers(0, PLACES - len(rows.samples)))
        if count:
            joining = request(count)
            numbers[id(joining)] = number
            kept[len(rows)] = ()
            rows.join([(joining, count)])
            said |= {(number, place): () for place in range(count)}

        samples = rows.samples
        drawn = np.array([data.draw(st.integers(0, 2)) for _ in range(len(samples))], np.int64)
        for owner, place, token in zip(samples.request, samples.place.tolist(), drawn.tolist(), strict=True):
            said[numbers[id(owner)], place] += (token,)
        if not len(rows):
            continue
        rows.append(drawn, drawn.astype(np.float32))

        # each row's place has what went through the model; a leaving row's tokens are those of all its samples
        leaving = np.array(sorted(data.draw(st.sets(st.integers(0, len(rows) - 1)))), np.intp)
        for row in range(len(rows)):
            tokens = rows.outcome(row, StopReason.END).ids
            assert kept[int(rows["held"][row])] == tokens[:-1]
            assert {said[numbers[id(owner)], place] for owner, place in rows.samples.of(row)} == {tokens}
        for row in leaving:
            for owner, place in rows.samples.of(row):
                del said[numbers[id(owner)], place]
        sources, targets = rows.remove(leaving)
        assert not set(sources) & set(targets)
        for source, target in zip(sources, targets, strict=True):
            kept[target] = kept[source]
        assert sum(len(rows.samples.of(row)) for row in range(len(rows))) == len(rows.samples) == len(said)
        for row in range(len(rows)):
            tokens = rows.outcome(row, StopReason.END).ids
            assert kept[row] == tokens[:-1], "its keys and values are at its own place"
            kept[row] = tokens  # the next pass reads the last one
            assert {said[numbers[id(owner)], place] for owner, place in rows.samples.of(row)} == {tokens}
        kept = {row: kept[row] for row in range(len(rows))}
