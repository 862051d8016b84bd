"""What a build has encoded so far, on disk, so that an interrupted build can resume.

`partial.jsonl` has a line of settings, then one per article: its text's hash and its rows in
`partial.f32`. A line is written after its rows and holds their checksum, so it is valid or ignored.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from askvisit.encoder import FloatArray

NAMES = ("partial.jsonl", "partial.f32")


class PartialWork:
    """The passage vectors of articles, by the hash of the article's text.

    settings: what the vectors depend on besides the texts, as read back from JSON. Work done with
    other settings is deleted.
    """

    def __init__(self, folder: Path, settings: Mapping[str, Any]) -> None:
        self._lines_path, self._rows_path = (folder / name for name in NAMES)
        self._settings = dict(settings)
        self._done: dict[str, tuple[int, int, int, int]] = {}
        self._end = 0
        self._lines: BinaryIO | None = None
        self._rows: BinaryIO | None = None
        self._take_up()

    def get(self, text_sha256: str, count: int) -> FloatArray | None:
        """Return the vectors (count × dimension) of an article's passages, if stored."""
        if text_sha256 not in self._done:
            return None
        start, rows, dimension, checksum = self._done[text_sha256]
        with self._rows_path.open("rb") as file:
            file.seek(start)
            data = file.read(rows * dimension * 4)
        if rows != count or zlib.crc32(data) != checksum:
            return None
        return np.frombuffer(data, dtype=np.float32).reshape(rows, dimension)

    def add(self, text_sha256: str, vectors: FloatArray) -> None:
        """Store the vectors of an article's passages."""
        lines, rows = self._open()
        data = np.ascontiguousarray(vectors, dtype=np.float32).tobytes()
        rows.write(data)
        rows.flush()
        place = (self._end, *vectors.shape, zlib.crc32(data))
        lines.write(json.dumps([text_sha256, *place]).encode() + b"\n")
        lines.flush()
        self._end += len(data)

    def close(self) -> None:
        """Close the files; their content stays for the next build."""
        for file in (self._lines, self._rows):
            if file is not None:
                file.close()

    def _take_up(self) -> None:
        try:
            first, *lines = self._lines_path.read_bytes().splitlines(keepends=True)
            same = json.loads(first) == self._settings
            size = self._rows_path.stat().st_size
            for line in lines if same else ():
                if line.endswith(b"\n"):
                    text_sha256, *place = json.loads(line)
                    start, rows, dimension, checksum = map(int, place)
                    if start + rows * dimension * 4 > size:
                        break
                    self._done[text_sha256] = start, rows, dimension, checksum
                    self._end = start + rows * dimension * 4
        except (OSError, ValueError, TypeError):  # missing or unreadable
            same = False
        if not same or self._end == 0:
            self._done.clear()
            self._end = 0
            for path in (self._lines_path, self._rows_path):
                if path.exists():
                    path.unlink()

    def _open(self) -> tuple[BinaryIO, BinaryIO]:
        """Open the files once there is something to store: a build that only copies makes none."""
        if self._lines is None or self._rows is None:
            new = not self._done
            self._rows = self._rows_path.open("wb" if new else "r+b")
            self._rows.seek(self._end)
            self._lines = self._lines_path.open("wb" if new else "r+b")
            if new:
                self._lines.write(json.dumps(self._settings).encode() + b"\n")
            else:
                kept = self._lines_path.read_bytes()
                self._lines.seek(kept.rfind(b"\n") + 1)
        return self._lines, self._rows
