"""What the streams of a PDF unpack to, measured before PDFium opens it.

A small file that becomes a large one (a decompression bomb) is refused at once; otherwise only the
limits of the parsing process would end it. A stream is told by the bytes behind the word "stream",
not by its dictionary, which may lie. What a file hides otherwise (by LZW, by encryption, as a
picture) meets those limits still.
"""

from __future__ import annotations

import re
import zlib
from base64 import a85decode

MOST_UNPACKED = 200_000_000
"""Bytes of all streams but pictures; PDFium reads so many in about 2 seconds.

Pictures are not unpacked for the text, and may be large: a white page of A4 at 300 dpi is 26 MB.
"""

_START = re.compile(rb"(?<!end)stream[^\r\n]*(?:\r\n|\r|\n)")
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_LONGEST_DICTIONARY = 1024
_ASCII = re.compile(rb"[!-uz\s]*")
_PIECE = 1 << 16


def check(data: bytes) -> None:
    """Raise `ValueError` where a file's streams unpack to over `MOST_UNPACKED` bytes together."""
    left = MOST_UNPACKED
    for start in _START.finditer(data):
        before = data[max(0, start.start() - _LONGEST_DICTIONARY) : start.start()]
        if _PICTURE.search(before.rpartition(b"obj")[2]):
            continue
        stream, at = data, start.end()
        while at < len(stream):
            looked_at, made = _layer(stream, at, left)
            # Streams may lie over each other in the file, so that looking at them costs too.
            left -= len(made) or (looked_at if stream is data else 0)
            stream, at = made, 0
            if left < 0:
                size = MOST_UNPACKED // 1_000_000
                raise ValueError(f"unpacks to over {size} MB; split it, or print it to a new PDF")


def _layer(data: bytes, start: int, most: int) -> tuple[int, bytes]:
    """Undo one filter of a stream: Flate, hexadecimal or ASCII85.

    most: the bytes after which unpacking ends, soon. Returns how many characters were looked at,
    and what was made of them: nothing where there is none of these filters.
    """
    head = data[start : start + 2]
    if len(head) == 2 and head[0] & 15 == 8 and int.from_bytes(head) % 31 == 0:
        return 0, _inflated(data, start, most)
    found = _ASCII.match(data, start)
    assert found is not None
    text, end = found[0], data[found.end() : found.end() + 2]
    try:
        if end == b"~>":
            return len(text), a85decode(text)
        if b">" in text:  # a part of ASCII85's characters, the end of hexadecimal ones
            return len(text), bytes.fromhex(text.partition(b">")[0].decode())
    except ValueError:  # it is neither
        pass
    return len(text), b""


def _inflated(data: bytes, start: int, most: int) -> bytes:
    """Unpack zlib data up to its end, its first error, or over `most` bytes."""
    unpacker = zlib.decompressobj()
    pieces: list[bytes] = []
    size = 0
    packed = b""
    try:
        while size <= most and not unpacker.eof and (packed or start < len(data)):
            if not packed:
                packed, start = data[start : start + _PIECE], start + _PIECE
            pieces.append(unpacker.decompress(packed, _PIECE))
            packed = unpacker.unconsumed_tail
            size += len(pieces[-1])
    except zlib.error:  # PDFium, too, keeps what came before
        pass
    return b"".join(pieces)
