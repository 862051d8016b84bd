"""What models are trained and scored on: a device and its fastest precision."""

from __future__ import annotations

import timeit
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Hardware:
    """A device, and the lower precision for mixed precision: None computes in float32."""

    device: torch.device
    dtype: torch.dtype | None = None

    def autocast(self) -> torch.autocast:
        """Return a context in which matrix products are computed in the lower precision."""
        import torch

        return torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None)


def fastest() -> Hardware:
    """Return a GPU if there is one, else the CPU, with bfloat16 if that is faster.

    CPUs with bfloat16 products may run them at half the speed of float32 or at four times it, so
    the product that a step consists of is timed.
    """
    import torch

    if torch.cuda.is_available():
        supported = torch.cuda.is_bf16_supported()
        return Hardware(torch.device("cuda"), torch.bfloat16 if supported else None)
    left, right = torch.randn(2048, 768), torch.randn(768, 768)
    times = {}
    for dtype in (torch.float32, torch.bfloat16):
        a, b = left.to(dtype), right.to(dtype)
        times[dtype] = min(timeit.repeat(partial(torch.matmul, a, b), number=2, repeat=5))
    faster = times[torch.bfloat16] < times[torch.float32]
    return Hardware(torch.device("cpu"), torch.bfloat16 if faster else None)
