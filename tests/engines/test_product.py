from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from tuili.backbone.product import linear, padded


@pytest.mark.parametrize("rows", [1, 15, 47, 64, 65, 200, 513, 2048])
@pytest.mark.parametrize("outputs", [3, 768])
def test_a_product_of_any_number_of_rows_is_torchs(rows: int, outputs: int) -> None:
    torch.manual_seed(rows)
    x, weight, bias = torch.randn(rows, 128), torch.randn(outputs, 128), torch.randn(outputs)
    more = padded(x, weight)
    for product in (linear(x, weight, bias), linear(more, weight, bias)[:rows]):
        torch.testing.assert_close(product, functional.linear(x, weight, bias), atol=1e-4, rtol=1e-5)
    assert rows <= len(more) <= max(rows + 15, rows * 9 // 8)
    assert not more[rows:].any()


def test_few_numbers_of_rows_are_left() -> None:
    weight = torch.randn(768, 128)
    lengths = {len(padded(torch.zeros(rows, 128), weight)) for rows in range(128, 2049)}
    assert len(lengths) <= 33
