"""Paragraphs, sentences, passages and windows: every offset holds, no word is lost."""

from __future__ import annotations

import itertools

import pytest
from harness.fakes import ROOT, VISIT
from hypothesis import given
from hypothesis import strategies as st

from askvisit import passages as cutting
from askvisit.passages import SETTINGS, WINDOW_LENGTH, headline, paragraphs, sentences, windows
from askvisit.records import Article

VISIT_TEXT = (ROOT / "index" / "articles" / VISIT).read_bytes().decode()

PIECES = st.sampled_from(
    [
        *("\n", "\n\n", "\r\n", "\r\n\r\n", "\n \t\n", "\r", "\u2028", "\x0c", "\u00a0", " "),
        *("\ufeff", "🙂", "\u0301", "\u202e", "مرحبا", "习近平。", "3.5", "_", "word "),
        *("# ", "- ", "1. ", "> ", "* ", "***", "…", ".", "?”", "’", "U.S. ", "Dr. ", "e.g. "),
        *("Kim went. ", "He left"),
        *("A sentence of some length follows here. " * 30, "endless" * 200, "many words " * 150),
    ]
)
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=300),
    st.lists(PIECES, max_size=40).map("".join),
)


def article(text: str) -> Article:
    return Article("a.txt", "A", text)


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraphs(text)]


def split(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(article(text))]


def passage_texts(text: str) -> list[str]:
    return [passage.text for passage in cutting.passages(article(text))]


def covered(text: str, ranges) -> bool:
    """Return whether every letter and digit of a text lies in one of the ranges."""
    inside = [False] * len(text)
    for start, end in ranges:
        inside[start:end] = [True] * (end - start)
    return all(there for there, c in zip(inside, text, strict=True) if c.isalnum())


@given(TEXTS)
def test_paragraphs_are_in_order_and_lose_no_word(text):
    found = paragraphs(text)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))
    assert all(text[start:end] == text[start:end].strip() for start, end in found)
    assert covered(text, found)


@given(TEXTS)
def test_sentences_are_exact_slices_of_their_paragraphs(text):
    blocks = paragraphs(text)
    found = sentences(article(text))
    assert {s.paragraph for s in found} == set(range(1, len(blocks) + 1))
    for sentence in found:
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip()
        start, end = blocks[sentence.paragraph - 1]
        assert start <= sentence.start < sentence.end <= end
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    for start, end in blocks:
        inside = [(s.start - start, s.end - start) for s in found if start <= s.start < end]
        assert covered(text[start:end], inside)


@given(TEXTS)
def test_passages_are_exact_slices_that_fit_the_encoder(text):
    found = cutting.passages(article(text))
    for passage in found:
        assert text[passage.start : passage.end] == passage.text
        assert len(passage.text) <= SETTINGS["longest"]
    assert [p.start for p in found] == sorted(p.start for p in found)
    assert bool(found) == any(c.isalnum() for c in text)
    assert covered(text, [(p.start, p.end) for p in found])


def test_a_sentence_longer_than_a_passage_is_cut_as_passages_are():
    text = "\n".join(["word"] * 500)
    found = sentences(article(text))
    assert [(s.start, s.end) for s in found] == [
        (p.start, p.end) for p in cutting.passages(article(text))
    ]
    assert all(s.text.startswith("word") and s.text.endswith("word") for s in found)


@given(TEXTS)
def test_a_sentence_begins_in_every_passage(text):
    starts = {s.start for s in sentences(article(text))}
    assert all(passage.start in starts for passage in cutting.passages(article(text)))


@given(TEXTS, st.integers(60, 1500))
def test_windows_hold_every_sentence_in_order(text, length):
    inside = sentences(article(text))
    found = windows(article(text), inside, length)
    for window in found:
        assert text[window.start : window.end] == window.text
        assert (window.start, window.end) == (window.sentences[0].start, window.sentences[-1].end)
        assert len(window.text) <= length or len(window.sentences) == 1
    assert sorted({s.start for w in found for s in w.sentences}) == [s.start for s in inside]


def test_the_visit_has_13_paragraphs_and_33_sentences():
    assert len(paragraphs(VISIT_TEXT)) == 13
    found = split(VISIT_TEXT)
    assert len(found) == 33
    assert found[0] == "Xi Jinping Visits North Korea to Pursue Diplomatic Leverage"
    assert found[2].startswith("Xi previously had met")
    assert found[2].endswith("in 2009.")
    assert found[11].startswith("The U.S. is also a staunch ally of South Korea")
    assert found[13].startswith("China, however,")
    assert found[13].endswith("U.S. disputes.")


@pytest.mark.parametrize(
    "sentence",
    [
        "Trump has leveraged U.S. sanctions as a chip.",
        "The U.S. is also an ally of South Korea.",
        "After the U.N. Security Council met, trade fell.",
        "Mr. Kim met Dr. Lee at 3.30 p.m. on Monday.",
        "“I will not go,” he said.",
        "Lt. Gov. Dan Patrick visited the town.",
        "He wrote to Lt. Col. Vindman, Cmdr. Lee and Cllr. Élodie Marsh.",
        "Msgr. Paul Ryan, Mme. Zakki and Ald. Ray Lopez spoke.",
        "A Pfc. Ann Lind and a Spc. Tom Berg fell.",
        "Maj.-Gen. John Roe met Brig. General Hall and Adm. Paul Orr.",
        "The coffin rested in St. Mary Church for two days.",
        "A host of Jeopardy! was told that Yahoo! is slow.",
        "He drank seven jugs! and was loud.",
        "Kun je zwemmen? (literally: can you swim) is Dutch.",
    ],
)
def test_an_abbreviation_or_a_mark_within_ends_no_sentence(sentence):
    assert split(f"Before it stands this. {sentence} This comes after it.")[1] == sentence


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("They opened a café on Bonavita St.", "Among the guests was Ann Lind."),
        ("He drank seven jugs!", "He was loud."),
        ("Who pays for it?", "iPhone buyers do."),
        ("He came at noon.", "Lt. Berg came too."),
    ],
)
def test_a_sentence_ends_where_another_begins(first, second):
    assert split(f"{first} {second}") == [first, second]


@pytest.mark.parametrize(
    "dateline",
    ["WINDSOR, Ont. (AP) — ", "BRANDON, Man. – ", "TORONTO (Ont.) (AP) — ", "HOBART, Tas. -- "],
)
def test_a_dateline_belongs_to_the_first_sentence(dateline):
    first = f"{dateline}Nine people lost an eye."
    assert split(f"{first} Two went to court.") == [first, "Two went to court."]
    assert split("Have you met Ann, Tom? – We have.") == ["Have you met Ann, Tom?", "– We have."]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("One.\n\nTwo.", ["One.", "Two."]),
        ("One.\r\n\r\nTwo.\r\n", ["One.", "Two."]),
        ("One.\n \t\n\n\nTwo.", ["One.", "Two."]),
        ("\ufeffOne.\n\nTwo.", ["One.", "Two."]),
        ("Headline\nFirst paragraph.\nSecond one.\nThird one.", [
            "Headline", "First paragraph.", "Second one.", "Third one."]),
        ("This one was\nwrapped by an\neditor. It goes on\nto here.", [
            "This one was\nwrapped by an\neditor. It goes on\nto here."]),
        ("# Title\nText below\nit.\n\n## Part\n\nEnd", ["Title", "Text below\nit.", "Part", "End"]),
        ("- one thing\n- another\n  goes on\n* last", ["one thing", "another\n  goes on", "last"]),
        ("1. first step\n2. second step", ["1. first step", "2. second step"]),
        ("> quoted words", ["quoted words"]),
        ("Today:\n– Roads are closed\n– Schools\n  reopen", [
            "Today:", "– Roads are closed", "– Schools\n  reopen"]),
        ("a) the roads\nb) the schools", ["a) the roads", "b) the schools"]),
        ("(1) the roads\n(2) the schools", ["(1) the roads", "(2) the schools"]),
        ("(ii) the roads\n(iii) the schools", ["(ii) the roads", "(iii) the schools"]),
        ("The mayor was ill\n– she said so –\nand left", [
            "The mayor was ill\n– she said so –\nand left"]),
        ("A Headline\nBy Ada Quill\nThe Post\n3 May 2021\nIt rained.\nIt blew.", [
            "A Headline", "By Ada Quill", "The Post", "3 May 2021", "It rained.", "It blew."]),
        ("A Headline\nby Ada Quill\nThe Post\n3 May 2021\nIt rained.\nIt blew.", [
            "A Headline\nby Ada Quill\nThe Post\n3 May 2021\nIt rained.\nIt blew."]),
        ("The roads near the\nPan-American Highway.\nA vendor of the\nRed Cross died.", [
            "The roads near the\nPan-American Highway.\nA vendor of the\nRed Cross died."]),
        ("Text.\n\n***\n\n---\n\nMore.", ["Text.", "More."]),
        ("\n\n \n", []),
        ("", []),
    ],
)  # fmt: skip
def test_paragraphs(text, found):
    assert cut(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A Headline\n\nText.", "A Headline"),
        ("\ufeffA Headline\r\n\r\nText.", "A Headline"),
        ("# It ends.\n\nText.", "It ends."),
        ("It ends.\n\nText.", None),
        ("Only this", None),
        ("x" * 201 + "\n\nText.", None),
        ("two wrapped\nlines\n\nText.", None),
    ],
)
def test_headline(text, found):
    assert headline(text) == found


SENTENCE = "The mayor of the town opened the long bridge in the early morning of day number {:03}."


def long_paragraph(count: int) -> str:
    return " ".join(SENTENCE.format(n) for n in range(count))


def test_a_long_paragraph_is_split_at_sentences_with_one_of_overlap():
    text = long_paragraph(30)
    found = cutting.passages(article(text))
    assert len(found) > 2
    for before, after in itertools.pairwise(found):
        last = split(before.text)[-1]
        assert after.text.startswith(last)
        assert before.end - after.start == len(last)
    assert found[0].start == 0
    assert found[-1].end == len(text)
    assert all(p.text.startswith("The mayor") and p.text.endswith(".") for p in found)


def test_a_sentence_longer_than_a_passage_is_cut_at_white_space():
    text = "and then " * 400
    found = passage_texts(text)
    assert len(found) == 4
    assert {word for part in found for word in part.split()} == {"and", "then"}
    assert passage_texts("x" * 2500) == ["x" * 1000, "x" * 1000, "x" * 500]


def test_tiny_paragraphs_are_joined_to_a_neighbour():
    long = SENTENCE.format(1)
    assert passage_texts(f"Headline\n\n{long}\n\n{long}") == [f"Headline\n\n{long}", long]
    assert passage_texts(f"{long}\n\nThe end.") == [f"{long}\n\nThe end."]
    assert passage_texts(f"{long}\n\nA.\n\nB.\n\n{long}") == [long, f"A.\n\nB.\n\n{long}"]
    assert passage_texts("Headline") == ["Headline"]


def test_the_headline_of_the_visit_can_be_retrieved():
    first, *others = cutting.passages(article(VISIT_TEXT))
    assert first.text.startswith("Xi Jinping Visits North Korea to Pursue")
    assert len(others) == 11


def test_windows_of_the_visit_are_whole_paragraphs_that_overlap_by_one():
    inside = sentences(article(VISIT_TEXT))
    found = windows(article(VISIT_TEXT), inside)
    assert len(found) > 3
    for window in found:
        assert len(window.text) <= WINDOW_LENGTH
        numbers = {s.paragraph for s in window.sentences}
        assert [s for s in inside if s.paragraph in numbers] == list(window.sentences)
    for before, after in itertools.pairwise(found):
        last = before.sentences[-1].paragraph
        next_up = [s for s in inside if s.paragraph in (last, last + 1)]
        fits = next_up[-1].end - next_up[0].start <= WINDOW_LENGTH
        assert after.sentences[0].paragraph == (last if fits else last + 1)
        assert len(before.text) + len(after.text) > WINDOW_LENGTH


def test_a_gap_between_paragraphs_ends_a_window():
    text = "One.\n\nTwo.\n\nThree.\n\nFour."
    inside = [s for s in sentences(article(text)) if s.paragraph != 3]
    assert [w.text for w in windows(article(text), inside)] == ["One.\n\nTwo.", "Four."]


def test_a_paragraph_longer_than_a_window_is_cut_at_sentences():
    text = long_paragraph(30)
    found = windows(article(text), sentences(article(text)))
    assert len(found) > 1
    assert all(len(w.text) <= WINDOW_LENGTH and w.text.endswith(".") for w in found)


def test_no_sentences_give_no_windows():
    assert windows(article("text"), []) == []
