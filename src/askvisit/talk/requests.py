"""Requests for whole articles: a headline, the text, a summary, or the list of articles.

A request is recognised by what else it contains: apart from courtesies ("could you please give
me"), it may have only a word for what is wanted, a word for an article, and words that say which
article. So a question about a title or a report in the news is not a request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from askvisit.rewriting.wrapping import without_greeting
from askvisit.talk.wording import nearest_word, words
from askvisit.text import AUXILIARIES, QUESTION_WORDS

Wanted = Literal["headline", "show", "summary", "list"]

MOST_SENTENCES = 10
"""Maximum number of sentences in a requested summary."""


@dataclass(frozen=True)
class Request:
    """What is wanted, and of which article.

    `about`: the words that say which article, if any; `loosely` is False if they stand alone
    ("summarise A Bridge for the Town") and must be a title or a file name.
    `by_words`: a few words of its title are enough if no other article has them ("summarise the
    bridge"). `sentences`: the requested length of a summary, if given.
    """

    wanted: Wanted
    about: str | None = None
    loosely: bool = True
    sentences: int | None = None
    by_words: bool = False


_ASKING = QUESTION_WORDS | {"is", "are", "do", "does", "did"}
_ARTICLE = frozenset(
    "article text story news piece document page report post paper passage content contents".split()
)
_ARTICLES = frozenset("articles texts stories documents".split())
_YOURS = frozenset("you your these here".split())
"""Words beside which texts, stories and documents are those of the index, as articles are."""

SURELY = frozenset("article articles story".split())
"""Words that must mean an article; the others may be about the text."""

_IN_THE_NEWS = frozenset("report paper document post".split())
"""Words for an article that as often mean something in the news."""

_HEADLINE = frozenset("headline title heading header".split())
_HEADLINES = frozenset("headlines titles headings".split())
_NAME = frozenset("name named called titled entitled".split())
_SUMMARY = frozenset(
    "summary summaries summarise summarize summarised summarized summarising summarizing "
    "summarisation summarization gist tldr overview synopsis recap outline digest nutshell "
    "takeaway takeaways highlights rundown précis precis essence".split()
)
_SAYS = frozenset(
    "about say says said discuss discusses discussed cover covers describe describes explain "
    "explains contain contains tell tells talk talks saying telling happens happened happening "
    "mean means deals".split()
)
_NOUNS_TOO = frozenset("talk talks deals cover means".split())
_BEFORE_A_NOUN = frozenset("the a an these those of".split())
"""Words after which one of `_NOUNS_TOO` is a thing in the news: "the talks"."""

_SHOW = frozenset(
    "show open display view read print see present fetch load find where list".split()
)
_ORDERS = _SHOW - QUESTION_WORDS
_WHOLE = frozenset("full whole entire complete original".split())
_MAIN = frozenset(
    "main key central principal major important essential core biggest bullet".split()
)
_POINT = frozenset(
    "point points idea ideas fact facts message topic topics theme themes subject argument "
    "arguments thing things takeaway takeaways story".split()
)
_WRAPPING = frozenset(
    "please kindly can could will would may might should do does did have has got be is was are "
    "were am you your me us i we my our it this that these those the a an of for from in to at on "
    "with by and or so then now just again also here there all only what which how much many know "
    "give get make write provide create produce want need like let go up out down bring pull quick "
    "quickly brief briefly short shortly concise little small long simple plain english own single "
    "words word paragraph line lines sentence sentences bullet bullets current mainly latest today "
    "cited quoted mentioned source available exist most something everything actually basically "
    "exactly question one any some going ask answer use using more quote copy "
    "last previous same sum summing return link names".split()
)
_LINKS = frozenset("about on titled called named entitled regarding concerning with".split())
_NUMBERS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten".split(), 1)
}
_LENGTHS = frozenset("sentence sentences line lines point points bullet bullets".split())
_OFTEN_MISTYPED = "summary summarise summarize headline article articles".split()
_KNOWN = (
    *(_ARTICLE, _ARTICLES, _HEADLINE, _HEADLINES, _NAME, _SUMMARY, _SAYS, _SHOW, _WHOLE, _MAIN),
    *(_POINT, _WRAPPING),
)
_VOCABULARY = frozenset(word for known in _KNOWN for word in known)
_TLDR = re.compile(r"\btl\s*[;,:/]?\s*dr\b", re.IGNORECASE)


def parse(message: str) -> Request | None:
    """Parse a message as a request; None if it is a question about the text."""
    typed = [_corrected(word.word) for word in words(_TLDR.sub("tldr", without_greeting(message)))]
    sentences, typed = _length(typed)
    rest, about = _split(typed)
    held = frozenset(rest)
    wanted = None if _strange(rest) else _wanted(held, rest, about, _asks(typed, held))
    if wanted is None or (about and wanted == "list"):
        return None
    means_article = held & SURELY and held & (_HEADLINE | _SUMMARY | _SHOW | _SAYS | _NAME)
    loosely = bool(means_article) or about is None
    by_words = not loosely and bool(held & _SUMMARY)
    return Request(wanted, about, loosely, sentences, by_words)


def _corrected(word: str) -> str:
    if word in _VOCABULARY or len(word) < 6:
        return word
    return nearest_word(word, _OFTEN_MISTYPED) or word


def _length(typed: list[str]) -> tuple[int | None, list[str]]:
    """Find how many sentences are wanted, and remove that number (or one of words)."""
    for n, word in enumerate(typed[:-1]):
        number = int(word) if word.isdecimal() and len(word) < 4 else _NUMBERS.get(word)
        if number and typed[n + 1] in _LENGTHS:
            return min(number, MOST_SENTENCES), typed[:n] + typed[n + 1 :]
        if number and typed[n + 1] in ("word", "words"):
            return None, typed[:n] + typed[n + 1 :]
    return None, typed


def _strange(typed: list[str]) -> list[int]:
    """Return the places of the words that no request has but to say which article."""
    pairs = enumerate(pairwise(["", *typed]))
    return [
        n
        for n, (before, word) in pairs
        if word not in _VOCABULARY or (word in _NOUNS_TOO and before in _BEFORE_A_NOUN)
    ]


def _split(typed: list[str]) -> tuple[list[str], str | None]:
    """Separate the words that say which article from the others.

    They come before the word for an article ("the bridge article"), after it and a linking word
    ("the article about the bridge"), or alone. A number after it is its place ("article 3").
    """
    nouns = [n for n, word in enumerate(typed) if word in _ARTICLE]
    strange = _strange(typed)
    if not strange:
        return typed, None
    if len(strange) == 1 and _is_place(typed, strange[0]):
        return [word for n, word in enumerate(typed) if n != strange[0]], typed[strange[0]]
    if not nouns:
        first, last = strange[0], strange[-1] + 1
        return typed[:first] + typed[last:], " ".join(typed[first:last])
    noun = max((n for n in nouns if n < strange[0]), default=nouns[-1])
    after = typed[noun + 1 :]
    if len(after) > 1 and after[0] in _LINKS:
        return typed[: noun + 1], " ".join(after[1:])
    noun = nouns[-1]
    first = noun
    while first - 1 in strange:
        first -= 1
    return typed[:first] + typed[noun:], " ".join(typed[first:noun]) or None


def _is_place(typed: list[str], n: int) -> bool:
    """Return whether a word is a number after "article", which is to be shown or summarised.

    Otherwise it may be an article of a law: "Article 5", "What does article 5 say?".
    """
    is_number = typed[n].isdecimal() and n > 0 and typed[n - 1] in SURELY
    held = set(typed)
    return is_number and not held & _ASKING and bool(held & (_HEADLINE | _SUMMARY | _SHOW))


def _asks(typed: list[str], held: frozenset[str]) -> bool:
    """Return whether something is asked ("When did it open?"), and not just ordered.

    "Can you open it?", "I would like to see it" and "show Why It Opened" are orders.
    """
    order = next((n for n, word in enumerate(typed) if word in _ORDERS), len(typed))
    before = typed[:order]
    return bool(QUESTION_WORDS & held.union(before)) or any(
        word in AUXILIARIES and not {"you", "i", "we"}.intersection(typed[max(0, n - 1) : n + 2])
        for n, word in enumerate(before)
    )


def _wanted(held: frozenset[str], typed: list[str], about: str | None, asks: bool) -> Wanted | None:
    one, many = _means_article(held, typed), _means_articles(held, asks)
    if held & _SUMMARY or _sums_up(typed) or (held & _MAIN and held & _POINT):
        return "summary"
    if held & _HEADLINES or (many and not held & _SAYS - {"about", "tell"}):
        return "list" if len(typed) > 1 or "articles" in held else None
    if (held & _HEADLINE and (one or not held & _IN_THE_NEWS)) or (held & SURELY and held & _NAME):
        return "headline"
    if about and not one and held & _SHOW and not asks:
        return "show"
    return _of_the_text(held, typed) if one or held & {"this", "it"} else None


def _sums_up(typed: list[str]) -> bool:
    """Return whether "sum … up" is asked for, and not "up to what sum"."""
    return "sum" in typed and "up" in typed[typed.index("sum") :]


def _means_article(held: frozenset[str], typed: list[str]) -> bool:
    """Return whether words mean an article.

    A report is one if it is "this" one, to be shown, or asked what it is about.
    """
    shown = held & (_SHOW | _WHOLE) and not held & _ASKING
    is_one = shown or "this" in held or typed[-1:] == ["about"]
    return bool(held & (_ARTICLE if is_one else _ARTICLE - _IN_THE_NEWS))


def _means_articles(held: frozenset[str], asks: bool) -> bool:
    """Return whether words mean the articles of the index, and not documents in the news."""
    yours = held & _YOURS or (held & _ORDERS and not asks)
    return bool(held & (_ARTICLES if yours else _ARTICLES & SURELY))


def _of_the_text(held: frozenset[str], typed: list[str]) -> Wanted | None:
    """Tell "what does the article say" (a summary) from "read the article" (the text)."""
    one = _means_article(held, typed)
    if held & _SAYS:
        return "summary" if one or typed[-1] == "about" else None
    if not one or held & {"did", "does"}:  # "What did the report find?"
        return None
    if held & (_SHOW | _WHOLE):
        return "show"
    if "what" in held:
        return "summary"
    return "show" if held & (SURELY | {"text"}) else None
