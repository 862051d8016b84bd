"""A rendered PDF page, and where quotes are on it.

The boxes are those of the very glyphs that a quote was made from (`pdf.set_text`), never found by
searching for its words: a sentence that occurs twice is marked where it was quoted.
"""

from __future__ import annotations

import hashlib
import io
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from askvisit.formats.pdf import opened, set_text
from askvisit.formats.pdf_glyphs import Box, Glyph, around

_LONGEST_SIDE = 1500
"""Pixels, whatever size a page claims to have."""
_LARGEST_SCALE = 3.0
"""Pixels per point."""

_SAME_ROW = 0.5
"""Maximum baseline difference within a row, in type sizes."""
_ROW_GAP = 3.0
"""Maximum gap between boxes of a row, in type sizes: a wide space, not a gutter."""


def show(
    data: bytes, text_sha256: str, page: int, ranges: Sequence[Sequence[int]]
) -> dict[str, Any]:
    """Render a page (from 1) and find where ranges of the file's text are on it.

    Returns the fields of `formats.PageView`, the image in base64. Raises `ValueError` if the file's
    text no longer has that hash, or there is no such page.
    """
    found = set_text(data)
    if hashlib.sha256(found.text.encode()).hexdigest() != text_sha256:
        # `askvisit index` alone may not do: it takes a file that is unchanged as it was read then.
        raise ValueError(
            "does not have the text that was indexed: it, or PDFium, has changed; index it again"
        )
    with opened(data) as file:
        if not 1 <= page <= len(file):
            raise ValueError(f"has {len(file):,} pages, no page {page}")
        shown = file[page - 1]
        width, height = shown.get_size()
        if min(width, height) <= 0:
            raise ValueError(f"has nothing to show on page {page}")
        scale = min(_LONGEST_SIDE / max(width, height), _LARGEST_SCALE)
        image = shown.render(scale=scale, draw_annots=False).to_pil().convert("RGB")
        pages = len(file)
    stored = io.BytesIO()
    image.save(stored, "WEBP", quality=80, method=2)
    return {
        "page": page,
        "pages": pages,
        "width": image.width,
        "height": image.height,
        "image": b64encode(stored.getvalue()).decode(),
        "marks": [
            _rows((g for g in found.glyphs[start:end] if g and g.page == page - 1), width, height)
            for start, end in ranges
        ],
    }


def _rows(glyphs: Iterable[Glyph], width: float, height: float) -> list[Box]:
    """Merge the boxes of glyphs, in order, into one per row; width and height are in points.

    A row follows its baseline, which runs down a page whose text is set sideways.
    """
    rows: list[Glyph] = []
    for glyph in glyphs:
        last = rows[-1] if rows else None
        if (
            last is not None
            and abs(glyph.base - last.base) <= _SAME_ROW * max(glyph.size, last.size)
            and _gap(last.box, glyph.box, width, height) <= _ROW_GAP * last.size
        ):
            rows[-1] = replace(last, box=around(last.box, glyph.box))
        else:
            rows.append(glyph)
    return [row.box for row in rows if row.box is not None]


def _gap(a: Box | None, b: Box | None, width: float, height: float) -> float:
    if a is None or b is None:
        return 0.0
    across = max(b[0] - a[2], a[0] - b[2], 0.0) * width
    down = max(b[1] - a[3], a[1] - b[3], 0.0) * height
    return max(across, down)
