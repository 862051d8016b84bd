"""The notebook: chosen words become sentences that are proved; what a browser sends is checked."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from harness.web_fakes import ARTICLE, TEXT

from askvisit.records import Article
from askvisit.web import notebook
from askvisit.web.source_panel import TextRange

ARTICLES = {ARTICLE.id: ARTICLE}
MET = "She met the mayor in the town hall."


def place(words: str, text: str = TEXT) -> dict[str, object]:
    start = text.index(words)
    return {"place": {"article": ARTICLE.id, "start": start, "end": start + len(words)}}


def pinned(words: str, question: str = "") -> dict[str, object]:
    pin = notebook.select(place(words), ARTICLES)["pin"]
    return json.loads(json.dumps({**pin, "question": question}))


def quotes(chosen: dict) -> list[tuple[str, object]]:
    return [(s["quote"], s["span"]) for s in chosen["pin"]["sentences"]]


def statuses(pins, articles=ARTICLES) -> list[str]:
    return [proved["status"] for proved in notebook.prove_pins(pins, articles)]


def test_chosen_words_are_the_span_of_their_sentence():
    chosen = notebook.select(place("the mayor in"), ARTICLES)
    start = TEXT.index("the mayor in")
    assert quotes(chosen) == [(MET, [start, start + 12])]
    assert chosen["words"] == "the mayor in"
    assert chosen["reference"] == (
        "“the mayor in” (A Short Visit, The Paper, 2019-06-28, paragraph 2) "
        "https://paper.example/visit"
    )


def test_a_choice_over_two_sentences_is_both_and_a_whole_one_has_no_span():
    chosen = notebook.select(place(f"Monday. {MET}"), ARTICLES)
    monday = TEXT.index("Monday.")
    arrived = "The minister arrived on Monday."
    assert quotes(chosen) == [(arrived, [monday, monday + 7]), (MET, None)]


def test_a_citation_keeps_its_span():
    wanted = place(MET)
    start = TEXT.index("town hall")
    wanted["place"]["span"] = [start, start + 9]
    assert quotes(notebook.select(wanted, ARTICLES)) == [(MET, [start, start + 9])]


def test_offsets_of_the_page_count_only_what_it_shows():
    text = "Head\n\nOne \u202ehidden\u202c mark. Two \x00 words 🙂 here."
    hidden = {"h.txt": Article("h.txt", "Head", text)}
    shown = "One hidden mark. Two  words 🙂 here."
    start = shown.index("words")
    request = {"article": "h.txt", "from": [2, start], "to": [2, start + len("words 🙂")]}
    assert notebook.select(request, hidden)["words"] == "words 🙂"
    whole = {"article": "h.txt", "from": [1, 0], "to": [2, len(shown)]}
    assert [s["paragraph"] for s in notebook.select(whole, hidden)["pin"]["sentences"]] == [1, 2, 2]


@pytest.mark.parametrize(
    "request_",
    [
        None,
        {},
        {"article": "visit.txt", "from": [2, 3], "to": [2, 3]},
        {"article": "visit.txt", "from": [2, 9], "to": [2, 3]},
        {"article": "visit.txt", "from": [0, 0], "to": [2, 3]},
        {"article": "visit.txt", "from": [1, 0], "to": [99, 0]},
        {"article": "visit.txt", "from": [1, 0], "to": [2, 9999]},
        {"article": "visit.txt", "from": [1, True], "to": ["2", 3]},
    ],
)
def test_what_is_no_choice_is_told(request_):
    assert notebook.select(request_, ARTICLES) == notebook.NO_WORDS


@pytest.mark.parametrize(
    "request_",
    [
        {"article": "no.txt", "from": [1, 0], "to": [2, 3]},
        {"article": ["visit.txt"], "from": 1, "to": None},
        {"article": "visit.txt", "reads": "0123abcd", "from": [2, 0], "to": [2, 9]},
        {"place": {"article": "visit.txt", "start": 5, "end": 99_999}},
        {"place": {"article": "visit.txt", "start": 5, "end": 9, "reads": "0123abcd"}},
    ],
)
def test_words_of_an_article_that_is_gone_or_changed_are_not_taken(request_):
    assert "as they are now" in notebook.select(request_, ARTICLES)["error"]


def test_too_much_at_once_is_told():
    whole = {"place": {"article": ARTICLE.id, "start": 0, "end": len(TEXT)}}
    assert notebook.select(whole, ARTICLES) == notebook.TOO_MANY


def test_an_export_shows_what_was_pinned():
    pins = [pinned(MET, "Who met the mayor?"), pinned("only subject")]
    file = notebook.export_pins(pins, ARTICLES)
    assert file["left_out"] == 0
    assert file["name"].endswith(".md")
    text = file["text"]
    assert text.startswith("# A notebook of quotes from the articles\n\n## Who met the mayor?\n\n")
    assert f"> {MET} [1]" in text
    assert "## From “A Short Visit”" in text
    assert "Confidence" not in text
    at = TEXT.index(MET)
    assert f"(visit.txt {at}-{at + len(MET)}, sha256 {ARTICLE.sha256})" in text


def test_a_pin_whose_article_changed_is_left_out_and_one_that_moved_is_cited_anew():
    pins = [pinned(MET), pinned("only subject")]
    edited = replace(ARTICLE, text="News.\n\n" + TEXT.replace("Trade was", "Money was"))
    now = {ARTICLE.id: edited}
    assert statuses(pins) == ["intact", "intact"]
    assert statuses(pins, now) == ["moved", "changed"]
    assert statuses(pins, {}) == ["gone", "gone"]
    moved = {**pins[0], "sentences": notebook.prove_pins(pins, now)[0]["sentences"]}
    assert statuses([moved], now) == ["intact"]
    file = notebook.export_pins(pins, now)
    assert file["left_out"] == 1
    assert f"{edited.text.index(MET)}-" in file["text"]
    assert "text" not in notebook.export_pins(pins, {})


@pytest.mark.parametrize(
    "pin",
    [
        None,
        {},
        {"article": 3, "title": "T", "sentences": []},
        {"article": "visit.txt", "title": "T", "question": 7, "sentences": [{}]},
    ],
)
def test_what_is_no_pin_is_no_proof(pin):
    assert statuses([pin]) == ["changed"]
    assert notebook.export_pins([pin], ARTICLES) == {"left_out": 1}


@pytest.mark.parametrize(
    ("name", "value"),
    [("start", "5"), ("span", [3]), ("span", [0, 9999]), ("quote", None), ("end", True)],
)
def test_a_pin_that_was_tampered_with_is_no_proof(name, value):
    pin = pinned(MET)
    pin["sentences"][0][name] = value
    assert statuses([pin]) == ["changed"]


def test_a_sentence_that_is_named_twice_and_no_list_break_nothing():
    pin = pinned(MET)
    pin["sentences"] *= 2
    assert notebook.export_pins([pin], ARTICLES) == {"left_out": 1}
    assert notebook.export_pins("no list", ARTICLES) == {"left_out": 0}


def test_a_range_between_sentences_has_no_citation():
    gap = TEXT.index(" She met")
    assert notebook.citations(ARTICLE, TextRange(ARTICLE.id, gap, gap + 1)) == ()
