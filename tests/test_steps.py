"""Steps of a text, whole and as it grows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuili.steps import FORMATS, StepFormat, split_steps

PIECES = ("a", "7 = 3 + 4", " ", "\n", "\n\n", "no ", "</thi", "nk>", "</think>", "\\boxed{7}")
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@given(before=TEXTS, more=TEXTS)
def test_the_steps_of_a_text_that_grows_are_those_of_the_whole(form: StepFormat, before: str, more: str) -> None:
    whole = split_steps(before + more, form)
    assert split_steps(more, form, split_steps(before, form)) == whole
    assert "".join(step.text for step in whole) == before + more
