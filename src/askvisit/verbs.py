"""Past forms of English verbs: irregular ones are a closed class, regular ones have an ending."""

from __future__ import annotations

_PAST = frozenset(
    "was were had has have did been ago wasn't weren't hadn't hasn't haven't didn't arose ate "
    "beat became began bent bore bet bit bled blew bought bound bred broke broken brought built "
    "burnt came caught chose chosen clung crept dealt drank drew drawn driven drove dug dwelt "
    "fed fell fallen felt fled flew flown forbade forgot forgotten fought found froze frozen "
    "gave given gone got gotten grew grown heard held hid hidden hung kept knelt knew known "
    "laid lay lain led leapt learnt left lent lit lost made meant met mown overtook paid "
    "proved quit ran rang ridden risen rode rose said sang sank sat saw seen sent shaken "
    "shone shook shot shown shrank slain slept slid sold sought spat spent spoke spoken spun "
    "sprang stole stolen stood stuck stung struck sunk swam swept swore sworn swung taken taught "
    "thought threw thrown told took tore torn understood undertook underwent undone upheld "
    "went wept withdrew withdrawn withstood woke woken won wore worn wove wrote written wrung cut "
    "put set hit shut cast born dead".split()
)
_NO_PAST = frozenset("need feed seed speed breed indeed hundred red bed shed united embed".split())


def is_past(word: str) -> bool:
    """Return whether a word looks like a past form or past participle."""
    regular = word.endswith("ed") and len(word) > 3 and word.islower() and word not in _NO_PAST
    return regular or word.lower() in _PAST
