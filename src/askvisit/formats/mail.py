"""E-mails (.eml): the body, with the subject as headline; attachments are left out.

A newsletter's or press release's own text is used if it has one, otherwise its page. The sender is
the source, for most are sent by papers and offices; a byline in the text names the author.

A reply loses what it answers, which others wrote; quotequail finds it. Other messages may quote a
letter as news, and what they forward stays, with its own sender if there is nothing else.
"""

import re
from email import message_from_bytes, policy
from email.errors import MessageError
from email.utils import parseaddr

from quotequail import unwrap, unwrap_html

from askvisit.formats import Document, html
from askvisit.formats.fields import shown
from askvisit.text import one_line

_MARK = re.compile(
    r"(?:\[[^\]]*\]\s*)?(?:(?P<reply>re|aw|sv|antw|odp|rif|res)(?:\s*\[\d+\])?"
    r"|fwd?|wg|tr|rv|vb|vs|enc)\s*:",
    re.I,
)
_QUOTED = re.compile(r"^[ \t]*>.*\n?", re.M)
_SIGNATURE = re.compile(r"^(?:--|_{40,}|Sent from my .{1,40})[ \t]*$", re.M)
_LONGEST_SIGNATURE = 15  # lines, with a notice; newsletters part their news by "--" too
_MOST_LINES = 2_000  # in which quotequail looks: its time grows with their square


def read(data: bytes) -> Document:
    """Read a message; raises `ValueError` if it has no text."""
    message = message_from_bytes(data, policy=policy.default)
    part = message.get_body(("plain", "html"))
    if part is None or not (message["subject"] or message["from"]):
        raise ValueError("is not an e-mail with a text")
    try:
        body = part.get_content().replace("\r\n", "\n")
    except (LookupError, MessageError) as error:
        raise ValueError(f"has a text that cannot be decoded ({error})") from error
    subject = shown(str(message["subject"] or ""))
    sent = message["date"].datetime if message["date"] else None
    senders = message["from"].addresses if message["from"] else ()
    source = "".join(shown(sender.display_name or sender.addr_spec) for sender in senders[:1])
    mark = _MARK.match(subject)
    is_reply = bool(mark["reply"] if mark else message["in-reply-to"])
    if part.get_content_subtype() == "html":
        body = _of_page(body, own=is_reply)
    elif is_reply:
        body = _own(body)
    found = _unwrapped(body)
    if found.get("type") != "forward":
        body = _unsigned(body)
    elif "text" in found and not found.keys() & {"text_top", "text_bottom"}:
        body, source = found["text"], shown(parseaddr(found.get("from", ""))[0]) or source
    body = body.strip("\n")
    if not one_line(body).lower().startswith(subject.lower()):
        body = f"{subject}\n\n{body}"
    date = sent.date().isoformat() if sent else None
    return Document(f"{body}\n", title=subject or None, source=source or None, date=date)


def _own(text: str) -> str:
    """Return what a reply's sender wrote, or the whole text if that is nothing."""
    own, rest = "", text
    while found := _unwrapped(rest):
        own, rest = f"{own}{found.get('text_top', '')}\n\n", found.get("text_bottom", "")
    kept = _QUOTED.sub("", own + rest)
    return kept if kept.strip() else text


def _unwrapped(text: str) -> dict[str, str]:
    return (unwrap(text) if text.count("\n") < _MOST_LINES else None) or {}


def _of_page(page: str, *, own: bool) -> str:
    """Return the text of an HTML message; that of a reply's sender only if own."""
    from lxml.html import fragment_fromstring

    found = (unwrap_html(page) if own else None) or {}
    kept = found.get("html_top", "") + found.get("html_bottom", "")
    try:
        return html.read((kept or page).encode()).text
    except ValueError:
        # To trafilatura a line or two is no article.
        lines = fragment_fromstring(shown(kept or page), create_parent="div")
        text = html.cell_text(lines)
        if not any(map(str.isalnum, text)):
            raise
        return text


def _unsigned(text: str) -> str:
    """Return a text without the signature, or the footer of a mailing list, at its end."""
    marks = list(_SIGNATURE.finditer(text))
    own = text[: marks[0].start()] if 1 <= len(marks) <= 2 else ""
    is_short = text.count("\n", len(own)) <= _LONGEST_SIGNATURE
    return own if own.strip() and is_short else text
