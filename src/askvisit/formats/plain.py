"""Plain text: stored as is; the first line is the title if it is a headline.

It is in UTF-8, UTF-16 with a byte order mark, or Windows-1252, as editors on Windows write it.
"""

import codecs

from askvisit.formats import Document
from askvisit.passages import headline

_MOST_FOREIGN = 0.2
"""Maximum share of characters outside ASCII in Windows-1252. In texts of western languages it is
below a tenth; one in another alphabet's encoding would be read as accented letters."""


def read(data: bytes) -> Document:
    """Decode the bytes; newlines, quotes and dashes stay as they are."""
    text = decode(data)
    return Document(text, title=headline(text))


def decode(data: bytes) -> str:
    """Decode a text; raises `ValueError` with the reason if the bytes are not text."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = data.decode("utf-16" if is_wide else "utf-8")
    except UnicodeDecodeError as error:
        text = "" if is_wide else data.decode("cp1252", "replace")
        foreign = sum(not character.isascii() for character in text)
        if "\ufffd" in text or foreign > _MOST_FOREIGN * len(text) or is_wide:
            raise ValueError(
                f"is not UTF-8 (byte {error.start}); open it in an editor and save it as UTF-8"
            ) from error
    if "\0" in text:
        raise ValueError("has NUL characters; if it is text, save it as UTF-8 in an editor")
    return text
