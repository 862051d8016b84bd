"""Dated sentences: where dates are, what they mean, and the timeline made of them."""

from __future__ import annotations

import time
from datetime import date

import pytest
from harness.fakes import ScriptedReader, WordCounts, calibration, write_articles

from askvisit import Assistant, build_index
from askvisit.cli import show
from askvisit.dates.expressions import find
from askvisit.dates.resolving import dated, tense
from askvisit.errors import QuestionError, ScopeError, UnknownArticleError
from askvisit.options import days_between
from askvisit.passages import sentences
from askvisit.records import Article, Sentence

WEDNESDAY = date(2025, 6, 18)


def dates(text: str, on: date | None = WEDNESDAY) -> list[tuple[str, str]]:
    """Return the words that date something in a text, and the dates."""
    article = Article("a.txt", "A", text)
    found = dated(sentences(article), on)
    assert all(d.sentence.start <= d.start < d.end <= d.sentence.end for d in found)
    return [(text[d.start : d.end], str(d.date)) for d in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The mill shut on 9 October 1987.", [("9 October 1987", "1987-10-09")]),
        ("It shut on October 9th, 1987, at noon.", [("October 9th, 1987", "1987-10-09")]),
        ("It was signed in Sept. 2014.", [("Sept. 2014", "2014-09")]),
        ("Built in 1906 and burnt in 1931.", [("1906", "1906"), ("1931", "1931")]),
        ("The dam stood from 1921 to 1979.", [("1921", "1921"), ("1979", "1979")]),
        ("The war (1914-1918) was long.", [("1914", "1914"), ("1918", "1918")]),
        ("It followed a 2017 test at sea.", [("2017", "2017")]),
        ("The log says 2019-05-03.", [("2019-05-03", "2019-05-03")]),
        ("It was closed on 31 February 2019.", []),
    ],
)
def test_a_whole_date_needs_no_day_of_publication(text, found):
    assert dates(text, on=None) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The bridge was shut on Thursday.", [("Thursday", "2025-06-12")]),
        ("The bridge was shut on Wednesday.", [("Wednesday", "2025-06-18")]),
        ("The bridge will be shut on Thursday.", [("Thursday", "2025-06-19")]),
        ("The bridge will be shut on Wednesday.", [("Wednesday", "2025-06-18")]),
        ("It is to be shut on Thursday of next week.", [("next week", "2025-06")]),
        ("The ferry sank last Friday.", [("last Friday", "2025-06-13")]),
        ("The ferry sank nine days ago.", [("nine days ago", "2025-06-09")]),
        ("The ferry was built three years ago.", [("three years ago", "2022")]),
        ("It was built 150 years ago.", [("150 years ago", "1875")]),
        ("A bomb killed 64 three years ago.", [("three years ago", "2022")]),
        ("Flight MH17 fell five years ago.", [("five years ago", "2020")]),
        ("It was built sixty-five years ago.", [("sixty-five years ago", "1960")]),
        ("It was shut in March 15 years ago.", [("March 15 years ago", "2010-03")]),
        ("It was shut on May 3 two years ago.", [("May 3 two years ago", "2023-05-03")]),
        ("The ferry was sold last month.", [("last month", "2025-05")]),
        ("It came off the slip in October.", [("October", "2024-10")]),
        ("It is to be sold in October.", [("October", "2025-10")]),
        ("Markets expect the first cut in October.", [("October", "2025-10")]),
        ("Markets expect a cut in October.", [("October", "2025-10")]),
        ("The accused left in October.", [("October", "2024-10")]),
        ("It has lain there since March 3.", [("March 3", "2025-03-03")]),
        ("A court meets on 2 July.", [("2 July", "2025-07-02")]),
        ("Sales fell, according to data on Tuesday.", [("Tuesday", "2025-06-17")]),
        ("It was sold in May of last year.", [("May of last year", "2024-05")]),
        ("It must be sold by 30 June next year.", [("30 June next year", "2026-06-30")]),
        ("The tax fell last autumn.", [("last autumn", "2024")]),
        ("The tax fell last week.", [("last week", "2025-06")]),
    ],
)
def test_a_relative_date_is_counted_from_publication(text, found):
    assert dates(text) == found
    assert dates(text, on=None) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("He should have resigned in April.", ["2025-04"]),
        ("He should never have resigned in April.", ["2025-04"]),
        ("He could have been killed on 3 March.", ["2025-03-03"]),
        ("It will have been sold by April.", ["2026-04"]),
        ("It may have to be sold in April.", ["2026-04"]),
        ("She must have a permit by April.", ["2026-04"]),
        ("He said in February that it would shut in March.", ["2025-02", "2025-03"]),
        ("The storm that would kill 40 people rose on 2 March.", ["2025-03-02"]),
        ("He said last month that it would shut in September.", ["2025-05", "2025-09"]),
        ("He said that it would shut in November.", ["2025-11"]),
        ("He said that it would shut on Monday.", ["2025-06-23"]),
        ("It would stay shut until March.", ["2026-03"]),
        ("She said the budget on 20 July would raise taxes.", ["2025-07-20"]),
        ("She said the vote in September would be close.", ["2025-09"]),
        ("He said the talks held in May would go on.", ["2025-05"]),
    ],
)
def test_a_modal_verb_may_speak_of_the_past(text, found):
    assert [when for _, when in dates(text)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The 9 June accident was grave.", [("9 June", "2025-06-09")]),
        ("It shut on the 3rd of March of that year.", []),
        ("It shut after the Oct. 7, 2023, attacks.", [("Oct. 7, 2023", "2023-10-07")]),
        ("It shut after the attack Oct. 7 last year.", [("Oct. 7 last year", "2024-10-07")]),
        ("It shut on the morning of 3 March.", [("3 March", "2025-03-03")]),
        ("Since the 3rd of December it stays shut.", [("3rd of December", "2024-12-03")]),
        ("Since December it stays shut.", [("December", "2024-12")]),
    ],
)
def test_a_day_may_be_given_its_year_by_what_stands_behind_it(text, found):
    assert dates(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It shuts on Monday, 23 June.", [("Monday, 23 June", "2025-06-23")]),
        ("It shuts on Friday, the 13th of March.", [("Friday, the 13th of March", "2026-03-13")]),
        ("The vote of Wednesday, March 12, was close.", [("Wednesday, March 12", "2025-03-12")]),
        ("It shut on Tuesday 3 May 2022.", [("Tuesday 3 May 2022", "2022-05-03")]),
        ("It shut on Monday and 3 June.", [("Monday", "2025-06-16"), ("3 June", "2025-06-03")]),
    ],
)
def test_a_weekday_before_a_day_is_part_of_it_and_tells_the_year(text, found):
    assert dates(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In 2020 prices rose 5 percent.", ["2020"]),
        ("Since 2011 farmers have left, and by 2018 tariffs were raised.", ["2011", "2018"]),
        ("In early 1942 elements of the army came.", ["1942"]),
        ("The treaty of 1995 obliges them, as does a deed from 1894 onwards.", ["1995", "1894"]),
        ("It opened in autumn 2024, not in Spring 1962.", ["2024", "1962"]),
        ("It has grown since winter 2019, most in Q3 2020.", ["2019", "2020"]),
        ("In fiscal 2020 it grew, and in fiscal year 2021 too.", ["2020", "2021"]),
        ("In 2008 second homes were cheap. In 2000 Ms Lind left.", ["2008", "2000"]),
        ("She won the 2006 elections. The 1998 Winter Games were held here.", ["2006", "1998"]),
        ("The 1100 soldiers left. He ran the 1500 metres.", []),
        ("A printing of 1250 copies in a 1700-seat hall.", []),
    ],
)
def test_four_digits_before_a_plural_may_be_a_year(text, found):
    assert [when for _, when in dates(text, on=None)] == found


def test_a_week_over_a_change_of_year_is_no_date():
    assert dates("The tax fell last week.", date(2025, 1, 8)) == []
    assert dates("The tax fell last week.", date(2025, 7, 8)) == [("last week", "2025")]


@pytest.mark.parametrize(
    "text",
    [
        "He may come, and may not.",
        "It burned for 340 seconds and cost 1,998 pounds, or 2000 dollars.",
        "The 1500 metres were run.",
        "It opens on Tuesdays, and every Friday.",
        "They met on Thursday Island. The Sunday Times said so. Black Friday sales rose.",
        "Nurses of the 1990s came some thirty years ago.",
        "He lived in the year 0, or in 44 BC.",
        "By April Jones, staff writer",
        "Today an inquiry takes five years.",
        "The hearings come to an end on Saturday.",
        "He was forced to resign in December.",
        "In 1989 the wall fell. In November the mill shut.",
        "It stood more than 1,000 years ago, or 5,200 years ago, or 1 000 years ago.",
        "It came 1.5 years ago, 2–3 years ago, 1/2 years ago or half a year ago.",
        "It came a hundred and fifty years ago, or one hundred fifty years ago.",
        "It came a thousand and two years ago, two thousand two years ago or sixty five years ago.",
        "In 1989 the wall fell. Two years later the mill shut, the same year as the dam.",
    ],
)
def test_what_cannot_be_dated_is_left_out(text):
    assert [when for _, when in dates(text) if when != "1989"] == []


@pytest.mark.parametrize(
    ("sentence", "meant"),
    [
        ("The funeral will be held on Friday.", "future"),
        ("On Friday, the funeral was held.", "past"),
        ("He sued, and a court is to hear the case on Friday.", "future"),
        ("The first, on Friday, was called off.", "past"),
        ("Talks are expected to begin on Friday.", "future"),
        ("The road is closed until Friday.", "future"),
        ("The road has been closed since Friday.", "past"),
        ("At twenty to five on Friday he rose.", "past"),
        ("The matter of Friday is open.", None),
        ("He was forced to leave on Friday.", None),
        ("The report is due on Friday, a spokesman said.", "future"),
        ("The man seized on Friday would appear in court.", "past"),
        ("He said on Friday it would shut.", "past"),
    ],
)
def test_the_verb_tells_past_from_future(sentence, meant):
    start = sentence.index("Friday")
    assert tense(sentence, start, start + len("Friday")) == meant


def test_expressions_have_offsets_and_leave_prepositions_out():
    (found,) = find("It has stood since early March, they say.")
    assert (found.start, found.end, found.kind, found.text) == (25, 30, "yearless", "March")


def test_a_thousand_dates_in_a_line_take_no_time():
    line = "They met on " + ", ".join(f"{n % 28 + 1} May {1000 + n}" for n in range(1000)) + "."
    began = time.process_time()
    assert len(dated([Sentence("a.txt", 1, 0, len(line), line)], None)) == 1000
    assert time.process_time() - began < 30, "linear, not quadratic"


@pytest.mark.parametrize("given", ["yesterday", "0000", "2019-13", "", 2019])
def test_a_bound_that_is_no_date_says_what_to_give(given):
    with pytest.raises(ScopeError, match=r"since is .* give one such as 2025, March 2025"):
        days_between(given, None)


BRIDGE = """\
A Bridge for the Town

The mayor opened the bridge on Monday. It had been planned since 1998.

The minister came in May. A band will play on Friday, and the mayor with it.
"""
SHIP = "The mayor bought a ship in 1998. She was sold on 3 March 2001, and sank on 4 March 2001.\n"
UNDATED = "The minister left on Monday. Wool had been taxed since 1771.\n"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dated")
    texts = {"bridge.txt": BRIDGE, "ship.txt": SHIP, "undated.txt": UNDATED}
    write_articles(folder / "articles", texts)
    for name in ("bridge", "ship"):
        (folder / "articles" / f"{name}.toml").write_text('date = "2025-06-18"\n', "utf-8")
    build_index(index=folder, encoder=WordCounts())
    return Assistant(folder, WordCounts(), ScriptedReader({}), calibration())


def rows(entries):
    return [(entry.date, entry.citation.article_id, entry.citation.span) for entry in entries]


def test_a_timeline_is_in_order_of_time_and_cited_word_for_word(assistant):
    found = assistant.timeline()
    assert rows(found) == [
        ("1771", "undated.txt", "1771"),
        ("1998", "bridge.txt", "1998"),
        ("1998", "ship.txt", "1998"),
        ("2001-03-03", "ship.txt", "3 March 2001"),
        ("2001-03-04", "ship.txt", "4 March 2001"),
        ("2025-05", "bridge.txt", "May"),
        ("2025-06-16", "bridge.txt", "Monday"),
        ("2025-06-20", "bridge.txt", "Friday"),
    ]
    assert [entry.citation.number for entry in found] == list(range(1, 9))
    for entry in found:
        cited, text = entry.citation, assistant.articles[entry.citation.article_id].text
        assert text[cited.start : cited.end] == cited.quote
        assert text[cited.span_start : cited.span_end] == cited.span
    assert {entry.precision for entry in found} == {"year", "month", "day"}


def test_a_timeline_keeps_to_articles_and_time(assistant):
    assert len(assistant.timeline(articles=["ship.txt"])) == 3
    found = assistant.timeline(since="2001", until=date(2025, 6, 16))
    assert [entry.date for entry in found] == ["2001-03-03", "2001-03-04", "2025-05", "2025-06-16"]
    found = assistant.timeline(since="2025-05-20", until="2025-05")
    assert [entry.date for entry in found] == ["2025-05"], "a month that may be meant is shown"


def test_a_topic_leaves_other_sentences_out(assistant):
    found = rows(assistant.timeline("bridge"))
    assert ("2025-06-16", "bridge.txt", "Monday") in found
    assert ("1998", "bridge.txt", "1998") in found, "it is spoken of one sentence before"
    assert not {"ship.txt", "undated.txt"} & {article for _, article, _ in found}


@pytest.mark.parametrize(
    "line",
    [
        "*Wednesday, 18 June 2025*",
        "Published: Wednesday, 18 June 2025, 10.30 am",
        "By Ada Quill, 18 June 2025",
        "By Ada Quill\nThe Weir\n18 June 2025",
        "18 June 2025, updated 19 June 2025",
    ],
)
def test_the_line_that_dates_an_article_is_no_entry(tmp_path, line):
    assert rows(of_bridge(tmp_path, line)) == [("2025-06-16", "bridge.txt", "Monday")]


@pytest.mark.parametrize(
    "line",
    [
        "18 June 2025: bridge opened",
        "18 June 2025: Flood",
        "18 June 2025 – Nordhavn Summit",
        "NORDHAVN, 18 June 2025 - A bridge was opened.",
        "They left for Nordhavn on\n18 June 2025 in a ship,\nwhich sank.",
    ],
)
def test_a_dated_line_that_tells_what_happened_is_an_entry(tmp_path, line):
    assert ("2025-06-18", "bridge.txt", "18 June 2025") in rows(of_bridge(tmp_path, line))


def test_a_wrapped_sentence_is_shown_on_one_line(tmp_path):
    found = of_bridge(tmp_path, "It had been shut\n  since 9 May\n  1961, they said.")
    lines = show.timeline(found).splitlines()
    assert lines[0] == "1961-05-09  It had been shut since 9 May 1961, they said. [1]"


def test_a_dated_sentence_and_a_name_say_who_speaks(tmp_path):
    text = (
        "The Mill\n\nQ: When?\nMayor Lind: In 1961, with Ada Quill.\nQ: Where?\nMayor Lind: Here.\n"
    )
    write_articles(tmp_path / "articles", {"talk.txt": text})
    build_index(index=tmp_path, encoder=WordCounts())
    assistant = Assistant(tmp_path, WordCounts(), ScriptedReader({}), calibration())
    (entry,) = assistant.timeline()
    assert entry.citation.speaker == "Mayor Lind"
    names = {name.name: name for name in assistant.names()}
    assert names["Ada Quill"].citations[0].speaker == "Mayor Lind"


def of_bridge(folder, line):
    """Return the timeline of an article with a line under its headline."""
    text = f"A Bridge\n\n{line}\n\nThe mayor opened it on Monday.\n"
    write_articles(folder / "articles", {"bridge.txt": text})
    (folder / "articles" / "bridge.toml").write_text('date = "2025-06-18"\n', "utf-8")
    build_index(index=folder, encoder=WordCounts())
    return Assistant(folder, WordCounts(), ScriptedReader({}), calibration()).timeline()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"topic": " "}, "the question is empty"),
        ({"since": "soon"}, "since is 'soon'"),
        ({"since": "2019", "until": "2018"}, "since 2019 is after until 2018"),
    ],
)
def test_a_timeline_that_cannot_be_made_says_why(assistant, wanted, said):
    with pytest.raises((QuestionError, ScopeError), match=said):
        assistant.timeline(**wanted)
    with pytest.raises(UnknownArticleError):
        assistant.timeline(articles=["no.txt"])
