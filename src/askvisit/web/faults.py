"""A fault of ours: the person sees a reference, the log has the details under it."""

import logging
import secrets

log = logging.getLogger("askvisit.web")


def told(what: str) -> str:
    """Log the exception that is being handled; return what to say about it."""
    number = secrets.token_hex(4)
    log.exception("%s failed, reference %s", what, number)
    return f"Something went wrong. Reference for the log: {number}"
