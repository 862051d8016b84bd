"""Paragraphs, sentences and passages of a text, with offsets. Pure functions.

Paragraphs are found first, then sentences inside each: on a whole text, a sentence splitter
would join a headline, which has no full stop, to the sentence below it.
"""

import re
from collections.abc import Sequence
from itertools import accumulate, chain, pairwise

from askvisit import quotable
from askvisit.caching import remembered
from askvisit.records import Article, Passage, Sentence, Window
from askvisit.text import ends_sentence

SETTINGS = {"version": 3, "longest": 1000, "tiny": 80}
"""What passages depend on: an index built with other settings is rebuilt.

`longest`: characters of a passage; 1,000 are about 220 word pieces, within the encoder's 256.
`tiny`: a paragraph shorter than this is joined to the one below it (the last to the one above).
"""

WINDOW_LENGTH = 1100
"""Characters that a reader sees at once; measured to be better than 700 or single paragraphs."""

_BLANK_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
_SPACE = re.compile(r"\s")
_BLOCK_START = re.compile(r"[ \t]*(?:#{1,6}\s|[-*+•]\s|\d{1,3}[.)]\s|>\s?)")
_LIST_MARK = re.compile(r"[ \t]*(?:[–—]|\(?(?:[A-Za-z]|[ivx]{2,4})\)|\(\d{1,3}\))\s")
"""What may begin a list item if it begins several lines: once, a wrapped text may have it too."""
_HEADING_MARK = re.compile(r"#{1,6}\s+|[-*+•>]\s+")
_HEADLINE_LENGTH = 200

_TITLES = (
    "Adm|Ald|Amb|Asst|Atty|Brig|Cdr|Cllr|Cmdr|Comdr|Const|Coun|Cpl|Cpt|Det|Ens|Fr|Insp|Lt|Maj|Mgr"
    "|Mlle|Mme|Msgr|Pfc|Pres|Pvt|Reps|Sens|Spc|Supt|(?:Brig|Lt|Maj)\\.-(?:Col|Gen|Gov)"
)
_GOES_ON = re.compile(
    rf"(?:(?<![\w.])(?:{_TITLES})|(?:\A|\b[a-z]+\s|[-,(“]\s?)St)\.\s+(?=[^\W\d_a-z])"
    r"|[!?][\"'”’»)\]]*\s+(?=[\"'“‘(\[]*[a-z](?![A-Z]))"
)
"""Where no sentence ends: "Lt. Gov. Lind", "St. John" (not "on Main St. However"), "Yahoo! is"."""

_DATELINE = re.compile(
    r"[^a-z.!?\n]{2,40}[A-Z][a-z]{1,4}\.\)?\s+(?:\([^()\n]{2,30}\)\s*)?(?:[–—]|--?)\s"
)
"""The place that a report begins with: "WINDSOR, Ont. (AP) — "."""

Range = tuple[int, int]


@remembered(megabytes=8)
def paragraphs(text: str) -> list[Range]:
    """Return the paragraphs' offsets, excluding surrounding white space and Markdown markers.

    Blank lines separate paragraphs. Within a block, lines stand alone if they are headings, list
    items or the turns of speakers, or if they are paragraphs: if most end like sentences, or all
    below those of a heading do. Otherwise the block is one wrapped paragraph.
    """
    found = []
    start = 0
    for gap in [*(m.span() for m in _BLANK_LINES.finditer(text)), (len(text), len(text))]:
        for piece in _lines_or_block(text, start, gap[0]):
            trimmed = _trim(text, *piece)
            if trimmed is not None:
                found.append(trimmed)
        start = gap[1]
    return found


def headline(text: str) -> str | None:
    """Return the first block if it reads like a headline: one short line, more text below."""
    blocks = paragraphs(text)
    if len(blocks) < 2:
        return None
    start, end = blocks[0]
    first = text[start:end]
    marked = text[:start].lstrip("\ufeff \t\r\n").startswith("#")
    short = len(first) <= _HEADLINE_LENGTH and "\n" not in first
    return first if short and (marked or not first.endswith((".", ":", ";", ","))) else None


def sentences(article: Article) -> list[Sentence]:
    """Return the article's sentences in order; the headline is one of them."""
    found = []
    for number, (start, end) in enumerate(paragraphs(article.text), 1):
        for left, right in _sentence_ranges(article.text, start, end):
            found.append(Sentence(article.id, number, left, right, article.text[left:right]))
    return found


def passages(article: Article) -> list[Passage]:
    """Return what is encoded and retrieved: paragraphs, joined if tiny, split if long.

    A list stays with the line above it that ends in a colon, and an interview answer with its
    question, as far as there is room. A long paragraph is split at sentences; each part after the
    first begins with the last sentence of the previous part, if that leaves room for more.
    """
    ranges = []
    for start, end in _join_tiny(article.text, paragraphs(article.text)):
        ranges.extend(_split_long(article.text, start, end))
    return [Passage(article.id, a, b, article.text[a:b]) for a, b in ranges]


def windows(
    article: Article, inside: Sequence[Sentence], length: int = WINDOW_LENGTH
) -> list[Window]:
    """Group sentences of one article (in order) into windows of whole paragraphs.

    Each window holds about `length` characters and begins with the last paragraph of the previous
    window; a paragraph longer than that is split at sentences. A gap between the sentences'
    paragraphs ends a window.
    """
    found: list[Window] = []
    current: list[list[Sentence]] = []
    for block in _blocks(inside, length):
        apart = current and block[0].paragraph > current[-1][-1].paragraph + 1
        if current and (apart or block[-1].end - current[0][0].start > length):
            found.append(Window.of([*chain(*current)], article))
            overlap = [] if apart else current[-1:]
            fits = overlap and block[-1].end - overlap[0][0].start <= length
            current = overlap if fits else []
        current.append(block)
    if current:
        found.append(Window.of([*chain(*current)], article))
    return found


def _blocks(inside: Sequence[Sentence], length: int) -> list[list[Sentence]]:
    """Group sentences by paragraph; a paragraph over `length` becomes several groups."""
    groups: list[list[Sentence]] = []
    for sentence in inside:
        group = groups[-1] if groups else []
        same = group and group[0].paragraph == sentence.paragraph
        if same and sentence.end - group[0].start <= length:
            group.append(sentence)
        else:
            groups.append([sentence])
    return groups


def lines_in(text: str, start: int, end: int) -> list[Range]:
    """Return the offsets of the lines in a range, each with its line break."""
    lengths = map(len, text[start:end].splitlines(keepends=True))
    return list(pairwise(accumulate(lengths, initial=start)))


def _lines_or_block(text: str, start: int, end: int) -> list[Range]:
    lines = lines_in(text, start, end)
    closed = [ends_sentence(text[a:b]) for a, b in lines]
    speakers = [quotable.SPEAKER.match(text, a, b) is not None for a, b in lines]
    one_each, in_turn = 2 * sum(closed) > len(lines), sum(speakers) > 1
    if len(lines) > 1 and not in_turn and (one_each or _is_below_heading(text, lines, closed)):
        return lines
    marked = [_LIST_MARK.match(text, a, b) is not None for a, b in lines]
    is_list = sum(marked) > 1
    blocks: list[Range] = []
    for n, (a, b) in enumerate(lines):
        alone = _BLOCK_START.match(text, a, b) is not None or (is_list and marked[n])
        alone = alone or (in_turn and (speakers[n] or (one_each and n > 0 and closed[n - 1])))
        after_heading = blocks and text[blocks[-1][0] : blocks[-1][1]].lstrip().startswith("#")
        if not blocks or alone or after_heading:
            blocks.append((a, b))
        else:
            blocks[-1] = (blocks[-1][0], b)
    return blocks


def _is_below_heading(text: str, lines: Sequence[Range], closed: Sequence[bool]) -> bool:
    """Return whether two or more paragraphs, a line each, follow the lines of a heading.

    Those (headline, byline, date) do not end like sentences. Of a wrapped text, hardly ever do all
    lines behind the first that does, and none of its lines begins with a small letter.
    """
    if sum(closed) < 2 or any(text[a:b].lstrip()[:1].islower() for a, b in lines):
        return False
    return all(closed[closed.index(True) :])


def _trim(text: str, start: int, end: int) -> Range | None:
    """Trim white space, a byte order mark and Markdown markers from a range."""
    while start < end and (text[start].isspace() or text[start] == "\ufeff"):
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    marker = _HEADING_MARK.match(text, start, end)
    if marker and marker.end() < end:
        start = marker.end()
    if not any(character.isalnum() for character in text[start:end]):
        return None
    return start, end


def _sentence_ranges(text: str, start: int, end: int) -> list[Range]:
    from nupunkt import sent_spans

    paragraph = text[start:end]
    goes_on = {start + match.end() for match in _GOES_ON.finditer(paragraph)}
    dateline = _DATELINE.match(paragraph)
    begins = start + dateline.end() if dateline else start
    found: list[Range] = []
    for left, right in sent_spans(paragraph):
        trimmed = trim_space(text, start + left, start + right)
        if trimmed is None:
            continue
        if found and (trimmed[0] in goes_on or trimmed[0] < begins):
            found[-1] = (found[-1][0], trimmed[1])
        else:
            found.append(trimmed)
    return [cut for piece in quotable.together(text, found) for cut in _hard_cut(text, *piece)]


def trim_space(text: str, start: int, end: int) -> Range | None:
    """Return a range without the white space at its ends; None if nothing is left."""
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = start + len(piece.rstrip())
    return (left, right) if left < right else None


def _join_tiny(text: str, blocks: list[Range]) -> list[Range]:
    joined: list[Range] = []
    open_tiny = leads = in_list = False
    for start, end in blocks:
        item = end - start < SETTINGS["tiny"] or _BLOCK_START.match(text, start, end) is not None
        goes_on = open_tiny or leads or (in_list and item)
        if goes_on and end - joined[-1][0] <= SETTINGS["longest"]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
        asks = text[end - 1] == "?" and quotable.SPEAKER.match(text, start, end) is not None
        in_list = text[end - 1] == ":" or (in_list and item)
        leads = text[end - 1] == ":" or asks
        open_tiny = joined[-1][1] - joined[-1][0] < SETTINGS["tiny"]
    if open_tiny and len(joined) > 1 and joined[-1][1] - joined[-2][0] <= SETTINGS["longest"]:
        _, end = joined.pop()
        joined[-1] = (joined[-1][0], end)
    return joined


def _split_long(text: str, start: int, end: int) -> list[Range]:
    longest = SETTINGS["longest"]
    if end - start <= longest:
        return [(start, end)]
    parts: list[list[Range]] = [[]]
    for sentence in _sentence_ranges(text, start, end):
        part = parts[-1]
        if part and sentence[1] - part[0][0] > longest:
            overlap = [part[-1]] if sentence[1] - part[-1][0] <= longest and len(part) > 1 else []
            parts.append([*overlap, sentence])
        else:
            part.append(sentence)
    return [(part[0][0], part[-1][1]) for part in parts if part]


def _hard_cut(text: str, start: int, end: int) -> list[Range]:
    """Split one sentence that is longer than a passage, at white space if there is any."""
    longest = SETTINGS["longest"]
    cuts = [start]
    while end - cuts[-1] > longest:
        spaces = _SPACE.finditer(text, cuts[-1] + longest // 2, cuts[-1] + longest)
        cuts.append(max((space.end() for space in spaces), default=cuts[-1] + longest))
    pieces = (trim_space(text, a, b) for a, b in pairwise([*cuts, end]))
    return [piece for piece in pieces if piece is not None]
