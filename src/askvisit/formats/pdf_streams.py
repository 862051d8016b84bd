"""The unpacked size of a PDF's streams, measured before PDFium opens the file.

A decompression bomb is refused at once; otherwise only the limits of the parsing process would stop
it. A stream is recognised by the bytes after the word "stream", not by its dictionary, which may
lie. What a file hides in other ways (LZW, encryption, pictures) still meets those limits.
"""

from __future__ import annotations

import re
import zlib
from base64 import a85decode

MOST_UNPACKED = 200_000_000
"""Bytes of all streams except pictures; PDFium reads this many in about 2 seconds.

Pictures are not unpacked for the text, and may be large: a white A4 page at 300 dpi is 26 MB.
"""

_START = re.compile(rb"(?<!end)stream[^\r\n]*(?:\r\n|\r|\n)")
_PICTURE = re.compile(rb"/Subtype\s*/Image\b")
_LONGEST_DICTIONARY = 1024
_ASCII = re.compile(rb"[!-uz\s]*")
_PIECE = 1 << 16


def check(data: bytes) -> None:
    """Raise `ValueError` if a file's streams unpack to over `MOST_UNPACKED` bytes in total."""
    left = MOST_UNPACKED
    for start in _START.finditer(data):
        before = data[max(0, start.start() - _LONGEST_DICTIONARY) : start.start()]
        if _PICTURE.search(before.rpartition(b"obj")[2]):
            continue
        stream, at = data, start.end()
        while at < len(stream):
            looked_at, made = _layer(stream, at, left)
            # Streams may overlap in the file, so scanning them counts too.
            left -= len(made) or (looked_at if stream is data else 0)
            stream, at = made, 0
            if left < 0:
                size = MOST_UNPACKED // 1_000_000
                raise ValueError(f"unpacks to over {size} MB; split it, or print it to a new PDF")


def _layer(data: bytes, start: int, most: int) -> tuple[int, bytes]:
    """Undo one filter of a stream: Flate, hexadecimal or ASCII85.

    most: unpacking stops soon after this many bytes. Returns how many characters were scanned, and
    what they decode to: nothing if none of these filters applies.
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
        if b">" in text:  # an ASCII85 character, and the end of hexadecimal data
            return len(text), bytes.fromhex(text.partition(b">")[0].decode())
    except ValueError:  # it is neither
        pass
    return len(text), b""


def _inflated(data: bytes, start: int, most: int) -> bytes:
    """Unpack zlib data until its end, its first error, or more than `most` bytes."""
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
    except zlib.error:  # PDFium also keeps what came before
        pass
    return b"".join(pieces)
