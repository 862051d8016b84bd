"""Which article a request is about: the one that it names, the only one, or the one cited last.

If none of these applies, nothing is guessed: the user is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from askvisit.records import Answer, Article, ArticleRecord, Passage, Sentence, last_of
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


@dataclass(frozen=True)
class Searched:
    """The articles that a message may mean: those of an index with some ids, or all if None."""

    index: PassageIndex
    articles: Sequence[str] | None = None

    def ids(self, choices: Sequence[str] = ()) -> list[str]:
        """Return the ids to choose from: first those of `choices`, then the others, in order."""
        every = self.index.article_ids()
        known = dict.fromkeys(i for i in every if self.articles is None or i in self.articles)
        return list(dict.fromkeys([*(i for i in choices if i in known), *known]))

    def choose(self, request: Request, history: Sequence[Answer] = ()) -> list[str]:
        """Return the ids of the articles that a request may be about; empty if it names none.

        history: earlier answers, oldest first, of which the last may list articles that a place
        ("the second one") counts.
        """
        ids = self.ids(listed(history))
        if request.about is not None:
            loosely = request.names_article
            named = self._named(request.about, ids, loosely)
            if not named and not loosely and request.intent == "summary":
                # A few words of a title are enough if no other has them: "summarise the bridge".
                alike = self._named(request.about, ids, loosely=True)
                named = alike if len(alike) == 1 else []
            by_place = _place(_plain(request.about), len(ids)) is not None
            if named or by_place or not loosely:
                return named
            best = next(self.passages_with(request.about), None)
            return [] if best is None else [best.article_id]
        articles = (i for answer in reversed(history) for i in _article_of(answer))
        last = next((article for article in articles if article in ids), None)
        return ids if last is None else [last]

    def two(self, words: str) -> list[list[str]]:
        """Return the ids of what words compare, of both sides; empty if they name not two.

        A side is an article, named by its title, file or place, or those of a paper, `_OF_A_PAPER`
        at most, the newest first. "Compare the two articles" means those, if there are only two,
        also of a paper or with some words in the title.
        """
        ids = self.ids()
        for match in _BETWEEN_TWO.finditer(words):
            sides = words[: match.start()], words[match.end() :]
            named = [self._side(" ".join(_COMPARED.sub(" ", side).split()), ids) for side in sides]
            if all(named) and set(named[0]).isdisjoint(named[1]):
                return named
        rest = " ".join(_BETWEEN_TWO.sub(" ", _COMPARED.sub(" ", words)).split())
        both = ids
        if stems(rest):
            both = self._named(rest, ids, loosely=True) or self._of_paper(rest, ids)
        return [[i] for i in both] if len(both) == 2 and _THE_TWO.search(words) else []

    def only_named(self, words: str, choices: Sequence[str] = ()) -> str | None:
        """Return the id of the one article that words name, if they do nothing else.

        They name it by place among `choices`, by file or by words of its title, and so answer
        "Which article?".
        """
        ids = self.ids(choices)
        bare = _AROUND_A_NAME.sub(" ", words)
        named = self._named(words, ids, loosely=True) or self._named(bare, ids, loosely=True)
        if len(named) != 1:
            return None
        # "Why did tariffs rise?" has no other content words than a title, and yet asks something.
        asking = _ASKING.intersection(lower_tokens(words))
        titled = set(lower_tokens(self.index.article(named[0]).title))
        return named[0] if asking <= titled else None

    def which(self, question: str, chosen: Sequence[str], about: str | None) -> Answer:
        """Ask which of the possible articles is meant; say so if none was found for `about`."""
        if chosen or about is None:
            return self.listing(question, "Which article? ", " Name one.", chosen)
        return self.listing(question, f"No article was found for “{about}”. ")

    def listing(
        self, question: str, before: str = "", after: str = "", chosen: Sequence[str] = ()
    ) -> Answer:
        """Say how many articles there are, or are chosen, with the first titles, between texts."""
        ids = chosen or self.ids()
        choices = ids[:_TITLES_LISTED]
        titles = [f"“{self.index.article(article_id).title}”" for article_id in choices]
        if len(ids) == 1:
            count = f"There is one article: {titles[0]}."
        else:
            more = f", and {len(ids) - len(titles):,} more" if len(ids) > len(titles) else ""
            numbered = ", ".join(f"{number}. {title}" for number, title in enumerate(titles, 1))
            count = f"There are {len(ids):,} articles: {numbered}{more}."
        return Answer.talk(question, f"{before}{count}{after}", choices)

    def about(self, words: str | None) -> list[ArticleRecord]:
        """Return the articles that have all words in the title or in one passage; all for None."""
        ids = self.ids()
        among = set(ids)
        if words is not None:
            found = {passage.article_id for passage in self.passages_with(words)}
            among &= found.union(self._named(words, ids, loosely=True))
        return [record for record in self.index.records if record.id in among]

    def passages_with(self, about: str) -> Iterator[Passage]:
        """Yield, of each article with all words in one passage, the best of these; the best first.

        Only the `_MOST_SEARCHED` passages that match best are looked at.
        """
        index, ids, wanted = self.index, self.articles, stems(about)
        within = None if ids is None else [index.passage_range(i) for i in ids]
        best = index.bm25(about, _MOST_SEARCHED, within) if wanted else []
        found = set()
        for first in range(0, len(best), _PASSAGES_SEARCHED):
            few = [number for number, _ in best[first : first + _PASSAGES_SEARCHED]]
            passages = index.passages(few)
            for passage in (passages[number] for number in few):
                if passage.article_id not in found and wanted <= stems(passage.text):
                    found.add(passage.article_id)
                    yield passage

    def _side(self, words: str, ids: Sequence[str]) -> list[str]:
        """Return the one article that words name by title, file or place, or those of a paper."""
        named = self._named(words, ids, loosely=True)
        if named:
            return named if len(named) == 1 else []
        return self._of_paper(words, ids)[:_OF_A_PAPER]

    def _of_paper(self, words: str, ids: Sequence[str]) -> list[str]:
        """Return the articles of the one paper that words name, the newest first."""
        if not (paper := stems(words)):
            return []
        among = set(ids)
        known = [r for r in self.index.records if r.id in among and r.source is not None]
        of_paper = [r for r in known if paper <= stems(r.source or "")]
        if len({record.source for record in of_paper}) > 1:
            return []
        newest = sorted(of_paper, key=lambda record: record.date or "", reverse=True)
        return [record.id for record in newest]

    def _named(self, about: str, ids: Sequence[str], loosely: bool) -> list[str]:
        """Return the articles that words name by file, by place in the listing, or by title."""
        index, plain = self.index, _plain(about)
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
            mentioned = [i for n in numbers if (i := passages[n].article_id) in ids]
            compared = list(dict.fromkeys([*ids[:_TITLES_LISTED], *mentioned]))
        titled = [i for i in compared if asked and _is_titled(index.article(i), asked, loosely)]
        if titled:
            return [i for i in titled if _plain(index.article(i).title) == plain] or titled
        return [] if place is None else [ids[place]]


def _article_of(answer: Answer) -> list[str]:
    """Return the article that an answer quotes first or else gives a fact about."""
    cited = [citation.article_id for citation in answer.citations]
    return [*cited, *(fact.article_id for fact in answer.facts)][:1]


def sentence_with_most(index: PassageIndex, passage: Passage, about: str) -> Sentence | None:
    """Return the sentence of a passage that has most of the words; None if it has no sentence."""
    wanted = stems(about)
    inside = index.sentences(passage.article_id, passage.start, passage.end)
    return max(inside, key=lambda s: len(wanted & stems(s.text)), default=None)


def listed(history: Sequence[Answer]) -> tuple[str, ...]:
    """Return the articles that the last answer lists, in order."""
    return next((answer.choices for answer in reversed(last_of(history)) if answer.choices), ())


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
