"""Greetings, thanks, farewells and questions about the assistant itself: a fixed response each.

A message is small talk only where it is made of such phrases from end to end. What follows a
greeting is a question like any other ("Hi, who met Kim?").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum
from itertools import product

from askvisit.talk.wording import Word, nearest_word, words


class Intent(IntEnum):
    """What a phrase is for; of several in a message the highest is responded to."""

    FILLER = 0
    GREETING = 1
    ASSENT = 2
    THANKS = 3
    FAREWELL = 4
    WELL_BEING = 5
    IDENTITY = 6
    HELP = 7


RESPONSES = {
    Intent.GREETING: "Hello! Ask me something about the articles.",
    Intent.ASSENT: "Ask me anything else about the articles.",
    Intent.THANKS: "You are welcome. Ask me anything else about the articles.",
    Intent.FAREWELL: "Goodbye.",
    Intent.WELL_BEING: "I am well, thank you. Ask me something about the articles.",
    Intent.IDENTITY: (
        "I am askvisit, a program that answers questions about news articles. Every answer is "
        "quoted word for word from an article, with its source; I write nothing of my own, and "
        "where the articles do not answer, I say so."
    ),
    Intent.HELP: (
        "Ask a question about the articles in plain English, such as who, when, where or why. I "
        "answer with sentences quoted from them, each with its source. You can go on from an "
        "answer (“and in 2018?”), and ask for the headline, for a summary, or to see the article."
    ),
}


def _phrases(*alternatives: str) -> set[str]:
    """Write out phrases: "(good|fine) day|night" is two words with two choices each."""
    written = set()
    for phrase in alternatives:
        choices = [choice.strip("()").split("|") for choice in re.findall(r"\([^)]*\)|\S+", phrase)]
        written |= {" ".join(" ".join(chosen).split()) for chosen in product(*choices)}
    return written


_PHRASES: dict[Intent, set[str]] = {
    Intent.FILLER: _phrases(
        "please|there|again|all|everyone|everybody|friend|buddy|mate|dear|assistant|askvisit|bot",
        "so|very|really|much|and|but|well|oh|um|uh|hm|now|then|just|today|team|sir|folks|guys|for",
        "a lot|bit|ton|million",
        "for (the|your|all|all the|all your) help|answer|answers|information|info|time",
        "helpful|useful",
        "that|this|it helped|helps",
        "(you are|that is|that was|this is|this was|it is|it was) (very|so|really|) "
        "helpful|great|good|nice|useful|kind|perfect|awesome|interesting",
        "i have a (quick|) question",
    ),
    Intent.GREETING: _phrases(
        "hi|hello|hey|hiya|howdy|greetings|yo|sup|hola|bonjour|ciao|salut|namaste|ola|olá|hej|servus",
        "good morning|afternoon|evening|day (to you|)",
        "(is|) anyone|anybody|someone there|here|home",
        "hello world",
        "morning|evening",
        "hey|hi|hello you",
        "nice|pleased|good|glad to meet you",
        "long time no see",
        "welcome back|",
        "what is up",
        "guten tag|morgen",
    ),
    Intent.ASSENT: _phrases(
        "ok|okay|yes|yeah|yep|yup|no|nope|sure|alright|great|cool|nice|good|perfect|wow|awesome",
        "excellent|lol|haha|hm|aha|ah|understood|interesting|amazing|brilliant|wonderful|sorry",
        "got it",
        "i see|understand",
        "(all|) right then",
        "good|great|nice|well job|work|one|answer|done",
        "never mind",
        "no problem|worries",
        "that is all|it|right|correct|enough|good|fine|great",
        "no (that is all|more questions|more)",
        "sounds good|great",
        "makes sense",
    ),
    Intent.THANKS: _phrases(
        "thanks|cheers|gracias|merci|danke|grazie|obrigado|obrigada|tack|dziękuję|bedankt",
        "thank you",
        "many|much thanks",
        "much appreciated|obliged",
        "i appreciate it|that|this|your help",
        "thanks|thank you (very|so|) much",
    ),
    Intent.FAREWELL: _phrases(
        "bye|goodbye|goodnight|farewell|cya|ciao|adios|adieu",
        "good bye|night",
        "bye bye",
        "see you (later|soon|tomorrow|around|)",
        "talk to you later|soon",
        "have a (good|nice|great|lovely) day|evening|night|weekend|one",
        "take care",
        "i am done|finished|leaving|off",
        "i have to go",
        "until next time",
    ),
    Intent.WELL_BEING: _phrases(
        "how are you (doing|feeling|) (today|)",
        "how is it (going|)",
        "how is everything|life",
        "how do you do|feel",
        "how are things (going|)",
        "how is your day (going|)",
        "are you ok|okay|well|fine",
        "you ok|okay|good|well",
    ),
    Intent.IDENTITY: _phrases(
        "who|what are you (exactly|really|called|)",
        "who|what exactly are you",
        "(how old|where|where from) are you (from|)",
        "what languages|language do|can you speak|understand|know|read",
        "who|what is askvisit",
        "who am i (talking|speaking|chatting) (to|with)",
        "what is your name|job|purpose",
        "your name",
        "do you have a name",
        "what (should|do|can|shall) i call you",
        "are you (a|an|the|) (real|) "
        "bot|robot|human|person|machine|chatbot|computer|program|ai|llm|chatgpt|gpt|real|alive|there",
        "are you (a|an) (large|) language model",
        "are you (an|) artificial intelligence",
        "who (made|built|created|wrote|developed|programmed|owns) you|this",
        "what (kind|type|sort) of (bot|assistant|program|system|ai|model) are you",
        "what is this (app|tool|chat|chatbot|bot|site|website|program|system|thing|assistant)",
        "introduce yourself",
        "(tell me|tell us|) (something|more|) about you|yourself",
        "who is (this|there)",
    ),
    Intent.HELP: _phrases(
        "help (me|us|out|menu|) (out|)",
        "(i need|i want|can i get|can i have|get|give me|need) (some|your|) (help|assistance)",
        "(can|could|will|would) you (please|) help (me|us|)",
        "how (can|could|will|do|would) you (help|assist) (me|us|)",
        "(what|how much) (can|do|could) you (do|know|answer|help with|tell|offer|tell me|) "
        "(for me|here|)",
        "what else can you do|answer|tell|tell me",
        "what are you able to do",
        "what are you capable of",
        "what do you know about",
        "what (kind|kinds|sort|sorts|type|types) of things (can|do) you do|know|answer",
        "(give|show) me (some|a few|an|) example|examples (questions|)",
        "what (are you|is this|is it) (good|made|) for",
        "what are your (abilities|capabilities|features|functions|skills|limits)",
        "(tell me|show me) what you can do",
        "what (can|should|could|may|do) i (ask|do|say|type|know) (you|) (here|)",
        "(what|which|what topics|which topics) (can|should|could|may) i ask (you|) about",
        "what (questions|kind of questions|kinds of questions|sort of questions|type of questions|"
        "types of questions) (can|should|could|may|do) (i|you) (ask|answer) (you|)",
        "how (does|do|can|could|should|would) (it|this|you|i|one|that|we) "
        "(work|use this|use it|use you|start|begin|ask|ask you|get started|use askvisit|do this)",
        "how (does|do|can|should) (i|this|the|we) (use|) (the|this|) "
        "(app|tool|chat|chatbot|bot|site|program|system|thing|assistant) (work|)",
        "how to (use this|use it|use you|ask|start)",
        "instructions",
        "(where|how) (do|should|can) i (start|begin)",
    ),
}
_INTENT = {phrase: intent for intent in Intent for phrase in _PHRASES[intent] if phrase}
_LONGEST = max(len(phrase.split()) for phrase in _INTENT)
_VOCABULARY = frozenset(word for phrase in _INTENT for word in phrase.split())

# What may stand between a greeting and the question that follows it without a comma.
_OPENERS = frozenset(
    "who whom whose what when where why how which is are was were do does did has have had can "
    "could will would should may i please tell give show and but so in".split()
)
_OPENING = (Intent.GREETING, Intent.THANKS)
_COMMA = re.compile(r"\s*[,.!;:…–—\n]")


def respond(message: str) -> str | None:
    """Return the fixed response to small talk, None for anything else."""
    typed = [word.word for word in words(message)]
    intent = _intent(typed) or _intent(_without_a_typo(typed))
    return RESPONSES[intent] if intent else None


def without_greeting(message: str) -> str:
    """Return what follows a greeting, thanks or "ok,"; the message where nothing does."""
    typed = words(message)
    plain = [word.word for word in typed]
    at, rest, highest = 0, message, Intent.FILLER
    while at < len(typed):
        length, intent = _phrase_at(plain, at)
        if intent is None or (intent == Intent.FILLER and rest != message):
            return rest
        at, highest = at + length, max(highest, intent)
        if at < len(typed) and _may_begin(message, typed, at, highest):
            rest = message[typed[at].start :]
    return message


def _may_begin(message: str, typed: list[Word], at: int, before: Intent) -> bool:
    """Return whether a question may begin at a word, after phrases of some intent."""
    if typed[at].start < typed[at - 1].end:  # both are of one contraction
        return False
    if _COMMA.match(message, typed[at - 1].end):
        numbered = before == Intent.ASSENT and typed[at].word[0].isdigit()  # "No. 10"
        return before > Intent.FILLER and not numbered
    return before in _OPENING and typed[at].word in _OPENERS


def _intent(typed: list[str]) -> Intent | None:
    """Return the highest intent of a message that is made of phrases, None where it is not."""
    found = list(_segments(typed))
    return max(found, default=None) if found and max(found) > Intent.FILLER else None


def _segments(typed: list[str]) -> Iterator[Intent]:
    """Yield the intents of consecutive phrases; none at all where some word is in no phrase."""
    intents, at = [], 0
    while at < len(typed):
        length, intent = _phrase_at(typed, at)
        if length == 0 or intent is None:
            return
        intents.append(intent)
        at += length
    yield from intents


def _phrase_at(typed: list[str], at: int) -> tuple[int, Intent | None]:
    """Return the length in words and the intent of the longest phrase that begins at a word."""
    for length in range(min(_LONGEST, len(typed) - at), 0, -1):
        intent = _INTENT.get(" ".join(typed[at : at + length]))
        if intent is not None:
            return length, intent
    return 0, None


def _without_a_typo(typed: list[str]) -> list[str]:
    """Correct one strange word among three or more; a lone one may be a topic of the articles."""
    strange = [n for n, word in enumerate(typed) if word not in _VOCABULARY]
    if len(typed) < 3 or len(strange) != 1:
        return []
    near = nearest_word(typed[strange[0]], _VOCABULARY)
    return [near if n == strange[0] else word for n, word in enumerate(typed)] if near else []
