"""Rows that fork when their samples draw different tokens, and close up when some leave: against plain dictionaries."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tuili.backbone.store import Prefix
from tuili.engines.local.request import Request
from tuili.engines.local.rows import Rows
from tuili.engines.local.samples import Samples
from tuili.records import StopReason

PLACES, PROMPT = 24, 3


def request(seeds: int) -> Request:
    ids = tuple(range(PROMPT))
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
    samples = Samples(PLACES)
    rows = Rows(PLACES, samples)
    said: dict[tuple[int, int], tuple[int, ...]] = {}  # request, place of its seed → tokens
    kept: dict[int, tuple[int, ...]] = {}  # place in the pool → the tokens whose keys and values are there
    numbers: dict[int, int] = {}

    def names(row: int) -> set[tuple[int, int]]:
        return {(numbers[id(owner)], place) for owner, place in rows.samples_of(row)}

    for number in range(data.draw(st.integers(1, 12))):
        count = data.draw(st.integers(0, PLACES - len(samples)))
        if count:
            joining = request(count)
            numbers[id(joining)] = number
            kept[len(rows)] = ()
            rows.join([(joining, count)])
            said |= {(number, place): () for place in range(count)}
        if not len(rows):
            continue

        for row in range(len(rows)):
            sample = int(rows.state["first"][row])
            for name in [(numbers[id(owner)], place) for owner, place in rows.samples_of(row)]:
                token = data.draw(st.integers(0, 2))
                samples.state["token"][sample], samples.state["logprob"][sample] = token, -token
                said[name] += (token,)
                sample = int(samples.state["next"][sample])
        rows.append()

        # each row's place has what went through the model; a leaving row's tokens are those of all its samples
        leaving = sorted(data.draw(st.sets(st.integers(0, len(rows) - 1))))
        for row in range(len(rows)):
            outcome = rows.outcome(row, StopReason.END)
            assert kept[int(rows.state["held"][row])] == outcome.ids[:-1]
            assert rows.state["token"][row] == outcome.ids[-1] == -outcome.logprobs[-1]
            assert {said[name] for name in names(row)} == {outcome.ids}
        for row in leaving:
            for name in names(row):
                del said[name]
            rows.finish(row)
        copies = rows.remove(np.array(leaving, np.int64)).tolist()
        assert rows.reach == max(rows.state["length"], default=0)
        assert not {source for source, _, _ in copies} & {target for _, target, _ in copies}
        for source, target, length in copies:
            assert length == PROMPT + len(kept[source])
            kept[target] = kept[source]
        assert set().union(*map(names, range(len(rows)))) == set(said)
        assert sum(len(rows.samples_of(row)) for row in range(len(rows))) == len(samples) == len(said)
        for row in range(len(rows)):
            tokens = rows.outcome(row, StopReason.END).ids
            assert kept[row] == tokens[:-1], "its keys and values are at its own place"
            kept[row] = tokens  # the next pass reads the last one
            assert {said[name] for name in names(row)} == {tokens}
        kept = {row: kept[row] for row in range(len(rows))}
