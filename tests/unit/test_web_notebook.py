"""The notebook: chosen words become sentences that are proved; what a browser sends is checked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from harness.web_fakes import ARTICLE, TEXT, FakeAssistant, Page

from askvisit.records import Article
from askvisit.web import notebook
from askvisit.web.chat import Chat
from askvisit.web.places import TextRange

MET = "She met the mayor in the town hall."


def page(*articles: Article) -> Page:
    assistant = FakeAssistant()
    assistant.articles = {article.id: article for article in articles}
    return Page(Chat(assistant))


VISIT = page(ARTICLE)


def place(words: str, text: str = TEXT) -> dict[str, object]:
    start = text.index(words)
    return {"place": {"article": ARTICLE.id, "start": start, "end": start + len(words)}}


def selected(**request: object) -> dict:
    return VISIT.post("select", **request)


def pinned(words: str, question: str | None = None) -> dict:
    return {**selected(**place(words))["pin"], "question": question}


def quotes(chosen: dict) -> list[tuple[str, object]]:
    return [(s["quote"], s["span"]) for s in chosen["pin"]["sentences"]]


def statuses(pins, at: Page = VISIT) -> list[str | None]:
    return [proved.get("status") for proved in at.post("pins", entries=pins)["proved"]]


def exported(*entries, at: Page = VISIT) -> dict:
    return at.post("notebook", entries=entries)


def test_chosen_words_are_the_span_of_their_sentence():
    chosen = selected(**place("the mayor in"))
    start = TEXT.index("the mayor in")
    assert quotes(chosen) == [(MET, [start, start + 12])]
    assert chosen["words"] == "the mayor in"
    assert chosen["reference"] == (
        "“the mayor in” (A Short Visit, The Paper, 28 June 2019, paragraph 2) "
        "https://paper.example/visit"
    )


def test_a_choice_over_two_sentences_is_both_and_a_whole_one_has_no_span():
    chosen = selected(**place(f"Monday. {MET}"))
    monday = TEXT.index("Monday.")
    arrived = "The minister arrived on Monday."
    assert quotes(chosen) == [(arrived, [monday, monday + 7]), (MET, None)]


def test_a_citation_keeps_its_span():
    wanted = place(MET)
    start = TEXT.index("town hall")
    wanted["place"]["span"] = [start, start + 9]
    assert quotes(selected(**wanted)) == [(MET, [start, start + 9])]


def test_offsets_of_the_page_count_only_what_it_shows():
    text = "Head\n\nOne \u202ehidden\u202c mark. Two \x00 words 🙂 here."
    hidden = page(Article("h.txt", "Head", text))
    shown = "One hidden mark. Two  words 🙂 here."
    at = shown.index("words")
    request = {"article": "h.txt", "start": [2, at], "end": [2, at + len("words 🙂")]}
    assert hidden.post("select", **request)["words"] == "words 🙂"
    whole = hidden.post("select", article="h.txt", start=[1, 0], end=[2, len(shown)])
    assert [s["paragraph"] for s in whole["pin"]["sentences"]] == [1, 2, 2]


@pytest.mark.parametrize(
    "request_",
    [
        {"article": "visit.txt", "start": [2, 3], "end": [2, 3]},
        {"article": "visit.txt", "start": [2, 9], "end": [2, 3]},
        {"article": "visit.txt", "start": [0, 0], "end": [2, 3]},
        {"article": "visit.txt", "start": [1, 0], "end": [99, 0]},
        {"article": "visit.txt", "start": [1, 0], "end": [2, 9999]},
    ],
)
def test_what_is_no_choice_is_told(request_):
    assert selected(**request_) == {"detail": notebook.NO_WORDS}


@pytest.mark.parametrize(
    "request_",
    [
        {"article": "visit.txt", "start": [1, True], "end": [2, 3]},
        {"article": "visit.txt", "start": ["2", 3]},
        {"article": ["visit.txt"], "start": 1, "end": None},
        {"place": {"article": "visit.txt", "start": "5", "end": 9}},
    ],
)
def test_what_no_page_sends_is_told(request_):
    assert "pin" not in selected(**request_)


@pytest.mark.parametrize(
    "request_",
    [
        {"article": "no.txt", "start": [1, 0], "end": [2, 3]},
        {},
        {"article": "visit.txt", "reads": "0123abcd", "start": [2, 0], "end": [2, 9]},
        {"place": {"article": "visit.txt", "start": 5, "end": 99_999}},
        {"place": {"article": "visit.txt", "start": 5, "end": 9, "reads": "0123abcd"}},
    ],
)
def test_words_of_an_article_that_is_gone_or_changed_are_not_taken(request_):
    assert "as they are now" in selected(**request_)["detail"]


def test_too_much_at_once_is_told():
    whole = {"place": {"article": ARTICLE.id, "start": 0, "end": len(TEXT)}}
    assert selected(**whole) == {"detail": notebook.TOO_MANY}


def test_an_export_shows_what_was_pinned():
    file = exported(pinned(MET, "Who met the mayor?"), pinned("only subject"))
    assert file["left_out"] == 0
    assert file["name"].endswith(".md")
    text = file["text"]
    assert text.startswith("# A notebook of quotes from the articles\n\n## Who met the mayor?\n\n")
    assert f"> {MET} [1]" in text
    assert "> Trade was the **only subject**. [1]" in text
    assert "- [1] A Short Visit, The Paper, 28 June 2019, paragraph 2 <https://paper" in text
    assert "## From “A Short Visit”" in text
    assert "Confidence" not in text
    at = TEXT.index(MET)
    assert f"[1] visit.txt {at}-{at + len(MET)}. Texts: visit.txt sha256 {ARTICLE.sha256}" in text


def test_notes_and_headings_stand_where_the_user_put_them():
    note, empty = {"note": "Ask her.\n\n<b>Soon</b>"}, {"note": " "}
    file = exported(note, {"heading": "The *visit*"}, pinned(MET), empty)
    assert file["left_out"] == 0
    order = ["articles\n\nAsk her.\n\\<b\\>Soon", "\n\n## The \\*visit\\*\n\n### From “A Short"]
    assert [part for part in order if part in file["text"]] == order
    assert statuses([note, pinned(MET)]) == [None, "intact"]
    assert exported(empty) == {"left_out": 0}


def test_a_pin_whose_article_changed_is_left_out_and_one_that_moved_is_cited_anew():
    pins = [pinned(MET), pinned("only subject")]
    edited = replace(ARTICLE, text="News.\n\n" + TEXT.replace("Trade was", "Money was"))
    now, none = page(edited), page()
    assert statuses(pins) == ["intact", "intact"]
    assert statuses(pins, now) == ["moved", "changed"]
    assert statuses(pins, none) == ["gone", "gone"]
    sentences = now.post("pins", entries=pins)["proved"][0]["sentences"]
    assert statuses([{**pins[0], "sentences": sentences}], now) == ["intact"]
    file = exported(*pins, at=now)
    assert file["left_out"] == 1
    assert f"{edited.text.index(MET)}-" in file["text"]
    assert "text" not in exported(*pins, at=none)


@pytest.mark.parametrize(
    "pin",
    [
        None,
        {"article": 3, "title": "T", "sentences": []},
        {"article": "visit.txt", "title": "T", "question": 7, "sentences": [{}]},
    ],
)
def test_what_is_no_pin_is_no_proof(pin):
    assert statuses([pin]) == ["changed"]
    assert exported(pin) == {"left_out": 1}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("start", "5"), ("span", [3]), ("span", [0, 9999]), ("quote", None), ("end", True)),
        *(("quote", ""), ("quote", "She left."), ("end", 9999)),
    ],
)
def test_a_pin_that_was_tampered_with_is_no_proof(name, value):
    pin = pinned(MET)
    pin["sentences"][0][name] = value
    assert statuses([pin]) == ["changed"]


def test_a_sentence_that_is_named_twice_and_no_list_break_nothing():
    pin = pinned(MET)
    pin["sentences"] *= 2
    assert exported(pin)["text"].count(f"> {MET} [") == 2
    assert "entries" in VISIT.post("notebook", entries="no list")["detail"]


def test_a_range_between_sentences_has_no_citation():
    gap = TEXT.index(" She met")
    assert notebook.citations(ARTICLE, TextRange(ARTICLE.id, gap, gap + 1)) == ()
