"""What else a question may mean; each file proposes, nothing here decides."""

from askvisit.rewriting import aliases, followups, kinship, several, spelling, topics, wrapping

__all__ = ["aliases", "followups", "kinship", "several", "spelling", "topics", "wrapping"]
