"""The same numbers with and without the padding."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from transformers import LlamaForCausalLM  # noqa: E402

from tuili.training.packing import IGNORED  # noqa: E402
from tuili.training.unpadded import passes  # noqa: E402


def padded(rows: list[tuple[int, int]]) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Rows of (prompt length, completion length): ids, mask, and how many columns are the completions'."""
    prompt, completion = max(p for p, _ in rows), max(c for _, c in rows)
    mask = torch.zeros(len(rows), prompt + completion, dtype=torch.long)
    for row, (before, after) in enumerate(rows):
        mask[row, prompt - before : prompt + after] = 1
    ids = torch.arange(1, mask.numel() + 1).view_as(mask) % 100 + 5
    return ids * mask, mask, completion


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=9).filter(
        lambda rows: any(completion for _, completion in rows)
    ),
    st.integers(1, 60),
)
def test_every_completion_token_is_in_one_pass_after_all_that_came_before_it(
    rows: list[tuple[int, int]], pass_tokens: int
) -> None:
    ids, mask, completion = padded(rows)
    seen = torch.zeros(len(rows), completion, dtype=torch.long)
    real = 0
    for part in passes(ids, mask, completion, pass_tokens):
        assert len(part.ids) == 1 or part.ids.numel() <= pass_tokens
        seen.index_put_((part.rows, part.columns), torch.ones(1, dtype=torch.long), accumulate=True)
        at = (part.labels != IGNORED).nonzero()
        for (own, place), row, column in zip(at.tolist(), part.rows.tolist(), part.columns.tolist(), strict=True):
            whole = ids[row][mask[row] == 1].tolist()
            assert part.ids[own, : place + 1].tolist() == whole[: place + 1]
            assert place == rows[row][0] + column
        real += part.tokens
    assert seen.equal(mask[:, -completion:])
    assert real == sum(before + after for before, after in rows if after)


def test_log_probabilities_are_those_of_padded_rows(small_policy: Path) -> None:
    model = LlamaForCausalLM.from_pretrained(small_policy)
    ids, mask, completion = padded([(5, 3), (2, 9), (7, 1), (4, 4)])
    with torch.no_grad():
        all_logps = model(input_ids=ids, attention_mask=mask).logits.log_softmax(-1)[:, :-1]
        expected = all_logps.gather(2, ids[:, 1:, None])[:, -completion:, 0] * mask[:, -completion:]
        found = torch.zeros(4, completion)
        for part in passes(ids, mask, completion, pass_tokens=16):
            logps = model(input_ids=part.ids).logits.log_softmax(-1)[:, :-1]
            scored = part.labels[:, 1:] != IGNORED
            own = logps.gather(2, part.ids[:, 1:, None])[..., 0][scored]
            found = found.index_put((part.rows, part.columns), own)
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-4)


def test_a_batch_without_completions_still_makes_a_pass() -> None:
    """A process that has nothing to learn must take part in the others' update."""
    ids, mask, _ = padded([(3, 2), (4, 2)])
    mask[:, -2:] = 0
    (part,) = passes(ids, mask, 2)
    assert len(part.ids) == 1
    assert len(part.rows) == 0
