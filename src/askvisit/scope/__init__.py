"""Which articles a question looks in: by id, source and date; and what its own words propose."""

from askvisit.scope.filter import Scope
from askvisit.scope.proposal import propose

__all__ = ["Scope", "propose"]
