"""The names that articles mention most, with a citation for each mention."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from askvisit.index import PassageIndex
from askvisit.name_kinds import NameKind, kinds
from askvisit.names.article_names import ArticleName, in_sentences, of_article
from askvisit.names.mentions import Mention
from askvisit.records import Article, Citation, Sentence, Span

_ARTICLES_REMEMBERED = 1024


@dataclass(frozen=True)
class KeyName:
    """A name: its fullest form, all its forms, and where each mention is.

    `citations` has one entry per mention, in article and text order: `quote` is the sentence and
    `span` the form written there. `count` is their number. `kind` is also "other" if it is not
    certain whether the name is a person or a place.
    """

    name: str
    forms: tuple[str, ...]
    count: int
    citations: tuple[Citation, ...]
    kind: NameKind = "other"


def key_names(
    index: PassageIndex, articles: Sequence[str], most: int | None = None
) -> tuple[KeyName, ...]:
    """Return up to `most` of the names that articles mention, most mentioned first."""
    merged: dict[str, list[tuple[Article, Mention]]] = defaultdict(list)
    for article_id in articles:
        article = index.article(article_id)
        for found in _remembered(tuple(index.sentences(article_id))):
            merged[found.name.casefold()].extend((article, m) for m in found.mentions)
    ranked = sorted(merged.values(), key=lambda rows: -len(rows))[:most]
    in_context = [in_sentences([mention for _, mention in rows]) for rows in ranked]
    told = zip(ranked, in_context, kinds(in_context), strict=True)
    return tuple(_key_name(name.name, kind, rows) for rows, name, kind in told)


def _key_name(name: str, kind: NameKind, rows: Sequence[tuple[Article, Mention]]) -> KeyName:
    mentions = [mention for _, mention in rows]
    forms = dict.fromkeys([name, *(mention.form for mention in mentions)])
    citations = tuple(
        Citation.of(n, article, Span(m.sentence, m.start, m.end, 1.0, 0.0), 1.0)
        for n, (article, m) in enumerate(rows, 1)
    )
    return KeyName(name, tuple(forms), len(rows), citations, kind)


@lru_cache(maxsize=_ARTICLES_REMEMBERED)
def _remembered(sentences: tuple[Sentence, ...]) -> tuple[ArticleName, ...]:
    return tuple(of_article(sentences))
