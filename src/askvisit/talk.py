"""What is not a question to the text."""

import unicodedata

NO_WORDS = "That has no words to look for. Ask a question about the articles, in English."
NOT_ENGLISH = "I read English only. Please ask in English."


def why_unreadable(question: str) -> str | None:
    """Return what to say to a question that cannot be looked up, None where it can be.

    It has no words (punctuation, emoji), or most of its letters are of another script.
    """
    letters = [c for c in question if c.isalpha()]
    if not letters:
        digits = any(c.isdigit() for c in question)
        return None if digits else NO_WORDS
    latin = sum(unicodedata.name(c, "").startswith(("LATIN", "FULLWIDTH LATIN")) for c in letters)
    return NOT_ENGLISH if 2 * latin < len(letters) else None
