"""Query rewriting: what else a question may mean; each file proposes, nothing here decides."""

from askvisit.rewriting import aliases, spelling, splitting, topics, wrapping

__all__ = ["aliases", "spelling", "splitting", "topics", "wrapping"]
