"""Which forms in an article are one name: "Veleva" is "Radostina Veleva".

Only if one name ends that way; of several, the one introduced earlier.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from askvisit.names.mentions import JOINED, TITLES, Mention
from askvisit.text import ends_sentence

_OF_AN_OFFICE = re.compile(rf"\b(?:{'|'.join(TITLES)})\s+(?:of|for)\s+(?:the\s+)?$", re.IGNORECASE)
_OF_A_PLACE = re.compile(r"\b(?:in|at|near|outside|towards?|across|into)\s+$", re.IGNORECASE)
_A_RELATIVE = re.compile(r"\b(?:his|her|their|my|our)\s+\w+,?\s+$", re.IGNORECASE)

_Fuller = dict[str, list[list[Mention]]]
"""The names, as groups of mentions, that a form may stand for."""


def split(mention: Mention, forms: Collection[str]) -> list[Mention]:
    """Split "Paddock Sense of Toowoomba" if the article elsewhere says "Paddock Sense".

    So is "Norway Per Strand" behind "President of", if it says "Norway".
    """
    text = mention.sentence.text[mention.start - mention.sentence.start :]
    text = text[: mention.end - mention.start]
    joints = r"\s+" if _OF_AN_OFFICE.search(mention.before) else r"\s+(?:of|for)\s+"
    for joint in re.finditer(joints, text):
        if text[: joint.start()] in forms:
            left = replace(mention, end=mention.start + joint.start())
            return [left, replace(mention, start=mention.start + joint.end())]
    return [mention]


def last_words(forms: Iterable[str]) -> set[str]:
    """Return the words that longer names end with and may be shortened to."""
    long = (form.split() for form in forms)
    return {form[-1] for form in long if len(form) > 1 and not JOINED.intersection(form)}


def merged(groups: list[list[Mention]]) -> list[list[Mention]]:
    """Merge short forms into the one name that they may stand for, before or else after them."""
    groups.sort(key=lambda group: group[0].start)
    forms = {_undotted(group[0].form) for group in groups}
    fuller: _Fuller = defaultdict(list)
    for group in groups:
        if not _join(group, fuller):
            for short in forms.intersection(_short_forms(group[0].form)):
                fuller[short].append(group)
    kept = [group for group in groups if group]
    for group in sorted(kept, key=lambda group: len(group[0].form.split())):
        _join(group, fuller)
    merged = [sorted(group, key=lambda m: m.start) for group in kept if group]
    return sorted(merged, key=lambda group: group[0].start)


def _join(group: list[Mention], fuller: _Fuller) -> bool:
    """Move a form's mentions to the one name it may stand for; return whether there is one."""
    longer = [
        other
        for other in fuller.get(_undotted(group[0].form), ())
        if other and other is not group and _stands_for(group, other[0])
    ]
    if len(longer) != 1:
        return False
    longer[0].extend(group)
    group.clear()
    return True


def _short_forms(full: str) -> Iterator[str]:
    """Yield a name's initials, and its beginnings and ends of any number of words."""
    parts = full.split()
    yield _initials(parts)
    for n in range(1, len(parts)):
        yield " ".join(parts[:n])
        yield " ".join(parts[n:])


def _initials(parts: Iterable[str]) -> str:
    return "".join(word[0] for word in parts if word.lower() not in JOINED)


def _undotted(form: str) -> str:
    """Return initials without full stops, and any other form as it is."""
    return form.replace(".", "") if _is_acronym(form) else form


def _is_acronym(form: str) -> bool:
    return form.isupper() and len(form) > 1 and " " not in form


def _stands_for(group: Sequence[Mention], full: Mention) -> bool:
    """Return whether a form is a name's end, initials or, if no mention forbids it, beginning."""
    short = group[0].form
    ours, theirs = short.split(), full.form.split()
    if _is_acronym(short):
        return _initials(theirs) == _undotted(short)
    if len(ours) >= len(theirs) or JOINED.intersection(theirs):
        return False
    if theirs[-len(ours) :] == ours:
        return True
    return theirs[: len(ours)] == ours and all(_may_begin(mention, full) for mention in group)


def _may_begin(mention: Mention, full: Mention) -> bool:
    """Return whether a mention may be a first name: after the full one, and not of a place.

    Before it, a headline and "her sister Ola" name what the text then introduces.
    """
    in_headline = mention.sentence.paragraph == 1 and not ends_sentence(mention.sentence.text)
    known = mention.start > full.start or in_headline or _A_RELATIVE.search(mention.before)
    return bool(known) and _OF_A_PLACE.search(mention.before) is None
