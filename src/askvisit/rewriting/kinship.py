"""Persons who are named by their kin: "Kim Jong Il's son" is Kim Jong Un.

A person is put in the place of such a description where the articles say who it is ("Kim Jong Un’s
father, the late Kim Jong Il") and say it of one person only. What they say of one of two holds for
the other as well: who has a father is his son, or his daughter where the articles say "she".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from askvisit.index import PassageIndex
from askvisit.rewriting.context import FEMALE, KIN, MALE, PERSON
from askvisit.rewriting.mentions import CAPITAL, names
from askvisit.text import PREPOSITIONS, one_line, tokens

_CONVERSE = {
    "father": ("son", "daughter"),
    "mother": ("son", "daughter"),
    "son": ("father", "mother"),
    "daughter": ("father", "mother"),
    "husband": ("wife",),
    "wife": ("husband",),
    "brother": ("brother", "sister"),
    "sister": ("brother", "sister"),
    "grandfather": ("grandson", "granddaughter"),
    "grandmother": ("grandson", "granddaughter"),
    "grandson": ("grandfather", "grandmother"),
    "granddaughter": ("grandfather", "grandmother"),
    "uncle": ("nephew", "niece"),
    "aunt": ("nephew", "niece"),
    "nephew": ("uncle", "aunt"),
    "niece": ("uncle", "aunt"),
    "predecessor": ("successor",),
    "successor": ("predecessor",),
}
_KIN = rf"\b(?P<kin>{'|'.join(_CONVERSE)})\b(?!-)"
# Of eight words at most, and never begun amid one: any text is searched in linear time.
_NAME = rf"(?<![\w.-]){CAPITAL}(?: (?:(?:of|de|von|van|bin|al|du|da|the) )?{CAPITAL}){{0,7}}"
_TOLD = (
    r"(?:(?:the|an?|late|former|then|current|own|only|younge[rs]t?|young|olde[rs]t?|old|elde[rs]t?|"
    r"first|second|third|half|twin)\s+)*"
)
_OWN = r"[’'](?:s\b)?\s+"
_PERSON = rf"(?:,\s+{_TOLD}(?P<apart>{_NAME})(?=[,.;:)]|$)|\s+(?P<person>{_NAME}))"
_SAID = tuple(
    re.compile(form)
    for form in (
        # "Kim Jong Un’s father, the late Kim Jong Il,", "Trump’s daughter Ivanka"
        rf"(?P<owner>{_NAME}){_OWN}{_TOLD}{_KIN}{_PERSON}",
        # "Xi and his wife, Peng Liyuan,"
        rf"(?P<owner>{_NAME}),?\s+(?:and|with)\s+(?:his|her)\s+{_TOLD}{_KIN}{_PERSON}",
        # "Raúl Madero, Madero's brother,"
        rf"(?P<person>{_NAME}),\s+(?P<owner>{_NAME}){_OWN}{_TOLD}{_KIN}(?=[,.;:)]|$)",
        # "Kim Jong Un is the son of Kim Jong Il"
        rf"(?P<person>{_NAME})(?:,|(?:,?\s+who)?\s+(?:is|was))\s+{_TOLD}{_KIN}\s+of\s+"
        rf"{_TOLD}(?P<owner>{_NAME})",
    )
)
_DESCRIBED = tuple(
    re.compile(form)
    for form in (
        rf"(?P<owner>{_NAME}){_OWN}{_TOLD}{_KIN}",
        rf"\b{_TOLD}{_KIN}\s+of\s+{_TOLD}(?P<owner>{_NAME})",
    )
)
_ASKED_FOR = re.compile(
    r"(?:.*\s)?(?:who|what)(?:[’']s|\s+(?:is|was))?(?:\s+(?:the\s+)?name\s+of)?\s*", re.IGNORECASE
)
_ASKS_RELATION = re.compile(r"\brelat(?:ed|ions?|ionships?|ives?)\b", re.IGNORECASE)
_PASSAGES = 20


def resolve(question: str, index: PassageIndex) -> str:
    """Return a question with a kin of somebody under their own name, where the articles tell it.

    "Who is Kim's father?" stays as it is: the name is what it asks for. Where only the other of
    the two is told of, that is asked: "Whose father is Kim Jong Il?" for who his son is. "How is
    Kim Jong Il related to Kim Jong Un?" becomes "Who is Kim Jong Un’s father?".
    """
    found = _find(question, index)
    if found is None:
        return _related(question, index) or question
    before, after = question[: found.start], question[found.end :]
    after = re.sub(rf"^,?\s+{re.escape(found.person)}\b,?", "", after)
    if _ASKED_FOR.fullmatch(before) and after.strip(" ?.!") in ("", "is", "was"):
        return question if found.said == found.kin else f"Whose {found.said} is {found.owner}?"
    if found.person in before or found.person in after:
        return question
    return f"{before}{found.person}{after}"


def tells(question: str, index: PassageIndex) -> bool:
    """Return whether the articles tell who the kin is that a question speaks of."""
    return _find(question, index) is not None


class _Found(NamedTuple):
    """A person whom a question describes, and where; what kin of the owner, and as what said."""

    person: str
    owner: str
    kin: str
    said: str
    start: int
    end: int


def _find(question: str, index: PassageIndex) -> _Found | None:
    written = _as_written(question, index)
    described = next((found for form in _DESCRIBED if (found := form.search(written))), None)
    owner = names(described["owner"]) if described is not None else []
    if described is None or not owner:
        return None
    persons = dict(_persons(owner[-1], described["kin"], index))
    if len(persons) != 1:
        return None
    ((person, said),) = persons.items()
    start = described.start()
    if described.start("owner") == start:
        start = described.end("owner") - len(owner[-1])  # "Did Kim’s father": less "Did"
    return _Found(person, owner[-1], described["kin"], said, start, described.end())


def _related(question: str, index: PassageIndex) -> str | None:
    """Return what asks how two are related in the words of the articles, None if these do not tell.

    A question of countries ("Are relations of China with Japan good?") has no kin in the articles.
    """
    named = names(_as_written(question, index)) if _ASKS_RELATION.search(question) else []
    if len(named) != 2:
        return None
    told = {
        f"Who is {owner}’s {kin}?"
        for text in _texts(" ".join(named), index)
        for owner, kin, person in _relations(text)
        if any(_is_same(owner, a) and _is_same(person, b) for a, b in (named, reversed(named)))
    }
    return told.pop() if len(told) == 1 else None


def _as_written(question: str, index: PassageIndex) -> str:
    """Return a question with its words in the letters of the articles, at the same offsets."""

    def written(match: re.Match[str]) -> str:
        word = index.vocabulary.get(match[0].lower(), match[0])
        return word if match[0].islower() and len(word) == len(match[0]) else match[0]

    return re.sub(r"\w+", written, question)


def _persons(owner: str, kin: str, index: PassageIndex) -> Iterator[tuple[str, str]]:
    """Yield who is this kin of somebody, and which kin the articles name of the two."""
    texts = _texts(" ".join((owner, kin, *_CONVERSE[kin])), index)
    for text in texts:
        for of, said, person in _relations(text):
            if said == kin and _is_same(of, owner):
                yield person, said
            elif kin in _CONVERSE[said] and person == owner and _may_be(of, kin, texts):
                yield of, said


def _texts(query: str, index: PassageIndex) -> list[str]:
    found = index.passages([n for n, _ in index.bm25(query, _PASSAGES)])
    return [passage.text for passage in found.values()]


def _may_be(person: str, kin: str, texts: Iterable[str]) -> bool:
    """Return whether texts that name a person say "he" more often than "she"; for a niece, less."""
    gender = KIN[kin]
    if gender == PERSON:
        return True
    parts = {person.split()[0], person.split()[-1]}
    said = Counter[str]()
    for text in texts:
        words = tokens(re.sub(_OWN, " ", text))
        said.update(word.lower() for word in words if not parts.isdisjoint(words))
    male, female = (sum(said[word] for word in words) for words in (MALE, FEMALE))
    return male > female if gender == MALE else female > male


def _relations(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield what a text says of kin: whose, which, and who it is."""
    line = one_line(text)
    for form in _SAID:
        for match in form.finditer(line):
            said = match.groupdict()
            owner, person = names(said["owner"]), names(said["person"] or said["apart"])
            placed = match[0].split()[0].lower() in PREPOSITIONS  # "In Beijing, Xi’s wife"
            if owner and person and not placed:
                yield owner[-1], said["kin"], person[-1]


def _is_same(told: str, asked: str) -> bool:
    """Return whether two names are one person's: "Trump" is Donald Trump, "Xi" is Xi Jinping."""
    return told in (asked, asked.split()[-1]) or asked in (told.split()[0], told.split()[-1])
