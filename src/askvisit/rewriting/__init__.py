"""What else a question may mean; each file proposes, nothing here decides."""

from askvisit.rewriting import aliases, several, spelling, topics, wrapping

__all__ = ["aliases", "several", "spelling", "topics", "wrapping"]
