"""Pages like those of news articles, and questions like those that people type.

SQuAD passages are long paragraphs of encyclopedias with well-formed questions. News has short
paragraphs, and a chat gets ``when did xi meet kim``; these functions make one from the other.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

from askvisit.training.data import Document, Example, Paragraph, sentence_spans

PAGE_CHARACTERS = 1100
_DROPPED = frozenset(
    re.findall(
        r"\w+",
        "a an the is are was were do does did has have had of to in on at by for with that",
    )
)
_SYNONYMS = (
    "film>movie|begin>start|began>started|located>situated|nation>country|country>nation|"
    "help>aid|aid>help|purchase>buy|purchased>bought|famous>well-known|die>pass away|"
    "died>passed away|created>made|large>big|main>chief|leader>head|company>firm|kind>sort|"
    "type>kind|caused>led to|received>got|obtained>got|near>close to|approximately>about|"
    "occurred>happened|occur>happen|take place>happen|took place>happened|build>construct|"
    "built>constructed|needed>required|show>reveal|showed>revealed|children>kids|say>state|"
    "said>stated|called>named|visit>trip to|meeting>talks|agreement>deal|increase>rise|"
    "decrease>drop|stop>halt|try>attempt|tried>attempted|keep>retain|choose>select|"
    "chose>selected|provide>give|provided>gave|also known as>also called|in what year>when|"
    "what year>when|in which year>when|what is the name of>what is|for what reason>why|"
    "what person>who|which person>who|in what city>where|in what country>where"
)
SYNONYMS = {
    re.compile(rf"\b{old}\b", re.IGNORECASE): new
    for old, new in (pair.split(">") for pair in _SYNONYMS.split("|"))
}


def typed(question: str, rng: random.Random) -> str:
    """The question as people type it: lower case, no mark, sometimes only the keywords."""
    plain = re.sub(r"[?.!,;:\"“”]+", "", question).lower()
    style = rng.random()
    if style < 0.25:
        kept = [word for word in plain.split() if word not in _DROPPED]
        return " ".join(kept) if len(kept) >= 3 else plain
    if style < 0.35:
        opening = rng.choice(("can you tell me", "tell me", "please say", "do you know", "so"))
        return f"{opening} {plain}"
    return plain if style < 0.75 else question.lower()


def reworded(question: str, rng: random.Random) -> str:
    """The question with one or two words replaced by words of the same meaning, if it has any."""
    found = [pattern for pattern in SYNONYMS if pattern.search(question)]
    for pattern in rng.sample(found, min(len(found), 2)):
        question = pattern.sub(SYNONYMS[pattern], question, count=1)
    return question[:1].upper() + question[1:]


def shortened(context: str, keep: tuple[int, int] | None, most: int, rng: random.Random) -> str:
    """One to ``most`` consecutive sentences of a paragraph, those of the span ``keep`` among them.

    Returns the whole paragraph when the span reaches over a sentence's end.
    """
    spans = sentence_spans(context)
    count = rng.randint(1, most)
    if keep is None:
        first = rng.randrange(max(1, len(spans) - count + 1))
    else:
        inside = [at for at, (start, end) in enumerate(spans) if start <= keep[0] < end]
        if not inside or keep[1] > spans[inside[0]][1]:
            return context
        first = max(0, inside[0] - rng.randrange(count))
    last = min(first + count, len(spans)) - 1
    return context[spans[first][0] : spans[last][1]]


def news_page(
    document: Document, position: int, example: Example, *, without: str, rng: random.Random
) -> Example | None:
    """The example on a page of short consecutive paragraphs of its article.

    ``position`` is the place of its paragraph in the document. The page has about
    ``PAGE_CHARACTERS`` and sometimes opens with a headline. ``without`` is the answer's text,
    given also for an example that has none any more: None if the other paragraphs hold it.
    """
    most = rng.choice((2, 3, 4))
    own = example.context
    if example.answerable:
        own = shortened(own, (example.start, example.end), most, rng)
    others = document.paragraphs
    before: list[str] = []
    after: list[str] = []
    left, right = position - 1, position + 1
    while sum(map(len, [own, *before, *after])) < PAGE_CHARACTERS:
        if left >= 0 and (right >= len(others) or rng.random() < 0.5):
            before.insert(0, shortened(others[left].context, None, most, rng))
            left -= 1
        elif right < len(others):
            after.append(shortened(others[right].context, None, most, rng))
            right += 1
        else:
            break
    if rng.random() < 0.2:
        before.insert(0, document.title.replace("_", " "))
    if without and any(without.lower() in text.lower() for text in [*before, *after]):
        return None
    return _joined(example, before, own, after)


def sentence_page(
    paragraphs: tuple[Paragraph, ...], example: Example, others: int, rng: random.Random
) -> Example:
    """A one-sentence example among ``others`` random sentences, each a paragraph."""
    pool = [paragraph.context for paragraph in paragraphs]
    picked = [text for text in rng.sample(pool, min(others, len(pool))) if text != example.context]
    cut = rng.randint(0, len(picked))
    return _joined(example, picked[:cut], example.context, picked[cut:])


def _joined(example: Example, before: list[str], own: str, after: list[str]) -> Example:
    """Join paragraphs to one context and move the answer's offsets into it."""
    context = "\n\n".join([*before, own, *after])
    if not example.answerable:
        return replace(example, context=context)
    cut = example.context.index(own)  # before the answer: ``own`` holds it
    shift = sum(len(text) + 2 for text in before) - cut
    return replace(example, context=context, start=example.start + shift, end=example.end + shift)
