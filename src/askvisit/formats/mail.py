"""E-mails (.eml): the body, with the subject as headline; attachments are left out.

A newsletter's or press release's own text is used if it has one, otherwise its page. The sender is
the source, for most are sent by papers and offices; a byline in the text names the author.
"""

from __future__ import annotations

from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage

from askvisit.formats import Document, html
from askvisit.formats.fields import shown
from askvisit.text import one_line


def read(data: bytes) -> Document:
    """Read a message; raises `ValueError` if it has no text."""
    message = message_from_bytes(data, policy=policy.default)
    part = message.get_body(("plain", "html"))
    if part is None or not (message["subject"] or message["from"]):
        raise ValueError("is not an e-mail with a text")
    try:
        body = part.get_content()
    except (LookupError, MessageError) as error:
        raise ValueError(f"has a text that cannot be decoded ({error})") from error
    if part.get_content_subtype() == "html":
        body = html.read(body.encode()).text
    body = body.replace("\r\n", "\n").strip("\n")
    subject = shown(str(message["subject"] or ""))
    if not one_line(body).lower().startswith(subject.lower()):
        body = f"{subject}\n\n{body}"
    return Document(
        f"{body}\n",
        title=subject or None,
        source=_sender(message) or None,
        date=_date(message),
    )


def _sender(message: EmailMessage) -> str:
    addresses = message["from"].addresses if message["from"] else ()
    return shown(addresses[0].display_name or addresses[0].addr_spec) if addresses else ""


def _date(message: EmailMessage) -> str | None:
    sent = message["date"].datetime if message["date"] else None
    return None if sent is None else sent.date().isoformat()
