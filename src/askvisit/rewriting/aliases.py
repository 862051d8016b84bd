"""Aliases and abbreviations that are common in news: DPRK, NK and "the North" are North Korea.

A name is written as the articles write it, where they do not have it as typed and have another
form of it. Which of the two is meant is decided by who asks both readings.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from askvisit.index import PassageIndex

# Forms of one name in a line, parted by "/", the one to prefer first; "the" where it has one.
_NAMES = """
North Korea / the DPRK / NK / N. Korea / the North / the Democratic People's Republic of Korea
South Korea / the ROK / S. Korea / the South / the Republic of Korea
China / the PRC / the People's Republic of China / mainland China
the Chinese Communist Party / the CCP / the CPC / the Communist Party of China
Taiwan / the ROC / the Republic of China
the U.S. / the US / the United States / the USA / the U.S.A. / America / the States / \
the United States of America
the U.S. president / the US president / POTUS / the POTUS
the first lady / FLOTUS
the U.S. Supreme Court / the US Supreme Court / the Supreme Court / SCOTUS
the Republican Party / the Republicans / the GOP
the Democratic Party / the Democrats / the Dems
the Federal Reserve / the Fed
the Justice Department / the Department of Justice / the DOJ
the State Department / the Department of State
the Pentagon / the Defense Department / the Department of Defense / the DoD
the U.N. / the UN / the United Nations
the U.N. Security Council / the UN Security Council / the Security Council / the UNSC
the EU / the E.U. / the European Union
the UK / the U.K. / the United Kingdom / Britain / Great Britain
the UAE / the U.A.E. / the United Arab Emirates
the European Central Bank / the ECB
the International Monetary Fund / the IMF
the World Trade Organization / the WTO
the World Health Organization / the W.H.O.
the International Atomic Energy Agency / the IAEA
NATO / Nato / the North Atlantic Treaty Organization
the G20 / the G-20 / the Group of 20 / the Group of Twenty
the G7 / the G-7 / the Group of Seven
the DMZ / the demilitarized zone / the demilitarised zone
the Islamic State / ISIS / ISIL / Daesh
nuclear weapons / nukes / nuclear arms
prime minister / PM / premier
Russia / the Russian Federation
Kim Jong Un / Kim Jong-un
Xi Jinping / Xi Jin-ping
Beijing / Peking
Myanmar / Burma
Kyiv / Kiev
the Netherlands / Holland
the Czech Republic / Czechia
Turkey / Türkiye
Ivory Coast / Côte d'Ivoire
"""

_AMBIGUOUS = frozenset("us un uk eu pm roc cpc fed dod".split())
"""Abbreviations that are, or look like, other words in small letters: "the us", not "us"."""

_DIRECTIONS = frozenset(("the north", "the south"))
_PRESIDENT = re.compile(
    r"(?:U\.S\.|US|American) President\s([A-Z](?:\.|[\w-]+)(?:\s[A-Z](?:\.|[\w-]+))*)"
)
_PLACE = (
    r"(?!\s+(?:of|korea\w*|america\w*|atlantic|pacific|pole|sea|china|africa\w*|(?-i:[A-Z]))|-|\w)"
)


def expand(question: str, index: PassageIndex) -> str:
    """Return a question with its aliases as the articles write them."""
    return _forms_pattern().sub(lambda match: _written(match, index), question)


def _written(match: re.Match[str], index: PassageIndex) -> str:
    typed, bare = match[0], _bare(match[0])
    has_article = bare != typed
    if bare.lower() in _AMBIGUOUS and not (bare.isupper() or has_article):
        return typed
    forms = _names()[bare.lower()]
    if typed.lower() not in _DIRECTIONS and _stands(bare, index):
        return typed
    is_named = match.string[match.end() :].lstrip()[:1].isupper()
    if bare.lower() == "potus" and not is_named and (president := _president(index)):
        return president
    for form in forms:
        if _bare(form) != bare and _stands(_bare(form), index):
            own = next(f for f in forms if _bare(f).lower() == bare.lower())
            bears_none = not has_article and _bare(own) != own
            return _bare(form) if bears_none else form
    return typed


def _stands(form: str, index: PassageIndex) -> bool:
    """Return whether the articles have a form; an abbreviation only as it is written."""
    if " " in form or "-" in form:
        return index.holds(form)
    written = index.vocabulary.get(form.lower())
    return written is not None and (written == form or form.lower() not in _AMBIGUOUS)


def _president(index: PassageIndex) -> str | None:
    """Return the president's name in the articles, without the title: that would be searched for.

    "U.S. President" stands where he is introduced, which is seldom the sentence that answers.
    """
    found = Counter(
        match[1]
        for passage in index.passages([n for n, _ in index.bm25("U.S. president", 20)]).values()
        for match in _PRESIDENT.finditer(passage.text)
    )
    return found.most_common(1)[0][0] if found else None


def _bare(form: str) -> str:
    return re.sub(r"^the\s+", "", form, flags=re.IGNORECASE)


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Return every form without its article, in lower case, with all the forms of its name."""
    names = {}
    for line in _NAMES.strip().replace("\\\n", "").splitlines():
        forms = tuple(form.strip() for form in line.split("/"))
        names.update({_bare(form).lower(): forms for form in forms})
    return names


@cache
def _forms_pattern() -> re.Pattern[str]:
    forms = sorted(_names().keys() - {"north", "south"}, key=len, reverse=True)
    alternatives = "|".join(re.escape(form).replace(r"'", "['’]") for form in forms)
    return re.compile(
        rf"(?<![\w.])(?:the\s+(?:north|south)\b{_PLACE}|(?:the\s+)?(?:{alternatives})(?!\w))",
        re.IGNORECASE,
    )
