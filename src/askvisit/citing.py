"""From the chosen candidates to citations: their order, their spans, and what leads to a quote."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from askvisit.speakers import citation_of

if TYPE_CHECKING:
    from askvisit.index import PassageIndex
    from askvisit.ranking import Candidate
    from askvisit.records import Citation, Sentence

STORY = 1 / 2
"""The least probability of belonging to the answer that makes a second sentence part of a story."""

_REFERRING = re.compile(
    r"[“\"‘']?(?:he|she|it|they|his|her|its|their|this|that|these|those|both)\b", re.IGNORECASE
)
_NAMED = re.compile(r"(?<=\s)[“\"‘']?[^\W\d_a-z]\w+")
_MOST_LEADING = 3
"""Sentences that lead to a quote at most. Of 108 sentences of news dev that begin with a pronoun,
0.86 are so led to by what it refers to; by the sentence before alone, 0.69."""


def is_story(chosen: Sequence[Candidate]) -> bool:
    """Return whether several sentences tell the answer together, and no words of the best do."""
    likely = sum(candidate.share >= STORY for candidate in chosen)
    return likely > 1 and chosen[0].span.margin < 0


def cite(chosen: Sequence[Candidate], index: PassageIndex) -> tuple[Citation, ...]:
    """Quote the chosen candidates from their articles, numbered from 1.

    Facts stand in order of rank; the sentences of a story in that of their articles, which come in
    order of rank, and without spans. A quote that begins with a pronoun has a lead: the sentences
    before it that say what it refers to, if they are not quoted themselves.
    """
    if is_story(chosen):
        articles = list(dict.fromkeys(c.span.sentence.article_id for c in chosen))
        chosen = sorted(
            (replace(c, span=replace(c.span, start=None, end=None)) for c in chosen),
            key=lambda c: (articles.index(c.span.sentence.article_id), c.span.sentence.start),
        )
    quoted = {candidate.span.sentence for candidate in chosen}
    found = []
    for number, candidate in enumerate(chosen, 1):
        sentence = candidate.span.sentence
        source = index.article(sentence.article_id)
        citation = citation_of(number, source, candidate.span, candidate.score)
        leading = _leading_to(sentence, index) if _REFERRING.match(sentence.text) else []
        if leading and not quoted.intersection(leading):
            start, end = leading[0].start, leading[-1].end
            lead = source.text[start:end]
            citation = replace(citation, lead=lead, lead_start=start, lead_end=end)
        found.append(citation)
    return tuple(found)


def _leading_to(sentence: Sentence, index: PassageIndex) -> list[Sentence]:
    """Return the sentences before one, back to the nearest that names somebody or something."""
    before = [s for s in index.sentences(sentence.article_id) if s.end <= sentence.start]
    leading: list[Sentence] = []
    for earlier in reversed(before[-_MOST_LEADING:]):
        if earlier.paragraph == 1 and leading:
            break  # a headline is no part of the text
        leading.insert(0, earlier)
        if _NAMED.search(earlier.text) and not _REFERRING.match(earlier.text):
            break
    return leading
