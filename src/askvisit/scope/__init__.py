"""Which articles to search for a question: by id, source and date, or as its words propose."""

from askvisit.scope.filter import Scope
from askvisit.scope.proposal import propose

__all__ = ["Scope", "propose"]
