"""The product with a weight matrix, by the fastest kernel that PyTorch has here.

Float32 products on a CPU go to MKL, which on processors that are not Intel's leaves AVX-512 alone. oneDNN does not, and
is twice as fast there. PyTorch has it for its compiler's use; where it is missing, MKL is taken. oneDNN builds a kernel
for every number of rows, which takes longer than a product: so it gets only some numbers of them.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

STEP = 16
"""Of the numbers of rows, at least."""
LEAST = 1 << 22
"""Multiplications from which oneDNN, whose calls take longer, is faster."""
_ONEDNN = hasattr(torch.ops.mkldnn, "_linear_pointwise")


def padded(x: Tensor, weight: Tensor) -> Tensor:
    """x [rows, …] and zeros after it, so that its products with matrices like this one are fast: at most an eighth more
    rows, or 15."""
    rows = x.shape[0]
    return functional.pad(x, (0,) * (2 * x.dim() - 1) + (_rounded(rows) - rows,)) if _large(rows, weight) else x


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """x @ weight.T + bias [rows, outputs], of x [rows, inputs] and weight [outputs, inputs]."""
    rows = x.shape[0]
    if rows == _rounded(rows) and _large(rows, weight):
        product: Tensor = torch.ops.mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
        return product
    return functional.linear(x, weight, bias)


def _large(rows: int, weight: Tensor) -> bool:
    return _ONEDNN and rows * weight.numel() >= LEAST and weight.is_cpu and weight.dtype is torch.float32


def _rounded(rows: int) -> int:
    """Up to one of at most eight numbers from a power of two to the next."""
    step = max(STEP, (1 << rows.bit_length()) >> 4)
    return -(-rows // step) * step
