"""Plain text in UTF-8: stored as is; the first line is the title if it is a headline."""

from askvisit.formats import Document
from askvisit.passages import headline


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
