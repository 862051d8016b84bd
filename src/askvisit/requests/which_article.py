"""Which article a request is about: the one that it names, the only one, or the one cited last.

If none of these applies, nothing is guessed: the user is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from askvisit.records import Answer, Article, Passage, Sentence, last_of
from askvisit.text import AUXILIARIES, QUESTION_WORDS, lower_tokens, stems

if TYPE_CHECKING:
    from askvisit.index import PassageIndex
    from askvisit.requests.intents import Request

_TITLES_LISTED = 5
_TITLES_COMPARED = 200
"""With more articles, only the titles listed first and those of articles with the words are."""

_PASSAGES_SEARCHED = 20
_MOST_SEARCHED = 1_000
"""Passages searched for articles that mention something: a long article has many of them."""

_AROUND_A_NAME = re.compile(r"\b(?:the|one|article|story|about|please)\b", re.IGNORECASE)
_ASKING = QUESTION_WORDS | AUXILIARIES | {"tell"}
_SURELY_PLACES = 99
"""A larger number is a place only if there are as many articles ("the 737 article")."""

_BETWEEN_TWO = re.compile(r"\b(?:and|with|to|from|versus|vs\.?)\s|,\s", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(?:compare|comparison|differ(?:s|ences?)?|between|side|by|how|do|does|what|where|are|is|show"
    r"|put|of|please|can|you|the|a|an|about|on|these|two|both|one|articles?|stor(?:y|ies)|reports?"
    r"|pieces?|other)\b|[?!.]+(?=\s|$)",
    re.IGNORECASE,
)
"""What surrounds the names of two articles in a request to compare them."""

COMPARES = re.compile(
    r"\s*(?:(?:please|can you|could you)\s+)*(?:compare\b|(?:what(?:['’]s|\s+is|\s+are)\s+the\s+"
    r"differences?\s+between|how\s+(?:do|does))\s+[\"“])",
    re.IGNORECASE,
)
"""The beginning of a line that compares articles, if it names two: their titles may read as
questions, or be longer than requests are. After other words than "compare" they are in quotes."""

_THE_TWO = re.compile(r"\b(?:two|both|these|articles)\b", re.IGNORECASE)

_OF_A_PAPER = 5
"""How many of a paper's articles are compared, the newest."""

_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


def choose(
    index: PassageIndex,
    request: Request,
    history: Sequence[Answer] = (),
    articles: Sequence[str] | None = None,
) -> list[str]:
    """Return the ids of the articles that a request may be about; empty if it names none.

    history: earlier answers, oldest first, of which the last may list articles that a place ("the
    second one") counts; articles: the ids to choose from (None: all).
    """
    ids = among(index, articles, listed(history))
    if request.about is not None:
        loosely = request.names_article
        named = _named(index, request.about, ids, loosely)
        if not named and not loosely and request.intent == "summary":
            # A few words of a title are enough if no other has them: "summarise the bridge".
            alike = _named(index, request.about, ids, loosely=True)
            named = alike if len(alike) == 1 else []
        by_place = _place(_plain(request.about), len(ids)) is not None
        if named or by_place or not loosely:
            return named
        best = next(passages_with(index, request.about, articles), None)
        return [] if best is None else [best.article_id]
    last = next((i for answer in reversed(history) for i in _article_of(answer) if i in ids), None)
    return ids if last is None else [last]


def _article_of(answer: Answer) -> list[str]:
    """Return the article that an answer quotes first or else gives a fact about."""
    cited = [citation.article_id for citation in answer.citations]
    return [*cited, *(fact.article_id for fact in answer.facts)][:1]


def two(index: PassageIndex, words: str, articles: Sequence[str] | None = None) -> list[list[str]]:
    """Return the ids of what words compare, of one side and the other; empty if they name not two.

    A side is an article, named by its title, file or place, or those of a paper, `_OF_A_PAPER` at
    most, the newest first. "Compare the two articles" means those, if there are only two, also of
    a paper or with some words in the title.
    """
    ids = among(index, articles)
    for match in _BETWEEN_TWO.finditer(words):
        sides = words[: match.start()], words[match.end() :]
        named = [_side(index, " ".join(_COMPARED.sub(" ", side).split()), ids) for side in sides]
        if all(named) and set(named[0]).isdisjoint(named[1]):
            return named
    rest = " ".join(_BETWEEN_TWO.sub(" ", _COMPARED.sub(" ", words)).split())
    both = ids
    if stems(rest):
        both = _named(index, rest, ids, loosely=True) or _of_paper(index, rest, ids)
    return [[i] for i in both] if len(both) == 2 and _THE_TWO.search(words) else []


def _side(index: PassageIndex, words: str, ids: Sequence[str]) -> list[str]:
    """Return the one article that words name by title, file or place, or those of a paper."""
    named = _named(index, words, ids, loosely=True)
    if named:
        return named if len(named) == 1 else []
    return _of_paper(index, words, ids)[:_OF_A_PAPER]


def _of_paper(index: PassageIndex, words: str, ids: Sequence[str]) -> list[str]:
    """Return the articles of the one paper that words name, the newest first."""
    if not (paper := stems(words)):
        return []
    among_ids = set(ids)
    known = [r for r in index.records if r.id in among_ids and r.source is not None]
    of_paper = [r for r in known if paper <= stems(r.source or "")]
    if len({record.source for record in of_paper}) > 1:
        return []
    newest = sorted(of_paper, key=lambda record: record.date or "", reverse=True)
    return [record.id for record in newest]


def only_named(
    index: PassageIndex,
    words: str,
    articles: Sequence[str] | None = None,
    choices: Sequence[str] = (),
) -> str | None:
    """Return the id of the one article that words name, if they do nothing else.

    They name it by place among `choices`, by file or by words of its title, and so answer "Which
    article?".
    """
    ids = among(index, articles, choices)
    bare = _AROUND_A_NAME.sub(" ", words)
    named = _named(index, words, ids, loosely=True) or _named(index, bare, ids, loosely=True)
    if len(named) != 1:
        return None
    # "Why did tariffs rise?" has no other content words than a title, and yet asks something.
    asking = _ASKING.intersection(lower_tokens(words))
    return named[0] if asking <= set(lower_tokens(index.article(named[0]).title)) else None


def which(
    index: PassageIndex,
    question: str,
    chosen: Sequence[str],
    about: str | None,
    articles: Sequence[str] | None = None,
) -> Answer:
    """Ask which of the possible articles is meant; say so if none was found for what was named."""
    ids = chosen or among(index, articles)
    if chosen or about is None:
        return listing(index, question, ids, "Which article? ", " Name one.")
    return listing(index, question, ids, f"No article was found for “{about}”. ")


def every_one_about(
    index: PassageIndex, about: str, articles: Sequence[str] | None = None
) -> list[str]:
    """Return the ids of the articles that have all words in the title, or one passage with them."""
    ids = among(index, articles)
    found = {passage.article_id for passage in passages_with(index, about, articles)}
    found.update(_named(index, about, ids, loosely=True))
    return [i for i in ids if i in found]


def passages_with(
    index: PassageIndex, about: str, articles: Sequence[str] | None = None
) -> Iterator[Passage]:
    """Yield, of each article with all words in one passage, the best of these; the best first.

    Only the `_MOST_SEARCHED` passages that match best are looked at.
    """
    wanted = stems(about)
    within = None if articles is None else [index.passage_range(i) for i in articles]
    numbers = [number for number, _ in index.bm25(about, _MOST_SEARCHED, within)] if wanted else []
    found = set()
    for first in range(0, len(numbers), _PASSAGES_SEARCHED):
        few = numbers[first : first + _PASSAGES_SEARCHED]
        passages = index.passages(few)
        for passage in (passages[number] for number in few):
            if passage.article_id not in found and wanted <= stems(passage.text):
                found.add(passage.article_id)
                yield passage


def sentence_with_most(index: PassageIndex, passage: Passage, about: str) -> Sentence | None:
    """Return the sentence of a passage that has most of the words; None if it has no sentence."""
    wanted = stems(about)
    inside = index.sentences(passage.article_id, passage.start, passage.end)
    return max(inside, key=lambda s: len(wanted & stems(s.text)), default=None)


def among(
    index: PassageIndex, articles: Sequence[str] | None, choices: Sequence[str] = ()
) -> list[str]:
    """Return the ids to choose from: first those of `choices`, then the others in index order."""
    known = dict.fromkeys(i for i in index.article_ids() if articles is None or i in articles)
    return list(dict.fromkeys([*(i for i in choices if i in known), *known]))


def listed(history: Sequence[Answer]) -> tuple[str, ...]:
    """Return the articles that the last answer lists, in order."""
    return next((answer.choices for answer in reversed(last_of(history)) if answer.choices), ())


def listing(
    index: PassageIndex, question: str, ids: Sequence[str], before: str = "", after: str = ""
) -> Answer:
    """Say how many articles there are, with the first titles, between two other texts."""
    choices = ids[:_TITLES_LISTED]
    titles = [f"“{index.article(article_id).title}”" for article_id in choices]
    if len(ids) == 1:
        count = f"There is one article: {titles[0]}."
    else:
        more = f", and {len(ids) - len(titles):,} more" if len(ids) > len(titles) else ""
        numbered = ", ".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
        count = f"There are {len(ids):,} articles: {numbered}{more}."
    return Answer.talk(question, f"{before}{count}{after}", choices)


def _named(index: PassageIndex, about: str, ids: Sequence[str], loosely: bool) -> list[str]:
    """Return the articles that words name by file, by place in the listing, or by title."""
    plain = _plain(about)
    by_file = [
        i for i in ids if plain in (i.lower(), PurePath(i).stem.lower(), _file_words(i).lower())
    ]
    if by_file:
        return by_file
    place = _place(plain, len(ids))
    if place is not None and place < _SURELY_PLACES:
        return list(ids[place : place + 1])
    asked = stems(plain)
    compared = ids
    if len(ids) > _TITLES_COMPARED:
        numbers = [number for number, _ in index.bm25(plain, _PASSAGES_SEARCHED)]
        passages = index.passages(numbers)
        mentioned = (passages[number].article_id for number in numbers)
        compared = list(dict.fromkeys([*ids[:_TITLES_LISTED], *(i for i in mentioned if i in ids)]))
    titled = [i for i in compared if asked and _is_titled(index.article(i), asked, loosely)]
    if titled:
        return [i for i in titled if _plain(index.article(i).title) == plain] or titled
    return [] if place is None else [ids[place]]


def _plain(about: str) -> str:
    return about.strip(" .?!“”\"'").lower()


def _place(plain: str, articles: int) -> int | None:
    """Return the place in the listing, from 0, that words name among so many articles."""
    word = plain.removeprefix("the ").removeprefix("number ").removesuffix(" one").strip(" .#")
    if word in _ORDINALS:
        return _ORDINALS.index(word)
    number = re.fullmatch(r"([1-9]\d{0,2})(?:st|nd|rd|th)?", word)
    if number is None or int(number[1]) > max(articles, _SURELY_PLACES):
        return None
    return int(number[1]) - 1


def _is_titled(article: Article, asked: frozenset[str], loosely: bool) -> bool:
    """Return whether title or file name have all words; unless loosely, most of the title."""
    title = stems(article.title)
    known = title | stems(_file_words(article.id))
    return asked <= known and (loosely or 2 * len(asked) > len(title))


def _file_words(article_id: str) -> str:
    """Return a file's name without its ending as words: "court ruling" for "court-ruling.md"."""
    return " ".join(re.split(r"[\W_]+", PurePath(article_id).stem))
