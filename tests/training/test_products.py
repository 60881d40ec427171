from __future__ import annotations

import pytest
import torch
from torch import nn

from tuili.training.products import quicken


@pytest.mark.parametrize("shape", [(3, 128), (2, 100, 128), (2048, 128)])
@pytest.mark.parametrize(("outputs", "bias"), [(384, True), (3, False)])
def test_a_quick_layer_computes_what_it_computed_and_so_do_its_gradients(
    shape: tuple[int, ...], outputs: int, bias: bool
) -> None:
    torch.manual_seed(0)
    layer = nn.Linear(128, outputs, bias=bias)
    x, along = torch.randn(shape, requires_grad=True), torch.randn(*shape[:-1], outputs)

    def found() -> list[torch.Tensor]:
        product = layer(x)
        return [product, *torch.autograd.grad(product, [x, *layer.parameters()], along)]

    before = found()
    quicken(nn.Sequential(layer))
    for one, other in zip(before, found(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-5)


def test_what_takes_no_gradient_gets_none() -> None:
    layer = nn.Linear(128, 384, bias=False).requires_grad_(requires_grad=False)
    quicken(nn.Sequential(layer))
    x = torch.randn(64, 128, requires_grad=True)
    layer(x).sum().backward()
    assert layer.weight.grad is None
    torch.testing.assert_close(x.grad, layer.weight.sum(0).expand(64, -1), atol=1e-4, rtol=1e-5)
