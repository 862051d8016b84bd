"""Input that is not a question: a topic ("tell me about Vietnam", "sanctions") or a claim.

Such a text goes to topic search, which ranks sentences and gives no verdict: it asks for no span.
"""

from __future__ import annotations

import re

from askvisit.index import PassageIndex
from askvisit.text import AUXILIARIES, QUESTION_WORDS, content_words, lower_tokens, tokens, words

_SHORTEST_CLAIM = 3
"""Minimum content words of a statement, if it is written as one: with an initial capital and
function words, or a full stop. Keywords are mostly typed in lower case."""

ORDERS = frozenset(
    "name list define count compare give show tell translate summarise summarize".split()
)
"""Verbs that a question may begin with."""

_TEXT = (
    r"(?:it|they|you|we|this|that|(?:the|this|these|your|any|an)\s+"
    r"(?:articles?|texts?|stor(?:y|ies)|news|authors?|reports?|pieces?|pages?|documents?|files?))"
)
_ABOUT = r"(?:about|on|of|regarding|concerning|as\s+to|with\s+regard\s+to)"
_STUFF = (
    r"(?:(?:some|any|every)thing|more|all|(?:some\s+|any\s+|more\s+)?(?:info(?:rmation)?|details?|"
    r"news|facts?|quotes?|passages?|sentences?))"
)
_WORDINGS = (
    rf"(?:tell|inform|show|give|teach)\s+(?:me|us)\s+(?:{_STUFF}\s+)?{_ABOUT}",
    rf"(?:talk|speak|write|read)\s+(?:to\s+me\s+)?about|(?:say|know|find|get|give|show)\s+{_STUFF}\s+{_ABOUT}",
    rf"i(?:['’]d|\s+would)?\s+(?:want|need|like|love|wish)\s+(?:to\s+(?:know|learn|read|hear)\s+)?"
    rf"(?:{_STUFF}\s+)?about",
    rf"i(?:['’]m|\s+am)\s+(?:interested\s+in|looking\s+for|curious\s+about)(?:\s+{_STUFF}\s+{_ABOUT})?",
    rf"what\s+(?:else\s+)?(?:do|does|did|can|could|is|are|has|have)\s+{_TEXT}\s+(?:have\s+to\s+)?"
    rf"(?:say|said|saying|tell|told|mention|report|reported|write|know|have)\s+(?:(?:to\s+)?(?:me|us)\s+)?"
    rf"{_ABOUT}",
    r"what(?:['’]s|\s+is|\s+was|\s+has\s+been)\s+(?:said|written|reported|mentioned|known|there)\s+"
    rf"(?:(?:here|in\s+{_TEXT})\s+)?{_ABOUT}",
    rf"(?:do|does|did|is|are|can)\s+{_TEXT}\s+(?:also\s+|even\s+)?(?:mention(?:ed)?|discuss|cover|"
    rf"(?:(?:say|know|have|contain|tell\s+(?:me|us))\s+(?:{_STUFF}\s+)?|talk\s+|write\s+|speak\s+){_ABOUT})",
    rf"is\s+there\s+{_STUFF}\s+(?:here\s+|in\s+{_TEXT}\s+)?{_ABOUT}",
    rf"{_STUFF}\s+{_ABOUT}|(?:what|how)\s+about|about|on\s+the\s+(?:topic|subject)\s+of",
    r"(?:describe|discuss|explain|elaborate\s+on|expand\s+on|topic\s*:|subject\s*:)",
)
_WORDING = re.compile(rf"\s*(?:and\s+)?(?:{'|'.join(_WORDINGS)})\s+(?P<topic>.+)", re.IGNORECASE)
_MARKS = re.compile(r"(?:[?!…\s]|(?<!\.\w)\.)+$")  # the last full stop of "U.N." belongs to it
_ARTICLE = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)
_HERE = re.compile(rf"\s+(?:in|according\s+to)\s+{_TEXT}$|\s+here$", re.IGNORECASE)


def topic(question: str, index: PassageIndex) -> str | None:
    """Return the topic to search for, None if a question is asked."""
    said = _MARKS.sub("", question.strip())
    worded = _WORDING.fullmatch(said)
    if worded is not None:
        about = _HERE.sub("", worded["topic"])
        cased = about.lower() if about.isupper() else about  # "Theresa May" is no clause
        is_clause = any(word in AUXILIARIES | QUESTION_WORDS for word in tokens(cased))
        return about if content_words(about) and not is_clause else None
    if _asks(said):
        return None
    if len(content_words(said)) == 1 or index.holds(_ARTICLE.sub("", said)):
        return said
    long = len(content_words(said)) >= _SHORTEST_CLAIM
    end = question.rstrip()[-1:]
    written = said[:1].isupper() and len(words(said)) > len(content_words(said))
    return said if long and (written or end == ".") and end != "?" else None


def is_keywords(question: str) -> bool:
    """Return whether a text neither asks nor states anything: "steel tariffs date"."""
    return not _asks(question)


def _asks(text: str) -> bool:
    """Return whether a text has the form of a question: a question word, or a verb in front."""
    found = [re.split("['’]", word)[0] for word in lower_tokens(text)]  # "what's"
    ordered = found[:1] and (found[0] in AUXILIARIES or found[0] in ORDERS)
    return bool(ordered) or any(word in QUESTION_WORDS for word in found)
