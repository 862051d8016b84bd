"""Plain text in UTF-8: stored as is; the first line is the title if it is a headline."""

from askvisit.formats import Document
from askvisit.text import ends_sentence

_LONGEST_HEADLINE = 200


def read(data: bytes) -> Document:
    """Decode the bytes; newlines, quotes and dashes stay as they are."""
    text = decode(data)
    return Document(text, title=headline(text))


def decode(data: bytes) -> str:
    """Decode UTF-8; raises `ValueError` with the reason if the bytes are not text."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"not UTF-8 (byte {error.start}); open it in an editor and save it as UTF-8"
        ) from error
    if "\0" in text:
        raise ValueError("has NUL characters, so it is not a text file")
    return text


def headline(text: str) -> str | None:
    """Return the first line if it reads as a headline.

    A headline is short, does not end like a sentence or clause, and is followed by text: after a
    blank line, or in lines that mostly end sentences (a text with one line per paragraph).
    """
    lines = [line.strip() for line in text.lstrip("\ufeff").strip().splitlines()]
    if len(lines) < 2 or len(lines[0]) > _LONGEST_HEADLINE or lines[0].endswith((".", ",", ";")):
        return None
    closed = sum(ends_sentence(line) for line in lines[1:])
    return lines[0] if not lines[1] or 2 * closed > len(lines) - 1 else None
