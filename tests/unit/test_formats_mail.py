"""E-mails: the text with its subject, sender and date."""

from __future__ import annotations

import json
from email.message import EmailMessage
from pathlib import Path

import pytest

from askvisit import formats
from askvisit.formats import mail

TEXT = "The mayor opened the bridge on Monday – at last.\n\nIt rained in Łódź, she said.\n"
PAGE = "<html><body><article>{}</article></body></html>".format(
    "".join(f"<p>{TEXT.strip()}</p>" for _ in range(6))
)


def message(text: str | None = TEXT, page: str | None = None, **headers: str) -> bytes:
    made = EmailMessage()
    given = {"Subject": "A Bridge for the Town", "From": "The Weir <news@weir.example>"} | headers
    for name, value in given.items():
        made[name] = value
    if text is not None:
        made.set_content(text)
    if page is not None and text is not None:
        made.add_alternative(page, subtype="html")
    elif page is not None:
        made.set_content(page, subtype="html")
    made.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="a.pdf")
    return bytes(made)


def test_a_message_is_its_subject_and_its_text():
    document = formats.read("a.eml", message(Date="Wed, 26 Jun 2019 23:30:00 -0500"))
    assert document.text == f"A Bridge for the Town\n\n{TEXT}"
    assert (document.title, document.source) == ("A Bridge for the Town", "The Weir")
    assert document.date == "2019-06-26"


def test_its_own_text_goes_before_its_page():
    assert mail.read(message(page=PAGE)).text == mail.read(message()).text
    assert TEXT.split("\n")[0] in mail.read(message(None, PAGE)).text


def test_a_page_of_one_line_is_read():
    document = mail.read(message(None, "<div>The pool<br>opens at seven.</div>"))
    assert document.text == "A Bridge for the Town\n\nThe pool opens at seven.\n"


def test_a_subject_that_the_text_repeats_is_not_added():
    text = f"A bridge for\nthe town\n\n{TEXT}"
    assert mail.read(message(text)).text == text


def test_headers_may_be_missing_or_wrong():
    document = mail.read(message(Date="soon", From="news@weir.example"))
    assert (document.source, document.date) == ("news@weir.example", None)
    bare = mail.read(b"Subject: =?utf-8?q?Caf=C3=A9?=\n\nIt rained.")
    assert (bare.text, bare.title, bare.source) == ("Café\n\nIt rained.\n", "Café", None)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no e-mail at all", "not an e-mail"),
        (b"Subject: A\nContent-Type: image/png\n\nabc", "not an e-mail with a text"),
        (b"Subject: A\nContent-Type: text/plain; charset=nonsense\n\nabc", "cannot be decoded"),
        (b"Subject: A\nContent-Type: text/html\n\n<p></p>", "no article"),
    ],
)
def test_what_has_no_text_says_why(data, reason):
    with pytest.raises(ValueError, match=reason):
        formats.read("a.eml", data)


CASES = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "data" / "mails.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["style"])
def test_a_message_is_its_senders_words(case):
    found = " ".join(
        mail.read(message(case.get("text"), case.get("html"), Subject=case["subject"])).text.split()
    )
    assert [words for words in case["keep"] if words not in found] == []
    if case["style"] == "pipe quoting":  # no program writes it, and tables are written like it
        return
    assert [words for words in case["drop"] if words in found] == []


def test_a_forwarded_message_alone_has_its_own_source():
    case = next(case for case in CASES if case["style"] == "apple forward only")
    document = mail.read(message(case["text"], Subject=case["subject"], From="Eva <eva@x.example>"))
    assert document.source == "Opera"
    assert document.text.startswith("Fwd: New director\n\nIda Storm becomes director of the opera.")


def test_a_reply_is_known_by_what_it_answers_too():
    text = "It opens in May.\n\n> When does it open?\n"
    told = {"In-Reply-To": "<1@weir.example>", "Subject": "The pool"}
    assert "When" not in mail.read(message(text, **told)).text
    assert "When" in mail.read(message(text, Subject="The pool")).text
    assert "When" in mail.read(message(text, **told | {"Subject": "WG: The pool"})).text


def test_a_reply_with_nothing_of_its_own_keeps_what_it_quotes():
    text = "On 1 May 2024, Kim wrote:\n> The pool opens in May.\n> It has a slide.\n"
    assert "has a slide" in mail.read(message(text, Subject="Re: The pool")).text


def test_a_long_message_takes_no_long_time():
    body = "a: b\n" * 20_000
    assert mail.read(message(body, Subject="Re: Figures")).text.count("a: b") == 20_000
