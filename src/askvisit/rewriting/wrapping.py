"""Courtesies around a question, without content: "could you please tell me …, thank you!"."""

from __future__ import annotations

import re

from askvisit.text import content_words

_ASK = r"(?:could|can|would|will|may|might)\s+(?:you|i|u)"
_PLEASE = r"(?:please|pls|plz|kindly)"
_SOFT = rf"(?:{_PLEASE}|perhaps|maybe|possibly|just|also|quickly)"
_KNOW = r"(?:know|learn|find\s+out|ask(?:\s+you)?|hear|understand|see)"
_SAY = r"(?:tell|inform|show|explain\s+to|remind|advise|enlighten)\s+(?:me|us)"
_MUCH = r"(?:\s+(?:again|(?:so|very)\s+much|a\s+lot))?+"
_GREETINGS = (
    r"(?:hi+|hello|he+y+|hiya|howdy|hola|greetings|good\s+(?:morning|afternoon|evening|day)|dear\s+\w+)"
    rf"(?:\s+(?:there|again|all|everyone))?+|(?:thanks|thank\s+(?:you|u)|thx|ty|cheers){_MUCH}"
)
_ASSENT = (
    r"(?:ok(?:ay)?|yes|yeah|no|sure|great|nice(?=\s*[.!])|cool|good|perfect|(?:al)?right|sorry|"
    r"got\s+it|i\s+see)"
)
_BEGINS = (
    r"who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|has|have|had|can|"
    r"could|will|would|should|may|i|please|tell|give|show|and|but|so|in|thanks?"
)
_STOP = r"\s*[,.!;:…–—]+\s*"
_GREETING = re.compile(
    rf"\s*(?:(?:{_ASSENT}\s+)?(?:{_GREETINGS})(?:{_STOP}|\s+(?=(?:{_BEGINS})\b))"
    rf"|{_ASSENT}{_STOP}(?!\d))(?=\w)",
    re.IGNORECASE,
)
# "Well, who …" and "so who …", but not "well-known", "just war" or "Great Barrier Reef"
_GOES_ON = (
    rf"{_BEGINS}|{_SOFT}|any|my|quick|another|question|let|list|name|say|explain|describe|compare|"
    r"discuss|find|remind|inform|if|whether"
)
_PAUSE = rf"(?=\s*[,.!:–]|\s+-\s|\s+(?:{_GOES_ON})\b)"
_OPENINGS = (
    rf"(?:ok|okay|well|so|um+|uh+|er+m?|hmm+|sorry|excuse\s+me|great|right){_PAUSE}",
    rf"{_PLEASE}\b(?!-)|{_SOFT}{_PAUSE}",
    rf"(?:{_ASK}\s+)?(?:{_SOFT}\s+)*(?:{_SAY}|let\s+me\s+know)\b"
    r"(?!\s+(?:(?:some|any|every)thing|more|all)?\s*(?:about|of|on)\b)",
    rf"(?:do|would|did)\s+you\s+(?:{_SOFT}\s+)*(?:happen\s+to\s+)?know\b(?!\s+(?:about|of)\b)",
    rf"{_ASK}\s+(?:{_SOFT}\s+)*(?=(?:tell|say|explain|describe|discuss|show|give|list|find)\b)",
    r"(?:say|explain|answer)\b(?=\s+(?:wh|how|if)|\s*[:,])",
    rf"i(?:\s+would|['’]?d)\s+(?:{_SOFT}\s+)*(?:like|love|want|be\s+(?:happy|glad))\s+to\s+{_KNOW}\b"
    r"(?!\s+(?:more\s+)?(?:about|of)\b)",
    rf"i\s+(?:{_SOFT}\s+)*(?:want|need|wish|have)\s+to\s+{_KNOW}\b(?!\s+(?:more\s+)?(?:about|of)\b)",
    r"i(?:\s+am|['’]m|\s+was)?\s+(?:just\s+)?(?:wonder(?:ing)?|curious)\b(?!\s+about\b)",
    r"(?:any|do\s+you\s+have\s+any|got\s+any)\s+idea\b(?!\s+(?:about|of)\b)",
    r"(?:my|a|one|another|here\s+is\s+(?:my|a)|i\s+have\s+a|quick|a\s+quick)\s+"
    r"(?:quick\s+|next\s+|other\s+)?question(?:\s+for\s+you)?(?:\s+is)?(?=[\s,.!:–-])",
    r"question\s*:",
    r"(?:if|whether)\b(?=\s+\w+\s+\w+)",
)
_OPENING = re.compile(
    rf"\s*(?:{'|'.join(f'(?:{o})' for o in _OPENINGS[:-1])})[\s,.!:;–-]*", re.IGNORECASE
)
_WHETHER = re.compile(_OPENINGS[-1] + r"\s+", re.IGNORECASE)
_CLOSING = re.compile(
    # Neither run is tried again from within it, nor given back: else a long one takes minutes.
    r"(?:(?<![\s,.!;:–-])[\s,.!;:–-]*\b(?<!\bto )(?:please|pls|plz|thx|"
    r"(?<!\bgive )(?<!\bgave )(?<!\bsay )(?<!\bsaid )(?:many\s+)?thanks)|"
    r"(?:(?<![,.!;:–-])[,.!;:–-]++|(?<=\?))\s*"
    r"(?:thank\s+you|cheers|(?:would|do)\s+you\s+know|"
    r"if\s+you\s+(?:can|could|may|know|would|please|don['’]t\s+mind)))"
    r"(?:\s+(?:so|very)\s+much|\s+a\s+lot|\s+in\s+advance|\s+for\s+your\s+help)*"
    r"[\s,.!]*+(\??)[\s.!]*+$",
    re.IGNORECASE,
)


def without_greeting(message: str) -> str:
    """Return what follows a greeting, thanks or "ok,"; the message itself if nothing does.

    >>> without_greeting("Thanks! And in 2018?"), without_greeting("Hello Kitty museum")
    ('And in 2018?', 'Hello Kitty museum')
    """
    at = 0
    while greeting := _GREETING.match(message, at):
        at = greeting.end()
    return message[at:]


def unwrap(question: str) -> str:
    """Return a question without its courtesies; unchanged if it has nothing else."""
    left = without_greeting(question.strip())
    greeted = left != question.strip()
    while (closing := _CLOSING.search(left)) and closing.start() > 0:
        left = (left[: closing.start()].rstrip() + closing[1]).strip()
    opened = greeted
    while (opening := _OPENING.match(left)) and opening.end() > 0:
        left, opened = left[opening.end() :], True
    if opened and (whether := _WHETHER.match(left)):
        left = left[whether.end() :]
    if not content_words(left):
        return question
    return left[0].upper() + left[1:] if opened and left else left
