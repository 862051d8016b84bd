"""What else a question may mean; each file proposes, nothing here decides."""

from askvisit.readings import followups

__all__ = ["followups"]
