"""The notebook: words that a user selected in an article, as sentences that can be verified.

The browser keeps the pins; what it sends is looked up in the articles again, and an export is
written by `askvisit.transcript`, like a conversation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from askvisit import transcript
from askvisit.passages import paragraphs
from askvisit.records import Answer, Article, Citation, Span, quoted
from askvisit.text import printable
from askvisit.web.answers import reference
from askvisit.web.source_panel import NOT_THERE, TextRange, article_sentences, fingerprint

MOST_PINS = 300
"""Maximum pins in a notebook; the page says so when it is full."""

MOST_SENTENCES = 20
"""Maximum sentences of one pin."""

TITLE = "# A notebook of quotes from the articles"
NO_WORDS = {"error": "Select some words in the article."}
TOO_MANY = {"error": f"Select at most {MOST_SENTENCES} sentences."}


def select(request: object, articles: Mapping[str, Article]) -> dict[str, Any]:
    """Return what a selection can be used for: `{"words", "reference", "pin"}`, or `{"error"}`.

    `request` comes from the browser: `{"place": …}`, a citation as `open_source` takes it; or
    `{"article", "reads", "from": [paragraph, offset], "to": [paragraph, offset]}`, where `reads` is
    the fingerprint of the text that is shown, and offsets count the characters of a paragraph.
    """
    data: dict[str, Any] = request if isinstance(request, dict) else {}
    place = TextRange.checked(data.get("place"), articles)
    article = articles.get(place.article) if place is not None else _shown(data, articles)
    if article is None:
        return {"error": NOT_THERE} if data else NO_WORDS
    chosen = place or _selected(data, article)
    cited = () if chosen is None else citations(article, chosen)
    if chosen is None or not cited:
        return NO_WORDS
    if len(cited) > MOST_SENTENCES:
        return TOO_MANY
    words = printable(article.text[chosen.start : chosen.end])
    return {
        "words": words,
        "reference": reference(cited[0], articles, words),
        "pin": {
            "article": article.id,
            "title": printable(article.title),
            "about": printable(" · ".join(filter(None, (article.source, article.date)))),
            "sentences": [_sentence(citation) for citation in cited],
        },
    }


def citations(article: Article, chosen: TextRange) -> tuple[Citation, ...]:
    """Return the sentences that a range touches, with its words as their spans.

    A sentence entirely inside it has the span of the range, if that lies in the sentence.
    """
    found: list[Citation] = []
    for sentence in article_sentences(article):
        start, end = max(sentence.start, chosen.start), min(sentence.end, chosen.end)
        start, end = _trimmed(article.text, start, end)
        if start >= end:
            continue
        inside = (start, end) if (start, end) != (sentence.start, sentence.end) else chosen.span
        if inside is None or not sentence.start <= inside[0] < inside[1] <= sentence.end:
            span = Span(sentence, None, None, 1.0, 0.0)
        else:
            span = Span(sentence, *inside, 1.0, 0.0)
        found.append(Citation.of(len(found) + 1, article, span, 1.0))
    return tuple(found)


def prove_pins(pins: object, articles: Mapping[str, Article]) -> list[dict[str, Any]]:
    """Return `{"status"}` for each pin that a browser sent: that of its worst sentence.

    If it moved within its article, there is also `sentences`, as they are there now.
    """
    proved: list[dict[str, Any]] = []
    for claim in _claims(pins):
        status, answer = _proved(claim, articles)
        proved.append({"status": status})
        if status == "moved" and answer is not None:
            proved[-1]["sentences"] = [_sentence(citation) for citation in answer.citations]
    return proved


def export_pins(pins: object, articles: Mapping[str, Article]) -> dict[str, Any]:
    """Return the notebook as a Markdown file: its name, type and text, and how many are left out.

    Pins no longer in their article are left out; those that moved in it are cited at the new place.
    If no pin is left, there is no file.
    """
    answers = [_proved(claim, articles)[1] for claim in _claims(pins)]
    written = [answer for answer in answers if answer is not None]
    file: dict[str, Any] = {"left_out": len(answers) - len(written)}
    if written:
        file["name"] = f"askvisit-notebook-{datetime.now():%Y-%m-%d-%H%M%S}.md"
        file["type"] = "text/markdown"
        file["text"] = transcript.to_markdown(written, TITLE)
    return file


def _shown(data: Mapping[str, Any], articles: Mapping[str, Article]) -> Article | None:
    """Return the article that the page shows; None if it is gone or has another text now."""
    name = data.get("article")
    article = articles.get(name) if isinstance(name, str) else None
    is_same = article is not None and data.get("reads") in (None, fingerprint(article.text))
    return article if is_same else None


def _selected(data: Mapping[str, Any], article: Article) -> TextRange | None:
    """Return the range between two places of the article as it is shown."""
    ranges = list(paragraphs(article.text))
    start, end = (_offset(article.text, ranges, data.get(which)) for which in ("from", "to"))
    if start is None or end is None or start >= end:
        return None
    start, end = _trimmed(article.text, start, end)
    return TextRange(article.id, start, end) if start < end else None


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a range without the white space at its ends; an empty one if nothing is left."""
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - (len(words) - len(words.rstrip()))


def _offset(text: str, ranges: Sequence[tuple[int, int]], at: object) -> int | None:
    """Return the text offset of a place on the page, counting the characters that it hides."""
    if not isinstance(at, list) or len(at) != 2 or any(type(number) is not int for number in at):
        return None
    paragraph, shown = at
    if not 1 <= paragraph <= len(ranges) or shown < 0:
        return None
    start, end = ranges[paragraph - 1]
    for position in range(start, end):
        if shown == 0 and printable(text[position]):
            return position
        shown -= len(printable(text[position]))
    return end if shown == 0 else None


def _sentence(citation: Citation) -> dict[str, Any]:
    return {
        "quote": citation.quote,
        "paragraph": citation.paragraph,
        "start": citation.start,
        "end": citation.end,
        "span": citation.span and [citation.span_start, citation.span_end],
    }


def _claims(pins: object) -> list[dict[str, Any]]:
    """Convert what a browser sent to what `transcript.prove` takes; a non-pin is `{}`."""
    listed = pins[:MOST_PINS] if isinstance(pins, list) else []
    claims: list[dict[str, Any]] = []
    for pin in listed:
        try:
            cited = [_claim(pin["article"], sentence) for sentence in pin["sentences"]]
            question = pin.get("question") or f"From “{pin['title']}”"
        except (KeyError, TypeError, ValueError, AttributeError):
            cited, question = [], ""
        is_pin = 0 < len(cited) <= MOST_SENTENCES and isinstance(question, str)
        claims.append({"question": question, "citations": cited} if is_pin else {})
    return claims


def _claim(article: object, sentence: Any) -> dict[str, Any]:
    quote, start, end, span = (sentence[name] for name in ("quote", "start", "end", "span"))
    left, right = (None, None) if span is None else span
    numbers = [start, end] if span is None else [start, left, right, end]
    if any(type(number) is not int for number in numbers) or sorted(numbers) != numbers:
        raise ValueError("a pin's offsets are whole numbers in order")
    if not isinstance(quote, str) or not isinstance(article, str):
        raise TypeError("a pin has a quote and an article")
    words = None if left is None else quote[left - start : right - start]
    return {
        "article_id": article,
        "quote": quote,
        "start": start,
        "end": end,
        "span": words,
        "span_start": left,
        "span_end": right,
    }


def _proved(claim: Mapping[str, Any], articles: Mapping[str, Article]) -> tuple[str, Answer | None]:
    """Return the status of a pin's worst sentence, and the pin as it is in the articles now.

    The latter is None if a sentence is gone.
    """
    proofs = transcript.prove([claim], articles) if claim else []
    order = ("gone", "changed", "moved", "intact")
    status = min((proof.status for proof in proofs), key=order.index, default="changed")
    is_there = status in ("intact", "moved")
    if not is_there or len(proofs) < len(claim["citations"]):  # a sentence that is named twice
        return status, None
    cited: list[Citation] = []
    for sentence, proof in zip(claim["citations"], proofs, strict=True):
        moved = 0 if proof.now_at is None else proof.now_at - sentence["start"]
        span = None
        if sentence["span"]:
            span = (sentence["span_start"] + moved, sentence["span_end"] + moved)
        start, end = sentence["start"] + moved, sentence["end"] + moved
        place = TextRange(proof.article_id, start, end, span)
        cited += citations(articles[proof.article_id], place)
    numbered = tuple(replace(citation, number=n) for n, citation in enumerate(cited, 1))
    question = printable(claim["question"])
    text = quoted(numbered)
    pin = Answer(question, question, "answer", True, text, 1.0, numbered, request="quote")
    return status, pin
