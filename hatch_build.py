"""Packs the wheel smaller: int8 weights hold nothing that repeats.

By default, deflate finds chance repetitions of three bytes in them, and pointing at one takes more
bits than the bytes do: 8 % of a rounded reader. Every program that unpacks wheels reads this, too.
"""

import zlib
from functools import partial
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PackingHook(BuildHookInterface):
    """Has `zipfile` compress without short repetitions while a wheel is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Set how `zlib` compresses; `zipfile` has no argument for it."""
        self._before = zlib.compressobj
        zlib.compressobj = partial(zlib.compressobj, memLevel=9, strategy=zlib.Z_FILTERED)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Undo it."""
        zlib.compressobj = self._before
